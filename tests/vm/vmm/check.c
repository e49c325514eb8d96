// SPDX-License-Identifier: GPL-2.0
/* See check.h. */
#include <stdarg.h>
#include <stdio.h>

#include "check.h"

const char *check_suite = "vm";
static int passed, failed;

static void say(const char *word, const char *format, va_list args, const char *why)
{
	printf("%s %s: ", word, check_suite);
	vprintf(format, args);
	printf("%s%s\n", why ? ": " : "", why ? why : "");
	fflush(stdout);
}

#define SAY(word, why)                    \
	do {                              \
		va_list args;             \
		va_start(args, format);   \
		say(word, format, args, why); \
		va_end(args);             \
	} while (0)

void ok(const char *format, ...)
{
	passed++;
	SAY("ok", NULL);
}

void not_ok(const char *format, ...)
{
	failed++;
	SAY("not ok", NULL);
}

void skip(const char *format, ...)
{
	SAY("skip", NULL);
}

void check(int good, const char *why, const char *format, ...)
{
	if (good)
		passed++;
	else
		failed++;
	SAY(good ? "ok" : "not ok", good ? NULL : why);
}

int check_status(void)
{
	return failed || !passed;
}
