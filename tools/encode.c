// SPDX-License-Identifier: GPL-2.0
/* Events to columns: see codec.h and, for the bytes, docs/kvmmt.data.5. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "varint.h"

#define SLOTS (2 * KVMMT_EVENTS_PER_FRAME)	/* of the hash tables; a power of two */

/* Who acted on which VM: the same few again and again. */
struct origin {
	__u32 vm;		/* index into vms */
	__s32 vcpu;
	__u32 tid;
	char comm[KVMMT_COMM_LEN];
};

struct encoder {
	vm_entry_fn name;
	void *ctx;
	__u8 *out;
	size_t len, room;
	struct vm_entry vms[KVMMT_EVENTS_PER_FRAME];
	struct origin origins[KVMMT_EVENTS_PER_FRAME];
	__u32 nr_vms, nr_origins;
	__u32 vm_slots[SLOTS], origin_slots[SLOTS];	/* index + 1 */
	__u32 origin_of[KVMMT_EVENTS_PER_FRAME];		/* by event */
	__u32 chosen[KVMMT_EVENTS_PER_FRAME];		/* events of one kind */
	__u64 last[KVMMT_EVENTS_PER_FRAME];			/* value, by origin */
};

struct encoder *encoder_new(vm_entry_fn name, void *ctx)
{
	struct encoder *e = calloc(1, sizeof(*e));

	if (e) {
		e->name = name;
		e->ctx = ctx;
	}
	return e;
}

void encoder_free(struct encoder *e)
{
	if (e)
		free(e->out);
	free(e);
}

/* Room for @more bytes behind what there is. */
static int make_room(struct encoder *e, size_t more)
{
	size_t room = e->room ? e->room : 65536;
	__u8 *out;

	while (room < e->len + more)
		room *= 2;
	if (room == e->room)
		return 0;
	out = realloc(e->out, room);
	if (!out)
		return -ENOMEM;
	e->out = out;
	e->room = room;
	return 0;
}

static __u32 hash(__u64 a, __u64 b)
{
	return ((a ^ b * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull) >> 40 & (SLOTS - 1);
}

static __u32 vm_index(struct encoder *e, const struct kvmmt_event *event)
{
	char comm[KVMMT_COMM_LEN + 1] = "";
	struct vm_entry *vm;
	__u32 slot;

	for (slot = hash(event->vm, event->pid); e->vm_slots[slot]; slot = (slot + 1) % SLOTS) {
		vm = &e->vms[e->vm_slots[slot] - 1];
		if (vm->vm == event->vm && vm->pid == event->pid)
			return vm - e->vms;
	}
	vm = &e->vms[e->nr_vms++];
	*vm = (struct vm_entry){ .vm = event->vm, .pid = event->pid };
	memcpy(comm, event->comm, KVMMT_COMM_LEN);
	if (event->vm)
		e->name(e->ctx, vm, comm);
	e->vm_slots[slot] = e->nr_vms;
	return e->nr_vms - 1;
}

static bool same_origin(const struct encoder *e, const struct origin *o,
			const struct kvmmt_event *event)
{
	const struct vm_entry *vm = &e->vms[o->vm];

	return vm->vm == event->vm && vm->pid == event->pid && o->vcpu == event->vcpu &&
	       o->tid == event->tid && !memcmp(o->comm, event->comm, KVMMT_COMM_LEN);
}

static __u32 origin_index(struct encoder *e, const struct kvmmt_event *event)
{
	__u32 slot = hash(event->vm ^ (__u64)event->pid << 32, event->tid ^ (__u64)event->vcpu << 32);
	struct origin *o;

	for (; e->origin_slots[slot]; slot = (slot + 1) % SLOTS) {
		o = &e->origins[e->origin_slots[slot] - 1];
		if (same_origin(e, o, event))
			return o - e->origins;
	}
	o = &e->origins[e->nr_origins++];
	o->vm = vm_index(e, event);
	o->vcpu = event->vcpu;
	o->tid = event->tid;
	memcpy(o->comm, event->comm, KVMMT_COMM_LEN);
	e->origin_slots[slot] = e->nr_origins;
	return e->nr_origins - 1;
}

static __u8 *put_word(__u8 *to, const char *word, size_t len)
{
	to = varint_put(to, len);
	memcpy(to, word, len);
	return to + len;
}

static int put_vms(struct encoder *e)
{
	int err = make_room(e, VARINT_MAX + e->nr_vms * (4 * VARINT_MAX + VM_NAME_LEN));
	__u8 *to = e->out + e->len;
	__u32 i;

	if (err)
		return err;
	to = varint_put(to, e->nr_vms);
	for (i = 0; i < e->nr_vms; i++) {
		to = varint_put(to, e->vms[i].vm);
		to = varint_put(to, e->vms[i].pid);
		to = varint_put(to, e->vms[i].process);
		to = put_word(to, e->vms[i].name, strnlen(e->vms[i].name, VM_NAME_LEN));
	}
	e->len = to - e->out;
	return 0;
}

static int put_origins(struct encoder *e)
{
	int err = make_room(e, VARINT_MAX + e->nr_origins * (4 * VARINT_MAX + KVMMT_COMM_LEN));
	__u8 *to = e->out + e->len;
	__u32 i;

	if (err)
		return err;
	to = varint_put(to, e->nr_origins);
	for (i = 0; i < e->nr_origins; i++) {
		const struct origin *o = &e->origins[i];

		to = varint_put(to, o->vm);
		to = varint_put(to, zigzag(o->vcpu));
		to = varint_put(to, o->tid);
		to = put_word(to, o->comm, strnlen(o->comm, KVMMT_COMM_LEN));
	}
	e->len = to - e->out;
	return 0;
}

/* Where a column's values go: behind its length, which is known at its end. */
static __u8 *column_begin(struct encoder *e, size_t nr)
{
	if (make_room(e, 2 * VARINT_MAX + 4 + nr * VARINT_MAX))
		return NULL;
	return e->out + e->len + 4;
}

static void column_end(struct encoder *e, __u8 *end)
{
	put_le32(e->out + e->len, end - (e->out + e->len + 4));
	e->len = end - e->out;
}

/* Time, kind, origin and CPU of every event. */
static int put_heads(struct encoder *e, const struct kvmmt_event *events, size_t nr, __u64 time_ns)
{
	__u8 *to = column_begin(e, nr);
	size_t i;

	for (i = 0; to && i < nr; time_ns = events[i++].time_ns)
		to = varint_put(to, zigzag(events[i].time_ns - time_ns));
	if (to)
		column_end(e, to);
	to = column_begin(e, nr);
	for (i = 0; to && i < nr; i++)
		to = varint_put(to, events[i].kind);
	if (to)
		column_end(e, to);
	to = column_begin(e, nr);
	for (i = 0; to && i < nr; i++)
		to = varint_put(to, e->origin_of[i]);
	if (to)
		column_end(e, to);
	to = column_begin(e, nr);
	memset(e->last, 0, e->nr_origins * sizeof(*e->last));
	for (i = 0; to && i < nr; i++) {
		to = varint_put(to, zigzag(events[i].cpu - e->last[e->origin_of[i]]));
		e->last[e->origin_of[i]] = events[i].cpu;
	}
	if (to)
		column_end(e, to);
	return to ? 0 : -ENOMEM;
}

static const struct column *find(const struct kind_columns *k, const char *name)
{
	size_t i = 0;

	while (strcmp(k->columns[i].name, name))
		i++;
	return &k->columns[i];
}

/* A column of steps that are all zero has no bytes, or is left out. */
static int put_column(struct encoder *e, const struct kvmmt_event *events, size_t nr, int kind,
		      size_t field)
{
	const struct column *c = &kind_columns[kind].columns[field];
	const struct column *to_other = c->relative ? find(&kind_columns[kind], c->relative) : NULL;
	size_t i, before = e->len;
	__u64 any = 0;
	__u8 *to;

	if (make_room(e, 2 * VARINT_MAX))
		return -ENOMEM;
	to = varint_put(e->out + e->len, kind);
	e->len = varint_put(to, field) - e->out;
	to = column_begin(e, nr);
	memset(e->last, 0, e->nr_origins * sizeof(*e->last));
	for (i = 0; to && i < nr; i++) {
		const struct kvmmt_event *event = &events[e->chosen[i]];
		__u64 *last = &e->last[e->origin_of[e->chosen[i]]];
		__u64 value = column_load(event, c) - (to_other ? column_load(event, to_other) : 0);
		__u64 step = zigzag(value - *last);

		any |= step;
		*last = value;
		to = varint_put(to, step);
	}
	if (!to)
		return -ENOMEM;
	if (any || c->relative)
		column_end(e, any ? to : e->out + e->len + 4);
	else
		e->len = before;
	return 0;
}

static int put_kind(struct encoder *e, const struct kvmmt_event *events, size_t nr, int kind)
{
	size_t i, chosen = 0;
	int err = 0;

	for (i = 0; i < nr; i++)
		if (events[i].kind == kind)
			e->chosen[chosen++] = i;
	for (i = 0; chosen && !err && i < kind_columns[kind].nr; i++)
		err = put_column(e, events, chosen, kind, i);
	return err;
}

int encoder_encode(struct encoder *e, const struct kvmmt_event *events, size_t nr, __u64 first_ns,
		   const void **bytes, size_t *len)
{
	int err, kind;
	size_t i;

	e->len = e->nr_vms = e->nr_origins = 0;
	memset(e->vm_slots, 0, sizeof(e->vm_slots));
	memset(e->origin_slots, 0, sizeof(e->origin_slots));
	for (i = 0; i < nr; i++)
		e->origin_of[i] = origin_index(e, &events[i]);
	err = put_vms(e);
	if (!err)
		err = put_origins(e);
	if (!err)
		err = put_heads(e, events, nr, first_ns);
	for (kind = 0; kind < KVMMT_KIND_NR && !err; kind++)
		err = put_kind(e, events, nr, kind);
	*bytes = e->out;
	*len = e->len;
	return err;
}
