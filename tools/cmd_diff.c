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

enum unit { COUNT, BYTES, RATIO, TIME, SECONDS };

static const char *const unit_words[] = {
	[COUNT] = NULL, [BYTES] = "bytes", [RATIO] = "ratio", [TIME] = "ns", [SECONDS] = "s",
};

struct value {
	bool known;
	__u64 v;	/* RATIO: in ten-thousandths; TIME and SECONDS: ns */
};

static const char *value_text(enum unit unit, const struct value *v, char *buf)
{
	if (!v->known)
		return "-";
	if (unit == TIME)
		return v->v == ~0ull ? "more" : name_time(v->v, buf);
	if (unit == RATIO)
		snprintf(buf, NAME_LEN, "%.2f%%", (double)v->v / 100);
	else if (unit == SECONDS)
		snprintf(buf, NAME_LEN, "%.6fs", (double)v->v / 1e9);
	else
		snprintf(buf, NAME_LEN, "%llu%s", (unsigned long long)v->v, unit == BYTES ? "B" : "");
	return buf;
}

static void value_json(struct json *j, const char *key, enum unit unit, const struct value *v)
{
	if (!v->known)
		json_null(j, key);
	else if (unit == RATIO || unit == SECONDS)
		json_decimal(j, key, (double)v->v / (unit == RATIO ? 1e4 : 1e9));
	else
		json_number(j, key, v->v);
}

static void print_json(const char *name, enum unit unit, const struct value *v)
{
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "name", name);
	json_word(&j, "unit", unit_words[unit]);
	value_json(&j, "a", unit, &v[0]);
	value_json(&j, "b", unit, &v[1]);
	json_end(&j);
}

/* A line for one value; that of a recording which does not have it is not known. */
static void print_line(const struct command_line *c, const char *name, enum unit unit,
		       const struct value *v)
{
	char text[2][NAME_LEN], change[32] = "";

	if (!c->all && (v[0].known ? v[1].known && v[0].v == v[1].v : !v[1].known))
		return;
	if (c->json) {
		print_json(name, unit, v);
		return;
	}
	if (v[0].known && v[1].known && v[0].v)
		snprintf(change, sizeof(change), "%+.1f%%",
			 100 * ((double)v[1].v - (double)v[0].v) / (double)v[0].v);
	printf("%-28s %20s %20s", name, value_text(unit, &v[0], text[0]),
	       value_text(unit, &v[1], text[1]));
	printf(*change ? " %9s\n" : "%s\n", change);
}

static void diff_field(const struct command_line *c, const struct report *r, const struct field *f)
{
	static const enum unit units[] = {
		[FIELD_COUNT] = COUNT, [FIELD_BYTES] = BYTES, [FIELD_RATIO] = RATIO,
		[FIELD_TIMES] = TIME,
	};
	struct value v[2];
	double ignored;
	int i;

	for (i = 0; i < 2; i++)
		v[i] = (struct value){ !report_value(&r[i], f->name, &ignored), f->value(&r[i].sum) };
	print_line(c, f->name, units[f->type], v);
}

static void diff_breakdown(const struct command_line *c, const struct report *r,
			   const struct breakdown *b)
{
	const __u64 *counts[2] = { breakdown_counts(b, &r[0].sum), breakdown_counts(b, &r[1].sum) };
	bool known[2] = { host_has(&r[0].host, b->kinds), host_has(&r[1].host, b->kinds) };
	char name[80], number[NAME_LEN];
	size_t i;

	for (i = 0; i < b->nr; i++) {
		const struct value v[2] = { { known[0], counts[0][i] }, { known[1], counts[1][i] } };

		if (!counts[0][i] && !counts[1][i])
			continue;
		snprintf(name, sizeof(name), "%s.%s", b->name, name_or_number(b->word(i), i, number));
		print_line(c, name, COUNT, v);
	}
}

static void diff_own(const struct command_line *c, const char *name, enum unit unit, __u64 a,
		     __u64 b)
{
	const struct value v[2] = { { true, a }, { true, b } };

	print_line(c, name, unit, v);
}

static void diff(const struct command_line *c, const struct report *r)
{
	size_t i;

	if (!c->json)
		printf("%-28s %20s %20s %9s\n", "", "A", "B", "B - A");
	diff_own(c, "seconds", SECONDS, r[0].length_ns, r[1].length_ns);
	diff_own(c, "events", COUNT, r[0].nr_events, r[1].nr_events);
	diff_own(c, "lost", COUNT, r[0].lost, r[1].lost);
	diff_own(c, "vms", COUNT, r[0].nr_vms, r[1].nr_vms);
	for (i = 0; i < nr_fields; i++)
		if (fields[i].value)
			diff_field(c, r, &fields[i]);
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
