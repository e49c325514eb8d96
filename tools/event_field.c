// SPDX-License-Identifier: GPL-2.0
/* See event_field.h. */
#include <errno.h>
#include <string.h>

#include "event_field.h"
#include "event_text.h"
#include "names.h"
#include "text.h"

static const struct {
	const char *name, *help;
} heads[] = {
#define X(name, word, help) { word, help },
	EVENT_HEADS(X)
#undef X
};

static void add_column(struct event_fields *f, int kind, const struct column *c)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		if (f->fields[i].head == EVENT_HEAD_PAYLOAD && !strcmp(f->fields[i].name, c->name))
			break;
	if (i == EVENT_FIELDS_MAX)
		return;
	f->fields[i].head = EVENT_HEAD_PAYLOAD;
	f->fields[i].name = c->name;
	f->fields[i].columns[kind] = c;
	f->nr += i == f->nr;
}

void event_fields_all(struct event_fields *f)
{
	size_t i;
	int kind;

	memset(f, 0, sizeof(*f));
	for (; f->nr < EVENT_HEAD_PAYLOAD; f->nr++)
		f->fields[f->nr] = (struct event_field){ .head = f->nr, .name = heads[f->nr].name };
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		for (i = 0; i < kind_columns[kind].nr; i++)
			add_column(f, kind, &kind_columns[kind].columns[i]);
}

int event_fields_parse(struct event_fields *f, const char *names, char *bad, size_t len)
{
	struct event_fields all;
	size_t n, i;

	event_fields_all(&all);
	memset(f, 0, sizeof(*f));
	do {
		n = strcspn(names, ",");
		for (i = 0; i < all.nr; i++)
			if (strlen(all.fields[i].name) == n && !strncmp(all.fields[i].name, names, n))
				break;
		if (i == all.nr || f->nr == EVENT_FIELDS_MAX) {
			snprintf(bad, len, "%.*s", (int)n, names);
			return -EINVAL;
		}
		f->fields[f->nr++] = all.fields[i];
		names += n + (names[n] == ',');
	} while (*names);
	return 0;
}

void event_fields_list(FILE *out)
{
	struct event_fields all;
	size_t i;
	int kind;

	event_fields_all(&all);
	for (i = 0; i < all.nr; i++) {
		if (all.fields[i].head != EVENT_HEAD_PAYLOAD) {
			fprintf(out, "%-14s %s\n", all.fields[i].name, heads[all.fields[i].head].help);
			continue;
		}
		fprintf(out, "%-14s of", all.fields[i].name);
		for (kind = 0; kind < KVMMT_KIND_NR; kind++)
			if (all.fields[i].columns[kind])
				fprintf(out, " %s", name_kind(kind));
		fputc('\n', out);
	}
}

static void put_signed(struct text *t, __s64 value)
{
	if (value < 0)
		text_char(t, '-');
	text_number(t, value < 0 ? -(__u64)value : (__u64)value);
}

static void put_payload(struct text *t, const struct column *c, const struct kvmmt_event *e)
{
	__u64 value = column_load(e, c);

	if (c->is_signed)
		put_signed(t, value);
	else if (c->hex)
		text_hex(t, value);
	else
		text_number(t, value);
}

/* Words can be anything: in CSV they are quoted, and no formulas. */
static void put_word(struct text *t, const char *word, bool csv)
{
	if (csv)
		text_char(t, '"');
	if (csv && *word && strchr("=+-@", *word))
		text_char(t, '\'');
	for (; *word; word++) {
		if (csv && *word == '"')
			text_char(t, '"');
		text_char(t, *word);
	}
	if (csv)
		text_char(t, '"');
}

static void put_time(struct text *t, struct wall *wall, __u64 time_ns)
{
	if (wall) {
		wall_put(wall, t, time_ns, 9);
		return;
	}
	text_number(t, time_ns / 1000000000);
	text_char(t, '.');
	text_padded(t, time_ns % 1000000000, 9);
}

/* An event and what is told of it beside. */
struct told {
	const struct kvmmt_event *e;
	const char *vm_name;
	const struct refused *memory;
};

static void put_head(struct text *t, enum event_head head, const struct told *of, bool csv)
{
	const struct kvmmt_event *e = of->e;
	char words[EVENT_TEXT_LEN];

	switch (head) {
	case EVENT_HEAD_CPU:
		text_number(t, e->cpu);
		break;
	case EVENT_HEAD_KIND:
		text_str(t, name_or_number(name_kind(e->kind), e->kind, words));
		break;
	case EVENT_HEAD_VM:
		put_word(t, of->vm_name, csv);
		break;
	case EVENT_HEAD_PID:
		text_number(t, e->pid);
		break;
	case EVENT_HEAD_VCPU:
		put_signed(t, e->vcpu);
		break;
	case EVENT_HEAD_TID:
		text_number(t, e->tid);
		break;
	case EVENT_HEAD_COMM:
		vm_clean_name(words, e->comm, strnlen(e->comm, KVMMT_COMM_LEN));
		put_word(t, words, csv);
		break;
	case EVENT_HEAD_TEXT:
		event_text(e, words, sizeof(words));
		put_word(t, words, csv);
		break;
	case EVENT_HEAD_MEMORY:
		refused_text(of->memory->slot, of->memory->backing, words);
		put_word(t, words, csv);
		break;
	case EVENT_HEAD_TIME:
	case EVENT_HEAD_PAYLOAD:
		break;
	}
}

static bool has(const struct event_field *f, const struct told *of)
{
	bool of_vm = f->head >= EVENT_HEAD_VM && f->head <= EVENT_HEAD_COMM;

	if (f->head == EVENT_HEAD_PAYLOAD)
		return f->columns[of->e->kind];
	if (f->head == EVENT_HEAD_MEMORY)
		return of->memory;
	return !of_vm || of->e->kind != KVMMT_KIND_LOST;
}

static void put(struct text *t, const struct event_fields *all, size_t i, const struct told *of,
		bool csv)
{
	const struct event_field *f = &all->fields[i];

	if (f->head == EVENT_HEAD_PAYLOAD)
		put_payload(t, f->columns[of->e->kind], of->e);
	else if (f->head == EVENT_HEAD_TIME)
		put_time(t, all->wall, of->e->time_ns);
	else
		put_head(t, f->head, of, csv);
}

void event_fields_csv_head(const struct event_fields *f, FILE *out)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		fprintf(out, "%s%s", i ? "," : "", f->fields[i].name);
	fputc('\n', out);
}

#define LINE_LEN 8192	/* of numbers; more than all words and numbers of an event */

void event_fields_csv(const struct event_fields *f, const struct kvmmt_event *e,
		      const char *vm_name, const struct refused *memory, FILE *out)
{
	const struct told of = { e, vm_name, memory };
	char line[LINE_LEN];
	struct text t = text_begin(line, sizeof(line));
	size_t i;

	for (i = 0; i < f->nr; i++) {
		if (i)
			text_char(&t, ',');
		if (has(&f->fields[i], &of))
			put(&t, f, i, &of, true);
	}
	text_char(&t, '\n');
	fwrite_unlocked(line, 1, t.at - line, out);
}

void event_fields_text(const struct event_fields *f, const struct kvmmt_event *e,
		       const char *vm_name, const struct refused *memory, FILE *out)
{
	const struct told of = { e, vm_name, memory };
	char line[LINE_LEN];
	struct text t = text_begin(line, sizeof(line));
	size_t i;

	for (i = 0; i < f->nr; i++) {
		if (!has(&f->fields[i], &of))
			continue;
		if (t.at > line)
			text_char(&t, ' ');
		text_str(&t, f->fields[i].name);
		text_char(&t, '=');
		put(&t, f, i, &of, false);
	}
	if (t.at == line)
		return;
	text_char(&t, '\n');
	fwrite_unlocked(line, 1, t.at - line, out);
}
