// SPDX-License-Identifier: GPL-2.0
/* Columns to events, whatever the bytes: see codec.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "varint.h"

struct decoder {
	struct kvmmt_event *events;
	struct kvmmt_event *origins;	/* what events of an origin have in common */
	struct vm_entry *vms;
	__u32 *origin_of, *chosen;	/* by event; events of one kind */
	__u8 *kinds;			/* by event, as the file numbers them */
	__u64 *last;			/* by origin */
	size_t room;			/* events for which there is room */
	size_t nr_origins, nr_vms;
};

struct decoder *decoder_new(void)
{
	return calloc(1, sizeof(struct decoder));
}

static void drop(struct decoder *d)
{
	free(d->events);
	free(d->origins);
	free(d->vms);
	free(d->origin_of);
	free(d->chosen);
	free(d->kinds);
	free(d->last);
	memset(d, 0, sizeof(*d));
}

void decoder_free(struct decoder *d)
{
	if (d)
		drop(d);
	free(d);
}

static int make_room(struct decoder *d, size_t nr)
{
	if (nr <= d->room)
		return 0;
	drop(d);
	d->events = malloc(nr * sizeof(*d->events));
	d->origins = malloc(nr * sizeof(*d->origins));
	d->vms = malloc(nr * sizeof(*d->vms));
	d->origin_of = malloc(nr * sizeof(*d->origin_of));
	d->chosen = malloc(nr * sizeof(*d->chosen));
	d->kinds = malloc(nr);
	d->last = malloc(nr * sizeof(*d->last));
	if (!d->events || !d->origins || !d->vms || !d->origin_of || !d->chosen || !d->kinds ||
	    !d->last)
		return -ENOMEM;
	d->room = nr;
	return 0;
}

static bool read_vms(struct decoder *d, struct span *s, size_t nr_events)
{
	__u64 nr = varint_get(s), i, len;
	struct span name;

	for (i = 0; i < nr && i < nr_events && !s->bad; i++) {
		d->vms[i].vm = varint_get(s);
		d->vms[i].pid = varint_get(s);
		d->vms[i].process = varint_get(s);
		d->vms[i].name_source = VM_NAME_RECORDING;
		len = varint_get(s);
		name = span_take(s, len);
		if (!name.bad)
			vm_clean_name(d->vms[i].name, (const char *)name.at, len);
	}
	d->nr_vms = i;
	return i == nr && !s->bad;
}

static bool read_origins(struct decoder *d, struct span *s, size_t nr_events)
{
	__u64 nr = varint_get(s), i, vm, len;
	struct span comm;

	for (i = 0; i < nr && i < nr_events && !s->bad; i++) {
		struct kvmmt_event *o = &d->origins[i];

		memset(o, 0, sizeof(*o));
		vm = varint_get(s);
		if (vm >= d->nr_vms)
			return false;
		o->vm = d->vms[vm].vm;
		o->pid = d->vms[vm].pid;
		o->vcpu = unzigzag(varint_get(s));
		o->tid = varint_get(s);
		len = varint_get(s);
		comm = span_take(s, len);
		if (comm.bad || len > KVMMT_COMM_LEN)
			return false;
		memcpy(o->comm, comm.at, len);
	}
	d->nr_origins = i;
	return i == nr && !s->bad;
}

static struct span column(struct span *s)
{
	struct span len = span_take(s, 4);

	return len.bad ? len : span_take(s, get_le32(len.at));
}

/* There is nothing of a frame that has no origins. */
static void forget_last(struct decoder *d)
{
	if (d->nr_origins)
		memset(d->last, 0, d->nr_origins * sizeof(*d->last));
}

static bool read_heads(struct decoder *d, const struct schema *schema, struct span *s, size_t nr,
		       __u64 time_ns)
{
	struct span times = column(s), kinds = column(s), origins = column(s), cpus = column(s);
	size_t i;

	forget_last(d);
	for (i = 0; i < nr; i++) {
		__u64 kind = varint_get(&kinds), origin = varint_get(&origins);
		struct kvmmt_event *e = &d->events[i];

		if (kind >= schema->nr_kinds || origin >= d->nr_origins)
			return false;
		*e = d->origins[origin];
		e->time_ns = time_ns += unzigzag(varint_get(&times));
		e->cpu = d->last[origin] += unzigzag(varint_get(&cpus));
		e->kind = schema->kinds[kind].kind;
		d->kinds[i] = kind;
		d->origin_of[i] = origin;
	}
	return !s->bad && !times.bad && !kinds.bad && !origins.bad && !cpus.bad;
}

static size_t choose(struct decoder *d, size_t nr, __u64 kind)
{
	size_t i, chosen = 0;

	for (i = 0; i < nr; i++) {
		d->chosen[chosen] = i;
		chosen += d->kinds[i] == kind;
	}
	return chosen;
}

static inline __u64 load(const char *at, int width)
{
	switch (width) {
	case 1:
		return *(const __u8 *)at;
	case 2:
		return *(const __u16 *)at;
	case 4:
		return *(const __u32 *)at;
	}
	return *(const __u64 *)at;
}

/* @width is a constant: one loop for each. Signs need no care where all bits are kept. */
static inline __attribute__((always_inline)) void
fill(struct decoder *d, struct span *s, size_t nr, const struct column *c,
     const struct column *other, int width)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		char *event = (char *)&d->events[d->chosen[i]], *at = event + c->offset;
		__u64 *last = &d->last[d->origin_of[d->chosen[i]]];
		__u64 value = *last += unzigzag(varint_get(s));

		if (other)
			value += load(event + other->offset, other->width);
		if (width == 8)
			*(__u64 *)at = value;
		else if (width == 4)
			*(__u32 *)at = value;
		else if (width == 2)
			*(__u16 *)at = value;
		else
			*(__u8 *)at = value;
	}
}

/* A column of no bytes: every step is zero. */
static void copy_other(struct decoder *d, size_t nr, const struct column *c,
		       const struct column *other)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		char *event = (char *)&d->events[d->chosen[i]];

		memcpy(event + c->offset, event + other->offset, c->width);
	}
}

static bool read_column(struct decoder *d, struct span values, const struct schema_kind *k,
			const struct schema_field *f, size_t nr)
{
	const struct column *columns = kind_columns[k->kind].columns, *c = &columns[f->column];
	const struct column *other = f->relative == COLUMN_NONE ? NULL : &columns[f->relative];

	if (values.at == values.end) {
		if (other && other->width == c->width)
			copy_other(d, nr, c, other);
		return !other || other->width == c->width;
	}
	forget_last(d);
	switch (c->width) {
	case 8:
		fill(d, &values, nr, c, other, 8);
		break;
	case 4:
		fill(d, &values, nr, c, other, 4);
		break;
	case 2:
		fill(d, &values, nr, c, other, 2);
		break;
	case 1:
		fill(d, &values, nr, c, other, 1);
		break;
	}
	return !values.bad;
}

/* Each field's values; of kinds and fields that are not known, only the length. */
static bool read_fields(struct decoder *d, const struct schema *schema, struct span *s, size_t nr)
{
	size_t chosen = 0;
	__u64 of_kind = ~0ull;

	while (s->at < s->end && !s->bad) {
		__u64 kind = varint_get(s), field = varint_get(s);
		struct span values = column(s);
		const struct schema_kind *k = &schema->kinds[kind % SCHEMA_KINDS];

		if (s->bad || kind >= schema->nr_kinds || field >= k->nr_fields)
			return false;
		if (k->kind == COLUMN_NONE || k->fields[field].column == COLUMN_NONE)
			continue;
		if (kind != of_kind)
			chosen = choose(d, nr, kind);
		of_kind = kind;
		if (!read_column(d, values, k, &k->fields[field], chosen))
			return false;
	}
	return !s->bad;
}

/* Leave out events of kinds that are not known. */
static size_t keep_known(struct decoder *d, size_t nr)
{
	size_t i, kept = 0;

	for (i = 0; i < nr; i++)
		if (d->events[i].kind < KVMMT_KIND_NR)
			d->events[kept++] = d->events[i];
	return kept;
}

static bool knows_all(const struct schema *schema)
{
	size_t i;

	for (i = 0; i < schema->nr_kinds && schema->kinds[i].kind != COLUMN_NONE; i++)
		;
	return i == schema->nr_kinds;
}

int decoder_decode(struct decoder *d, const struct schema *schema, const void *bytes, size_t len,
		   size_t nr_events, __u64 first_ns, struct decoded *out)
{
	struct span s = { bytes, (const __u8 *)bytes + len, false };
	int err;

	memset(out, 0, sizeof(*out));
	if (nr_events > KVMMT_FRAME_EVENTS_MAX)
		return -EBADMSG;
	err = make_room(d, nr_events);
	if (err)
		return err;
	if (!read_vms(d, &s, nr_events) || !read_origins(d, &s, nr_events) ||
	    !read_heads(d, schema, &s, nr_events, first_ns) ||
	    !read_fields(d, schema, &s, nr_events))
		return -EBADMSG;
	out->events = d->events;
	out->nr = knows_all(schema) ? nr_events : keep_known(d, nr_events);
	out->unknown = nr_events - out->nr;
	out->vms = d->vms;
	out->nr_vms = d->nr_vms;
	return 0;
}
