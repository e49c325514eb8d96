// SPDX-License-Identifier: GPL-2.0
/* Options that several commands take, and what option arguments mean: see kvmmt.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kvmmt.h"
#include "names.h"

static const struct argp_option live_options[] = {
	{ "interval", 'd', "SECONDS", 0, "time between two tables, or to run (script, record); 0.1 and up", 0 },
	{ "count", 'n', "N", 0, "stop after N tables (script, record: events)", 0 },
	{ "vm", 'V', "NAME|PID", 0, "only this VM; may be given again", 0 },
	{ "buffer", 'm', "SIZE", 0, "memory for streamed events, 64M say (default 8M)", 0 },
	{ "verbose", 'v', NULL, 0, "show what libbpf has to say", 0 },
	{ 0 },
};

static const struct argp_option input_options[] = {
	{ "input", 'i', "FILE", 0, "from a recording of kvmmt record; '-' is standard input", 0 },
	{ 0 },
};

static const struct argp_option table_options[] = {
	{ "json", 'j', NULL, 0, "one JSON object a line", 0 },
	{ "csv", 'c', NULL, 0, "comma-separated values", 0 },
	{ "fields", 'F', "A,B,...", 0, "these fields, in this order ('list' names them)", 0 },
	{ "sort", 's', "FIELD", 0, "rows by this field, largest first", 0 },
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
	while (*arg) {
		size_t len = strcspn(arg, ",");
		const struct field *f = field_find(arg, len);

		if (!f)
			argp_error(state, "--fields: there is no field '%.*s'; --fields list names them",
				   (int)len, arg);
		if (c->nr_fields == sizeof(c->fields) / sizeof(c->fields[0]))
			argp_error(state, "--fields: more than %zu fields", c->nr_fields);
		c->fields[c->nr_fields++] = f;
		arg += len + (arg[len] == ',');
	}
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
		size <<= shift;
	else
		argp_error(state, "--%s: '%s' is not a size such as 64M, at most 16G", option, arg);
	return size;
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
	static char *const words[] = { "rate", "bytes", "refault", "for", "clear", "walks", "miss",
				      NULL };
	double *const places[] = { &l->per_s, &l->bytes_per_s, &l->refault, &l->raise_s, &l->clear_s,
				   &l->walks_per_s, &l->miss };

	while (*arg) {
		char *value, *end;
		int i = getsubopt(&arg, words, &value);

		if (i < 0)
			argp_error(state, "--%s: '%s' is none of rate=, bytes=, refault=, for=, clear=, walks=, miss=",
				   option, value);
		*places[i] = value ? strtod(value, &end) : -1;
		if (!value || end == value || *end || !(*places[i] >= 0 && *places[i] <= 1e15))
			argp_error(state, "--%s: %s=%s: this is not a number from 0", option, words[i],
				   value ? value : "");
		if (places[i] != &l->refault && places[i] != &l->miss)
			continue;
		if (*places[i] > 100)
			argp_error(state, "--%s: %s=%s: this is not a percentage from 0 to 100", option,
				   words[i], value);
		*places[i] /= 100;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common *c = state->input;
	char *end;

	switch (key) {
	case ARGP_KEY_INIT:
		if (state->child_inputs)	/* common_argp's children */
			state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = c;
		break;
	case 'd':
		c->interval_s = strtod(arg, &end);
		if (end == arg || *end || !(c->interval_s >= 0.1 && c->interval_s <= 86400))
			argp_error(state, "--interval: '%s' is not a number of seconds from 0.1 to 86400",
				   arg);
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
		c->sort = field_find(arg, strlen(arg));
		if (!c->sort)
			argp_error(state, "--sort: there is no field '%s'; --fields list names them", arg);
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

const struct argp live_argp = { .options = live_options, .parser = parse };
const struct argp input_argp = { .options = input_options, .parser = parse };
static const struct argp table_argp = { .options = table_options, .parser = parse };
static const struct argp_child children[] = {
	{ &live_argp, 0, NULL, 0 }, { &input_argp, 0, NULL, 0 }, { &table_argp, 0, NULL, 0 }, { 0 }
};
const struct argp common_argp = { .parser = parse, .children = children };
