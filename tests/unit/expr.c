// SPDX-License-Identifier: GPL-2.0
/* Expressions of assertions. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "expr.h"

static int look_up(void *ctx, const char *name, double *value)
{
	(void)ctx;
	if (!strcmp(name, "unknown"))
		return -ENODATA;
	*value = 7;
	return strcmp(name, "seven") ? -ENOENT : 0;
}

static void values(void)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {
		{ "1", 1 }, { " seven ", 7 }, { "1+2*3", 7 }, { "(1+2)*3", 9 }, { "8/2/2", 2 },
		{ "5-2-1", 2 }, { "-2+3", 1 }, { "!0", 1 }, { "!seven", 0 }, { "2K", 2048 },
		{ "0.5M==512K", 1 }, { "1<2&&2<3", 1 }, { "1>2||2<1", 0 }, { "0&&0||1", 1 },
		{ "seven>=7", 1 }, { "seven!=7", 0 }, { "seven<=6.5", 0 }, { "unknown&&0", 0 },
		{ "1||unknown", 1 }, { "--1", 1 }, { "1 == 1 && 2 == 2", 1 },
	};
	struct expr_value v;
	char error[100];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = expr_eval(rows[i].text, look_up, NULL, &v, error, sizeof(error));

		check(!err && v.known && v.number == rows[i].value, err ? error : "another value",
		      "%s is %g", rows[i].text, rows[i].value);
	}
}

static void unknowns(void)
{
	static const char *const rows[] = { "unknown", "unknown>0", "unknown&&1", "0||unknown",
					    "!unknown", "1/0", "-unknown==0",
					    "1/0==1", "!(unknown+1/0)", "1&&1/0" };
	struct expr_value v;
	char error[100];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(!expr_eval(rows[i], look_up, NULL, &v, error, sizeof(error)) && !v.known &&
			      v.by_zero == !!strstr(rows[i], "/0"), "",
		      "%s is not known", rows[i]);
}

static void errors(void)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "something is missing" }, { "1+", "something is missing" },
		{ "nosuch", "no such name at 'nosuch'" }, { "(1", "')' is missing" },
		{ "1)", "not understood at ')'" }, { "1 2", "not understood at '2'" },
		{ "1x", "not a number" }, { "a$", "no such name at 'a'" }, { "1=1", "not understood" },
	};
	static char deep[5000];
	struct expr_value v;
	char error[100];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(expr_eval(rows[i].text, look_up, NULL, &v, error, sizeof(error)) == -EINVAL &&
			      strstr(error, rows[i].error),
		      error, "'%s': %s", rows[i].text, rows[i].error);
	memset(deep, '(', sizeof(deep) - 1);
	check(expr_eval(deep, look_up, NULL, &v, error, sizeof(error)) == -EINVAL &&
		      strstr(error, "too deep"),
	      error, "thousands of parentheses are too deep");
}

int main(void)
{
	check_suite = "expr";
	values();
	unknowns();
	errors();
	return check_status();
}
