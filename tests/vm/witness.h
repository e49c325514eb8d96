/* SPDX-License-Identifier: GPL-2.0 */
/* kvmmt script --json as a witness: runs beside a test, its lines are looked up after. */
#ifndef WITNESS_H
#define WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct witness {
	pid_t pid;
	char *lines;	/* all of its output, after witness_stop() */
};

/* Returns once kvmmt sees events; 0 or -errno. */
int witness_start(struct witness *w);
/* End it and read what it said. 0, or -EIO if it failed or lost events. */
int witness_stop(struct witness *w);

/*
 * The last line that has all @wanted substrings (NULL-terminated), copied to
 * @line. False if there is none.
 */
bool witness_find(const struct witness *w, const char *const *wanted, char *line, size_t len);

/* The value of @key in @line, as text without quotes, to @value. */
bool witness_value(const char *line, const char *key, char *value, size_t len);

#endif
