/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Expressions over numbers that have names: refusals == 0 && vncr.hit_ratio > 0.9
 * Operators, the weakest first: || && == != < <= > >= + - * / and unary ! -
 */
#ifndef EXPR_H
#define EXPR_H

#include <stdbool.h>
#include <stddef.h>

#define EXPR_NAME_LEN 64

/* Its value may be one that nobody knows, and then so is what depends on it. */
struct expr_value {
	double number;
	bool known;
	bool by_zero;	/* it is not known, and something was divided by zero */
};

/* Returns 0, -ENOENT: there is no such name, -ENODATA: its value is not known. */
typedef int (*expr_fn)(void *ctx, const char *name, double *value);

/*
 * Returns 0, or -EINVAL with a message in @error of @len bytes. All names are looked
 * up, also those that do not matter for the value.
 */
int expr_eval(const char *text, expr_fn fn, void *ctx, struct expr_value *value, char *error,
	      size_t len);

#endif
