// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into what option arguments mean: a command line of stat's or report's
 * options, its words ended by NULs, or one of the arguments that commands parse alone.
 * Errors do not end the process here: whatever is parsed after one has to be harmless too.
 */
#include <stdlib.h>
#include <string.h>

#include "kvmmt.h"

#define WORDS 16
#define QUIET (ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP)

static void command_line(const struct argp *argp, char *text, size_t len)
{
	struct common c = { .command = "fuzz" };
	char *argv[WORDS + 1] = { (char *)"fuzz" }, *end = text + len;
	int argc = 1;

	for (; text < end && argc < WORDS; text += strlen(text) + 1)
		argv[argc++] = text;
	argp_parse(argp, argc, argv, QUIET, NULL, &c);
	if (c.nr_fields > sizeof(c.fields) / sizeof(c.fields[0]))
		abort();
	if (c.interval_s && !(c.interval_s >= 0.1 && c.interval_s <= 86400))
		abort();
	free(c.vms);
}

static void storm(char *text, struct argp_state *state)
{
	struct storm_limits l = STORM_DEFAULTS;

	parse_storm("storm", &l, text, state);
	if (!(l.per_s >= 0 && l.miss >= 0 && l.refault >= 0))
		abort();
}

/* Of a recording of a day, and of a host whose clock says anything. */
static void moment(char *text, __s64 offset_ns)
{
	const __u64 day_ns = 86400000000000ull;
	struct moment m;
	__u64 ns;

	if (moment_parse(text, &m))
		return;
	if (moment_ns(&m, day_ns, true, offset_ns, &ns) && !m.of_day)
		abort();
	if (!moment_within(&m, day_ns, 2 * day_ns, offset_ns, &ns) && !m.of_day && ns < day_ns)
		abort();
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	struct argp_state state = { .flags = QUIET };
	char *text;

	/* "list" prints and ends the process. */
	if (!len || memmem(data, len, "list", 4))
		return 0;
	text = calloc(1, len);
	memcpy(text, data + 1, len - 1);
	switch (data[0] % 6) {
	case 0:
		command_line(&stat_argp, text, len - 1);
		break;
	case 1:
		command_line(&report_argp, text, len - 1);
		break;
	case 2:
		storm(text, &state);
		break;
	case 3:
		if (parse_size("size", text, &state) > 1ull << 34)
			abort();
		break;
	case 4:
		if (parse_kind(text, &state) & ~KVMMT_TRACED)
			abort();
		break;
	case 5:
		moment(text, (__s64)(data[0] / 6) * 200000000000000000ll);
		break;
	}
	free(text);
	return 0;
}
