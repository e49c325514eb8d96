/* SPDX-License-Identifier: GPL-2.0 */
/* Test results: `ok NAME`, `not ok NAME: why`, `skip NAME: why`, a line each. */
#ifndef CHECK_H
#define CHECK_H

/* Prefix of all names; set once. */
extern const char *check_suite;

void ok(const char *format, ...) __attribute__((format(printf, 1, 2)));
void not_ok(const char *format, ...) __attribute__((format(printf, 1, 2)));
void skip(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* ok or not ok; then the format is the name, and @why is shown on failure. */
void check(int good, const char *why, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Exit status: 1 if anything was not ok or nothing was checked. */
int check_status(void);

#endif
