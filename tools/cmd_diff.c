// SPDX-License-Identifier: GPL-2.0
/* kvmmt diff: what two recordings differ in. */
#include <string.h>

#include "breakdown.h"
#include "json.h"
#include "names.h"
#include "report.h"

struct command_line {
	struct common common;
	const char *files[2];
	size_t nr_files;
	bool all, json;
};

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "what is the same in both, too", 0 },
	{ "vm", 'V', "NAME|PID", 0, "only this VM; may be given again", 0 },
	{ "json", 'j', NULL, 0, "one JSON object a line", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct command_line *c = state->input;

	switch (key) {
	case 'a':
		c->all = true;
		break;
	case 'V':
		add_vm_option(&c->common, arg, state);
		break;
	case 'j':
		c->json = true;
		break;
	case ARGP_KEY_ARG:
		if (c->nr_files == 2)
			argp_error(state, "two recordings, not '%s' too", arg);
		c->files[c->nr_files++] = arg;
		break;
	case ARGP_KEY_END:
		if (c->nr_files != 2)
			argp_error(state, "two recordings are needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* A line for one value; that of a recording which does not have it is not known. */
static void print_line(const struct command_line *c, const char *name, const double *v,
		       const bool *known)
{
	char text[2][32], change[32] = "";
	struct json j;
	int i;

	if (!c->all && (known[0] ? known[1] && v[0] == v[1] : !known[1]))
		return;
	if (c->json) {
		json_begin(&j, stdout);
		json_string(&j, "name", name);
		for (i = 0; i < 2; i++) {
			if (known[i])
				json_decimal(&j, i ? "b" : "a", v[i]);
			else
				json_null(&j, i ? "b" : "a");
		}
		json_end(&j);
		return;
	}
	for (i = 0; i < 2; i++)
		snprintf(text[i], sizeof(text[i]), known[i] ? "%.10g" : "-", v[i]);
	if (known[0] && known[1] && v[0] != 0)
		snprintf(change, sizeof(change), "%+.1f%%", 100 * (v[1] - v[0]) / v[0]);
	printf("%-28s %16s %16s %9s\n", name, text[0], text[1], change);
}

static void diff_value(const struct command_line *c, const struct report *r, const char *name)
{
	bool known[2];
	double v[2];
	int i;

	for (i = 0; i < 2; i++)
		known[i] = !report_value(&r[i], name, &v[i]);
	print_line(c, name, v, known);
}

static void diff_breakdown(const struct command_line *c, const struct report *r,
			   const struct breakdown *b)
{
	const __u64 *counts[2] = { breakdown_counts(b, &r[0].sum), breakdown_counts(b, &r[1].sum) };
	bool known[2] = { host_has(&r[0].host, b->kinds), host_has(&r[1].host, b->kinds) };
	char name[80], number[NAME_LEN];
	size_t i;

	for (i = 0; i < b->nr; i++) {
		const double v[2] = { counts[0][i], counts[1][i] };

		if (!counts[0][i] && !counts[1][i])
			continue;
		snprintf(name, sizeof(name), "%s.%s", b->name, name_or_number(b->word(i), i, number));
		print_line(c, name, v, known);
	}
}

static void diff(const struct command_line *c, const struct report *r)
{
	static const char *const own[] = { "seconds", "events", "lost", "vms" };
	size_t i;

	if (!c->json)
		printf("%-28s %16s %16s %9s\n", "", "A", "B", "B - A");
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		diff_value(c, r, own[i]);
	for (i = 0; i < nr_fields; i++)
		if (fields[i].value)
			diff_value(c, r, fields[i].name);
	for (i = 0; i < nr_breakdowns; i++)
		diff_breakdown(c, r, &breakdowns[i]);
}

int cmd_diff(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, "A B",
		"Show what two recordings differ in: all fields that 'kvmmt stat -F list' prints, "
		"over all VMs, and counts by type and reason.",
		NULL, NULL, NULL
	};
	struct command_line c = { .common.command = "diff" };
	struct report r[2] = { 0 };
	struct common commons[2];
	int status, i;

	argp_parse(&argp, argc, argv, 0, NULL, &c);
	catch_stop();
	status = 0;
	for (i = 0; i < 2 && !status; i++) {
		commons[i] = c.common;
		commons[i].input = c.files[i];
		status = report_read(&r[i], &commons[i]);
	}
	if (!status) {
		diff(&c, r);
		status = r[0].status | r[1].status;
	}
	report_free(&r[0]);
	report_free(&r[1]);
	return status;
}
