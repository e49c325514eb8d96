// SPDX-License-Identifier: GPL-2.0
/* See table.h. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "names.h"
#include "table.h"

static bool fed(const struct table *t, const struct field *f)
{
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (f->sources & 1u << kind && !t->host->tracepoint[kind])
			return false;
	return true;
}

/* The @i-th field to show, or NULL after the last one. */
static const struct field *nth(const struct table *t, size_t i, bool all)
{
	size_t k;

	if (t->nr_fields)
		return i < t->nr_fields ? t->fields[i] : NULL;
	for (k = 0; k < nr_fields; k++)
		if ((all || !fields[k].wide) && !i--)
			return &fields[k];
	return NULL;
}

static int compare(const struct field *f, const struct table_row *a, const struct table_row *b)
{
	__u64 x, y;

	switch (f->type) {
	case FIELD_NAME:
		return strcmp(a->vm->name, b->vm->name);
	case FIELD_PID:
		return a->vm->process < b->vm->process ? -1 : a->vm->process > b->vm->process;
	default:
		x = f->value(&a->counts);
		y = f->value(&b->counts);
		return x > y ? -1 : x < y;
	}
}

/* Insertion: stable, and the rows are nearly sorted from one interval to the next. */
void table_sort(const struct table *t, struct table_row *rows, size_t nr)
{
	size_t i, k;

	for (i = 1; t->sort && i < nr; i++) {
		struct table_row row = rows[i];

		for (k = i; k && compare(t->sort, &rows[k - 1], &row) > 0; k--)
			rows[k] = rows[k - 1];
		rows[k] = row;
	}
}

const char *table_cell(const struct table *t, const struct field *f, const struct table_row *row,
		       char *buf)
{
	if (f->type == FIELD_NAME)
		return row->vm->name;
	if (f->type == FIELD_PID) {
		snprintf(buf, NAME_LEN, "%u", row->vm->process);
		return buf;
	}
	return fed(t, f) ? field_short(f->value(&row->counts), f->type, buf) : "-";
}

static int width(const struct field *f, int name_width)
{
	return f->type == FIELD_NAME && name_width > f->width ? name_width : f->width;
}

void table_text(const struct table *t, const struct table_row *rows, size_t nr, FILE *out)
{
	const struct field *f;
	int name_width = 0;
	char buf[64];
	size_t i, k;

	/* A name is never cut here: the column is as wide as the longest. */
	for (i = 0; i < nr; i++)
		if ((int)strlen(rows[i].vm->name) > name_width)
			name_width = strlen(rows[i].vm->name);
	for (k = 0; (f = nth(t, k, false)); k++)
		fprintf(out, f->type == FIELD_NAME ? "%s%-*s" : "%s%*s", k ? " " : "",
			width(f, name_width), f->head);
	fputc('\n', out);
	for (i = 0; i < nr; i++) {
		for (k = 0; (f = nth(t, k, false)); k++)
			fprintf(out, f->type == FIELD_NAME ? "%s%-*s" : "%s%*s", k ? " " : "",
				width(f, name_width), table_cell(t, f, &rows[i], buf));
		fputc('\n', out);
	}
}

void table_csv(const struct table *t, const struct table_row *rows, size_t nr, bool head, FILE *out)
{
	const struct field *f;
	size_t i, k;

	if (head) {
		fputs("seconds,total", out);
		for (k = 0; (f = nth(t, k, true)); k++)
			fprintf(out, ",%s", f->name);
		fputc('\n', out);
	}
	for (i = 0; i < nr; i++) {
		fprintf(out, "%.3f,%d", t->seconds, t->total);
		for (k = 0; (f = nth(t, k, true)); k++) {
			fputc(',', out);
			if (f->type == FIELD_NAME) /* no formula to a spreadsheet */
				fprintf(out, "\"%s%s\"", strchr("=+-@", *rows[i].vm->name) ? "'" : "",
					rows[i].vm->name);
			else if (f->type == FIELD_PID)
				fprintf(out, "%u", rows[i].vm->process);
			else if (fed(t, f))
				fprintf(out, "%llu", (unsigned long long)f->value(&rows[i].counts));
		}
		fputc('\n', out);
	}
}

void table_json(const struct table *t, const struct table_row *rows, size_t nr, FILE *out)
{
	const struct field *f;
	size_t i, k;

	for (i = 0; i < nr; i++) {
		struct json j;

		json_begin(&j, out);
		json_decimal(&j, "seconds", t->seconds);
		json_bool(&j, "total", t->total);
		for (k = 0; (f = nth(t, k, true)); k++) {
			if (f->type == FIELD_NAME)
				json_string(&j, f->name, rows[i].vm->name);
			else if (f->type == FIELD_PID)
				json_number(&j, f->name, rows[i].vm->process);
			else if (fed(t, f))
				json_number(&j, f->name, f->value(&rows[i].counts));
			else
				json_null(&j, f->name);
		}
		json_end(&j);
	}
}
