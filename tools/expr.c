// SPDX-License-Identifier: GPL-2.0
/* See expr.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr.h"

#define DEPTH_MAX 100	/* of parentheses and signs */

struct parser {
	const char *at;
	expr_fn fn;
	void *ctx;
	int depth;
	char *error;
	size_t len;
	bool failed;
};

enum operator { OR, AND, EQ, NE, LE, GE, LT, GT, ADD, SUB, MUL, DIV, NR_OPERATORS };

static const struct {
	const char *text;
	int level;
} operators[NR_OPERATORS] = {
	[OR] = { "||", 0 }, [AND] = { "&&", 1 },
	[EQ] = { "==", 2 }, [NE] = { "!=", 2 }, [LE] = { "<=", 2 }, [GE] = { ">=", 2 },
	[LT] = { "<", 2 }, [GT] = { ">", 2 },
	[ADD] = { "+", 3 }, [SUB] = { "-", 3 }, [MUL] = { "*", 4 }, [DIV] = { "/", 4 },
};

#define LEVELS 5

static const struct expr_value unknown;

static struct expr_value known(double number)
{
	return (struct expr_value){ .number = number, .known = true };
}

/* The first failure is the one that is told. */
static struct expr_value fail_at(struct parser *p, const char *what, const char *where)
{
	if (!p->failed)
		snprintf(p->error, p->len, "%s at '%.20s'", what, where);
	p->failed = true;
	p->at += strlen(p->at);
	return unknown;
}

static void skip_space(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

/* What is certain whatever the other side is, and else nothing. */
static struct expr_value logic(enum operator op, struct expr_value a, struct expr_value b)
{
	bool decides = op == OR;

	if ((a.known && !!a.number == decides) || (b.known && !!b.number == decides))
		return known(decides);
	if (a.known && b.known)
		return known(!decides);
	return (struct expr_value){ .by_zero = a.by_zero || b.by_zero };
}

static struct expr_value apply(enum operator op, struct expr_value a, struct expr_value b)
{
	if (op == OR || op == AND)
		return logic(op, a, b);
	if (!a.known || !b.known)
		return (struct expr_value){ .by_zero = a.by_zero || b.by_zero };
	if (op == DIV && b.number == 0)
		return (struct expr_value){ .by_zero = true };
	switch (op) {
	case EQ:
		return known(a.number == b.number);
	case NE:
		return known(a.number != b.number);
	case LE:
		return known(a.number <= b.number);
	case GE:
		return known(a.number >= b.number);
	case LT:
		return known(a.number < b.number);
	case GT:
		return known(a.number > b.number);
	case ADD:
		return known(a.number + b.number);
	case SUB:
		return known(a.number - b.number);
	case MUL:
		return known(a.number * b.number);
	default:
		return known(a.number / b.number);
	}
}

static struct expr_value parse_level(struct parser *p, int level);

static struct expr_value parse_name(struct parser *p)
{
	char name[EXPR_NAME_LEN];
	const char *from = p->at;
	double value = 0;
	size_t len = 0;
	int err;

	while (isalnum((unsigned char)from[len]) || from[len] == '_' || from[len] == '.')
		len++;
	if (!len)
		return fail_at(p, *from ? "not understood" : "something is missing", from);
	if (len >= sizeof(name))
		return fail_at(p, "there is no name so long", from);
	snprintf(name, sizeof(name), "%.*s", (int)len, from);
	p->at += len;
	err = p->fn(p->ctx, name, &value);
	if (err == -ENOENT)
		return fail_at(p, "there is no such name", name);
	return err ? unknown : known(value);
}

/* 12, 0.5, 1e6, 64K, 2M, 1G: powers of 1024, as sizes are. */
static struct expr_value parse_number(struct parser *p)
{
	static const char units[] = "KMG";
	char *end;
	double number = strtod(p->at, &end);
	const char *unit = *end ? strchr(units, *end) : NULL;
	int steps = unit ? unit - units + 1 : 0;

	p->at = unit ? end + 1 : end;
	while (steps--)
		number *= 1024;
	if (isalnum((unsigned char)*p->at) || *p->at == '_')
		return fail_at(p, "not a number", p->at);
	return known(number);
}

static struct expr_value parse_unary(struct parser *p)
{
	struct expr_value v = unknown;

	skip_space(p);
	if (++p->depth > DEPTH_MAX)
		return fail_at(p, "too deep", p->at);
	if (*p->at == '!') {
		p->at++;
		v = parse_unary(p);
		v.number = !v.number;
	} else if (*p->at == '-') {
		p->at++;
		v = parse_unary(p);
		v.number = -v.number;
	} else if (*p->at == '(') {
		p->at++;
		v = parse_level(p, 0);
		skip_space(p);
		if (*p->at == ')')
			p->at++;
		else
			v = fail_at(p, "')' is missing", p->at);
	} else if (isdigit((unsigned char)*p->at)) {
		v = parse_number(p);
	} else {
		v = parse_name(p);
	}
	p->depth--;
	return v;
}

static int operator_at(const char *at, int level)
{
	int op;

	for (op = 0; op < NR_OPERATORS; op++)
		if (!strncmp(at, operators[op].text, strlen(operators[op].text)))
			return operators[op].level == level ? op : -1;
	return -1;
}

static struct expr_value parse_level(struct parser *p, int level)
{
	struct expr_value v;
	int op;

	if (level == LEVELS)
		return parse_unary(p);
	v = parse_level(p, level + 1);
	for (;;) {
		skip_space(p);
		op = operator_at(p->at, level);
		if (op < 0)
			return v;
		p->at += strlen(operators[op].text);
		v = apply(op, v, parse_level(p, level + 1));
	}
}

int expr_eval(const char *text, expr_fn fn, void *ctx, struct expr_value *value, char *error,
	      size_t len)
{
	struct parser p = { .at = text, .fn = fn, .ctx = ctx, .error = error, .len = len };

	*value = parse_level(&p, 0);
	if (*p.at)
		fail_at(&p, "not understood", p.at);
	return p.failed ? -EINVAL : 0;
}
