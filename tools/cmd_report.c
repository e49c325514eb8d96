// SPDX-License-Identifier: GPL-2.0
/* kvmmt report: a recording summed up, or whether it is as it should be. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expr.h"
#include "report.h"

#define ASSERTIONS 64

struct command_line {
	struct common common;
	const char *assertions[ASSERTIONS];
	size_t nr_assertions;
};

static const struct argp_option options[] = {
	{ "assert", 'a', "EXPRESSION", 0, "exit with 1 unless this holds; may be given again", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct command_line *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &c->common;
		break;
	case 'a':
		if (c->nr_assertions == ASSERTIONS)
			argp_error(state, "--assert: more than %d", ASSERTIONS);
		c->assertions[c->nr_assertions++] = arg;
		break;
	case ARGP_KEY_ARG:
		take_input(&c->common, arg, state);
		break;
	case ARGP_KEY_END:
		if (!c->common.input)
			c->common.input = "kvmmt.data";
		check_fields(&c->common, false, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The values that an assertion asked for, to be told if it does not hold. */
struct lookup {
	const struct report *report;
	char values[256];
};

static int look_up(void *ctx, const char *name, double *value)
{
	struct lookup *l = ctx;
	size_t used = strlen(l->values);
	int err = report_value(l->report, name, value);

	if (!err)
		snprintf(l->values + used, sizeof(l->values) - used, "%s%s is %.15g", used ? ", " : "",
			 name, *value);
	else if (err == -ENODATA)
		snprintf(l->values + used, sizeof(l->values) - used, "%s%s is not known",
			 used ? ", " : "", name);
	return err;
}

static int check_assertion(const struct report *r, const char *text)
{
	struct lookup l = { .report = r };
	struct expr_value value;
	char error[128];

	if (expr_eval(text, look_up, &l, &value, error, sizeof(error))) {
		fail("report", "--assert '%s': %s", text, error);
		return 2;
	}
	if (value.known && value.number)
		return 0;
	return fail("report", "%s '%s'%s%s%s%s", value.known ? "this does not hold:" : "nobody can tell:",
		    text, *l.values || value.by_zero ? ": " : "", l.values,
		    *l.values && value.by_zero ? ", " : "", value.by_zero ? "division by zero" : "");
}

int cmd_report(int argc, char **argv)
{
	static const struct argp_child children[] = { { &report_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[FILE]",
		"Sum up a recording (default kvmmt.data): its VMs, types, reasons, times, and the ranges "
		"of memory with the most events."
		"\vWith --assert it prints nothing but what does not hold. Names in an EXPRESSION are "
		"the fields that --fields list prints, over all VMs, and events, lost, vms, seconds: "
		"--assert 'refusals == 0 && vncr.hit_ratio > 0.9'",
		children, NULL, NULL
	};
	struct command_line c = { .common.command = "report" };
	struct report r = { 0 };
	int status, one;
	size_t i;

	argp_parse(&argp, argc, argv, 0, NULL, &c);
	catch_stop();
	status = report_read(&r, &c.common);
	if (!status) {
		status = r.status;
		for (i = 0; i < c.nr_assertions; i++) {
			one = check_assertion(&r, c.assertions[i]);
			status = one > status ? one : status;
		}
		if (!c.nr_assertions && c.common.json)
			report_json(&r, stdout);
		else if (!c.nr_assertions)
			report_text(&r, stdout);
	}
	report_free(&r);
	return status;
}
