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
	switch (data[0] % 5) {
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
	}
	free(text);
	return 0;
}
