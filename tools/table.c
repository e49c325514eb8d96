// SPDX-License-Identifier: GPL-2.0
/* See table.h. */
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "names.h"
#include "table.h"
#include "utf8.h"

static bool fed(const struct table *t, const struct field *f)
{
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (f->sources & 1u << kind && !t->host->tracepoint[kind])
			return false;
	return true;
}

bool table_shows(const struct table *t, const struct field *f)
{
	if (t->vcpus)
		return f->in & FIELD_IN_VCPUS;
	return f->in & FIELD_IN_LIST || (t->nested && f->in & FIELD_IN_NESTED);
}

/* Can rows of this table have it? */
static bool has(const struct table *t, const struct field *f)
{
	return t->vcpus ? field_of_vcpu(f) : f->type != FIELD_VCPU;
}

/* The @i-th field to show, or NULL after the last one. */
static const struct field *nth(const struct table *t, size_t i, bool all)
{
	size_t k;

	if (t->nr_fields)
		return i < t->nr_fields ? t->fields[i] : NULL;
	for (k = 0; k < nr_fields; k++)
		if ((all ? has(t, &fields[k]) : table_shows(t, &fields[k])) && !i--)
			return &fields[k];
	return NULL;
}

/* A ratio, or a median, of nothing */
static bool nothing(const struct field *f, const struct model_counts *c)
{
	return (f->type == FIELD_RATIO && f->value(c) == FIELD_NO_RATIO) ||
	       (f->type == FIELD_TIMES && !f->value(c));
}

static __u64 sort_value(const struct field *f, const struct model_counts *c)
{
	return nothing(f, c) ? 0 : f->value(c);
}

static int order(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int compare(const void *x, const void *y, void *ctx)
{
	const struct table_row *a = x, *b = y;
	const struct field *f = ctx;
	int by = 0;

	switch (f->type) {
	case FIELD_NAME:
		by = strcmp(a->vm->name, b->vm->name);
		break;
	case FIELD_PID:
		by = order(a->vm->process, b->vm->process);
		break;
	case FIELD_VCPU:
		by = order(a->vcpu, b->vcpu);
		break;
	default:
		by = order(sort_value(f, &b->counts), sort_value(f, &a->counts));
	}
	return by ? by : order(a->position, b->position);
}

void table_sort(const struct table *t, struct table_row *rows, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		rows[i].position = i;
	if (t->sort)
		qsort_r(rows, nr, sizeof(*rows), compare, (void *)t->sort);
}

const char *table_cell(const struct table *t, const struct field *f, const struct table_row *row,
		       char *buf)
{
	__u64 v;

	switch (f->type) {
	case FIELD_NAME:
		return row->vm->name;
	case FIELD_PID:
		snprintf(buf, NAME_LEN, "%u", row->vm->process);
		return buf;
	case FIELD_VCPU:
		snprintf(buf, NAME_LEN, "%u", row->vcpu);
		return row->vcpu == TABLE_NO_VCPU ? "-" : buf;
	default:
		break;
	}
	if (!fed(t, f) || nothing(f, &row->counts))
		return "-";
	v = f->value(&row->counts);
	if (f->type == FIELD_COUNT && t->rates && t->seconds > 0)
		v = (double)v / t->seconds + 0.5;
	if (f->type == FIELD_RATIO)
		return name_ratio(v, buf);
	if (f->type == FIELD_TIMES)
		return v == ~0ull ? "more" : name_time(v, buf);
	return field_short(v, f->type, buf);
}

static int width(const struct field *f, int name_width)
{
	return f->type == FIELD_NAME && name_width > f->width ? name_width : f->width;
}

/* A cell of column @k; names to the left, without blanks behind the last column. */
static void put_cell(const struct table *t, size_t k, const char *cell, int name_width, FILE *out)
{
	const struct field *f = nth(t, k, false);

	if (k)
		fputc(' ', out);
	if (f->type != FIELD_NAME)
		fprintf(out, "%*s", f->width, cell);
	else if (nth(t, k + 1, false))
		fprintf(out, "%-*s", utf8_room(cell, width(f, name_width)), cell);
	else
		fputs(cell, out);
}

void table_text(const struct table *t, const struct table_row *rows, size_t nr, FILE *out)
{
	const struct field *f;
	int name_width = 0;
	char buf[64];
	size_t i, k;

	/* A name is never cut here: the column is as wide as the longest. */
	for (i = 0; i < nr; i++)
		if ((int)utf8_columns(rows[i].vm->name) > name_width)
			name_width = utf8_columns(rows[i].vm->name);
	for (k = 0; (f = nth(t, k, false)); k++)
		put_cell(t, k, f->head, name_width, out);
	fputc('\n', out);
	for (i = 0; i < nr; i++) {
		for (k = 0; (f = nth(t, k, false)); k++)
			put_cell(t, k, table_cell(t, f, &rows[i], buf), name_width, out);
		fputc('\n', out);
	}
}

static void csv_value(const struct field *f, __u64 v, FILE *out)
{
	if (f->type == FIELD_RATIO)
		fprintf(out, "%.4f", (double)v / 10000);
	else
		fprintf(out, "%llu", (unsigned long long)v);
}

void table_csv(const struct table *t, const struct table_row *rows, size_t nr, bool head, FILE *out)
{
	const struct field *f;
	char buf[64];
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
			else if (f->type == FIELD_PID || f->type == FIELD_VCPU)
				fputs(table_cell(t, f, &rows[i], buf), out);
			else if (fed(t, f) && !nothing(f, &rows[i].counts))
				csv_value(f, f->value(&rows[i].counts), out);
		}
		fputc('\n', out);
	}
}

void table_times_json(struct json *j, const char *key, const struct kvmmt_times *t)
{
	char bound[NAME_LEN];
	int i;

	json_open(j, key);
	json_number(j, "sum_ns", t->sum_ns);
	json_open(j, "le_ns");
	for (i = 0; i < KVMMT_TIMES_NR; i++) {
		if (!t->count[i])
			continue;
		if (i == KVMMT_TIMES_NR - 1)
			snprintf(bound, sizeof(bound), "+Inf");
		else
			snprintf(bound, sizeof(bound), "%llu",
				 (unsigned long long)kvmmt_time_bound_ns(i));
		json_number(j, bound, t->count[i]);
	}
	json_close(j);
	json_close(j);
}

static void field_json(const struct table *t, struct json *j, const struct field *f,
		       const struct table_row *row)
{
	if (f->type == FIELD_NAME)
		json_string(j, f->name, row->vm->name);
	else if (f->type == FIELD_PID)
		json_number(j, f->name, row->vm->process);
	else if (f->type == FIELD_VCPU && row->vcpu == TABLE_NO_VCPU)
		json_null(j, f->name);
	else if (f->type == FIELD_VCPU)
		json_number(j, f->name, row->vcpu);
	else if (!fed(t, f) || (f->type == FIELD_RATIO && nothing(f, &row->counts)))
		json_null(j, f->name);
	else if (f->type == FIELD_TIMES)
		table_times_json(j, f->name, field_times(f, &row->counts));
	else if (f->type == FIELD_RATIO)
		json_decimal(j, f->name, (double)f->value(&row->counts) / 10000);
	else
		json_number(j, f->name, f->value(&row->counts));
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
		for (k = 0; (f = nth(t, k, true)); k++)
			field_json(t, &j, f, &rows[i]);
		json_end(&j);
	}
}
