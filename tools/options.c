// SPDX-License-Identifier: GPL-2.0
/* Options that several commands take, and what option arguments mean: see kvmmt.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "interval.h"
#include "kvmmt.h"
#include "names.h"

enum { FROM = 0x100, TO };	/* options without a letter */

#define INTERVAL(help) { "interval", 'd', "SECONDS", 0, help, 0 }
#define COUNT(help)    { "count", 'n', "N", 0, help, 0 }
#define VM	       { "vm", 'V', "NAME|PID", 0, "only this VM; may be given again", 0 }
#define BUFFER(help)   { "buffer", 'm', "SIZE", 0, help ", 64M say (default 8M)", 0 }
#define VERBOSE	       { "verbose", 'v', NULL, 0, "show what libbpf has to say", 0 }
#define INPUT(help)    { "input", 'i', "FILE", 0, help, 0 }
#define WINDOW	       { "from", FROM, "TIME", 0, "of a recording, only what was from then on: seconds from its beginning, or a time as 12:34:56 or 2026-11-21T12:34:56", 0 }, \
		       { "to", TO, "TIME", 0, "of a recording, only what was up to then", 0 }
#define JSON	       { "json", 'j', NULL, 0, "one JSON object a line", 0 }
#define CSV	       { "csv", 'c', NULL, 0, "comma-separated values", 0 }
#define FIELDS	       { "fields", 'F', "A,B,...", 0, "these fields, in this order ('list' names them)", 0 }
#define SORT(help)     { "sort", 's', "FIELD", 0, help, 0 }

static const struct argp_option stat_options[] = {
	INTERVAL("time between two tables, 0.1 and up (default 1)"),
	COUNT("stop after N tables"),
	VM,
	INPUT("from a recording of kvmmt record; '-' is standard input"),
	WINDOW,
	JSON, CSV, FIELDS,
	SORT("rows by this field, largest first"),
	BUFFER("memory for events on their way to --output"),
	VERBOSE,
	{ 0 },
};

static const struct argp_option top_options[] = {
	INTERVAL("time between two screens, 0.1 and up (default 1)"),
	COUNT("stop after N screens"),
	VM,
	INPUT("from a recording of kvmmt record; '-' is standard input"),
	WINDOW,
	SORT("rows by this field, largest first"),
	BUFFER("memory for events on their way"),
	VERBOSE,
	{ 0 },
};

static const struct argp_option script_options[] = {
	INTERVAL("stop after this time, 0.1 and up"),
	COUNT("stop after N events"),
	VM,
	INPUT("from a recording of kvmmt record; '-' is standard input"),
	WINDOW,
	JSON, CSV,
	BUFFER("memory for events on their way"),
	VERBOSE,
	{ 0 },
};

static const struct argp_option record_options[] = {
	INTERVAL("stop after this time, 0.1 and up"),
	COUNT("stop after N events"),
	VM,
	BUFFER("memory for events on their way"),
	VERBOSE,
	{ 0 },
};

static const struct argp_option report_options[] = {
	VM,
	INPUT("the recording, instead of FILE; '-' is standard input"),
	WINDOW,
	JSON, FIELDS,
	SORT("VMs by this field, largest first"),
	{ 0 },
};

static const struct argp_option slots_options[] = {
	VM,
	INPUT("from a recording of kvmmt record; '-' is standard input"),
	WINDOW,
	JSON,
	VERBOSE,
	{ 0 },
};

static const struct argp_option input_options[] = {
	INPUT("the recording, instead of FILE"),
	WINDOW,
	{ 0 },
};

static void list_fields(void)
{
	size_t i;

	for (i = 0; i < nr_fields; i++)
		printf("%-20s %s\n", fields[i].name, fields[i].help);
	exit(0);
}

static void parse_fields(struct common *c, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "list"))
		list_fields();
	do {
		size_t len = strcspn(arg, ",");
		const struct field *f = field_find(arg, len);

		if (!f) {
			argp_error(state, "--fields: there is no field '%.*s'; --fields list names them",
				   (int)len, arg);
			return;
		}
		if (c->nr_fields == sizeof(c->fields) / sizeof(c->fields[0])) {
			argp_error(state, "--fields: more than %zu fields", c->nr_fields);
			return;
		}
		c->fields[c->nr_fields++] = f;
		arg += len + (arg[len] == ',');
	} while (*arg);
}

size_t parse_size(const char *option, const char *arg, struct argp_state *state)
{
	static const char units[] = "KMG";
	char *end;
	unsigned long long size = strtoull(arg, &end, 10);
	const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	int shift = unit ? 10 * (unit - units + 1) : 0;

	end += unit != NULL;
	if (isdigit((unsigned char)*arg) && !*end && size && size <= (1ull << 34) >> shift)
		return size << shift;
	argp_error(state, "--%s: '%s' is not a size such as 64M, at most 16G", option, arg);
	return 0;
}

/* What cannot be run is meant to be one, be it damaged or a pipe. */
static bool is_recording(const char *path)
{
	char magic[4] = "";
	struct stat st;
	size_t n = 0;
	FILE *f;

	if (stat(path, &st))
		return false;
	if (!(st.st_mode & 0111))
		return true;
	f = S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
	if (f) {
		n = fread(magic, 1, sizeof(magic), f);
		fclose(f);
	}
	return n == sizeof(magic) && !memcmp(magic, "KVMR", sizeof(magic));
}

void take_input(struct common *c, const char *arg, const struct argp_state *state)
{
	if (c->input)
		argp_error(state, "one recording only, not '%s' too", arg);
	c->input = arg;
}

bool take_recording(struct common *c, const char *arg, const struct argp_state *state)
{
	if (state->quoted && state->next > state->quoted)
		return false;
	if (!is_recording(arg))
		return false;
	take_input(c, arg, state);
	return true;
}

void check_fields(const struct common *c, bool vcpus, const struct argp_state *state)
{
	size_t i;

	for (i = 0; i <= c->nr_fields; i++) {
		const struct field *f = i < c->nr_fields ? c->fields[i] : c->sort;

		if (f && vcpus && !field_of_vcpu(f))
			argp_error(state, "--vncr: '%s' is counted by VM, not by vCPU", f->name);
		if (f && !vcpus && f->type == FIELD_VCPU)
			argp_error(state, "the field '%s' is for stat --vncr", f->name);
	}
}

void add_vm_option(struct common *c, const char *vm, struct argp_state *state)
{
	c->vms = realloc(c->vms, (c->nr_vms + 1) * sizeof(*c->vms));
	if (!c->vms)
		argp_failure(state, 1, ENOMEM, "--vm");
	c->vms[c->nr_vms++] = vm;
}

__u32 parse_kind(const char *arg, struct argp_state *state)
{
	bool list = !strcmp(arg, "list");
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (kind != KVMMT_KIND_LOST && !strcmp(arg, name_kind(kind)))
			return 1u << kind;
	for (kind = 0; kind < KVMMT_KIND_NR && list; kind++)
		if (kind != KVMMT_KIND_LOST)
			puts(name_kind(kind));
	if (list)
		exit(0);
	argp_error(state, "--kind: there is no kind '%s'; --kind list names them", arg);
	return 0;
}

void parse_storm(const char *option, struct storm_limits *l, char *arg, struct argp_state *state)
{
	static char *const words[] = { "rate", "bytes", "refault", "within", "for", "clear", "walks",
				      "miss", NULL };
	double *const places[] = { &l->per_s, &l->bytes_per_s, &l->refault, &l->within_s, &l->raise_s,
				   &l->clear_s, &l->walks_per_s, &l->miss };

	while (*arg) {
		char *value, *end;
		double number;
		int i = getsubopt(&arg, words, &value);

		if (i < 0) {
			argp_error(state, "--%s: '%s' is none of rate=, bytes=, refault=, within=, for=, clear=, walks=, miss=",
				   option, value);
			return;
		}
		number = value ? strtod(value, &end) : -1;
		if (!value || end == value || *end || !(number >= 0 && number <= 1e15)) {
			argp_error(state, "--%s: %s=%s: this is not a number from 0", option, words[i],
				   value ? value : "");
			return;
		}
		*places[i] = number;
		if (places[i] != &l->refault && places[i] != &l->miss)
			continue;
		if (number > 100) {
			argp_error(state, "--%s: %s=%s: this is not a percentage from 0 to 100", option,
				   words[i], value);
			return;
		}
		*places[i] /= 100;
	}
}

static void parse_moment(const char *option, struct moment *m, const char *arg,
			 struct argp_state *state)
{
	if (moment_parse(arg, m))
		argp_error(state, "--%s: '%s' is neither seconds nor a time as 12:34:56 or 2026-11-21T12:34:56", option, arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common *c = state->input;
	double seconds;
	char *end;

	switch (key) {
	case 'd':
		if (!interval_parse(arg, &seconds))
			argp_error(state, "--interval: '%s' is not a number of seconds from 0.1 to 86400",
				   arg);
		else
			c->interval_s = seconds;
		break;
	case 'n':
		c->count = strtoul(arg, &end, 10);
		if (!isdigit((unsigned char)*arg) || *end || !c->count)
			argp_error(state, "--count: '%s' is not a number from 1", arg);
		break;
	case 'V':
		add_vm_option(c, arg, state);
		break;
	case 'j':
		c->json = true;
		break;
	case 'c':
		c->csv = true;
		break;
	case 'F':
		parse_fields(c, arg, state);
		break;
	case 's':
		if (!strcmp(arg, "list"))
			list_fields();
		c->sort = field_find(arg, strlen(arg));
		if (!c->sort)
			argp_error(state, "--sort: there is no field '%s'; --sort list names them", arg);
		break;
	case 'm':
		c->ring_bytes = parse_size("buffer", arg, state);
		break;
	case 'v':
		c->verbose = true;
		break;
	case 'i':
		c->input = arg;
		break;
	case FROM:
		parse_moment("from", &c->from, arg, state);
		break;
	case TO:
		parse_moment("to", &c->to, arg, state);
		break;
	case ARGP_KEY_SUCCESS:
		if (!c->input && (c->from.given || c->to.given))
			argp_error(state, "--from and --to are for a recording, not for a live run");
		break;
	case ARGP_KEY_END:
		if (c->json && c->csv)
			argp_error(state, "--json and --csv exclude each other");
		if (c->input && (c->ring_bytes || c->verbose))
			argp_error(state, "--buffer and --verbose are for a live run, --input is a recording");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp stat_argp = { .options = stat_options, .parser = parse };
const struct argp top_argp = { .options = top_options, .parser = parse };
const struct argp script_argp = { .options = script_options, .parser = parse };
const struct argp record_argp = { .options = record_options, .parser = parse };
const struct argp report_argp = { .options = report_options, .parser = parse };
const struct argp slots_argp = { .options = slots_options, .parser = parse };
const struct argp input_argp = { .options = input_options, .parser = parse };
