// SPDX-License-Identifier: GPL-2.0
/* See refusal.h. */
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "refusal.h"

static unsigned int reason(const struct kvmmt_event *e)
{
	return e->kind == KVMMT_KIND_S2_SLOT ? e->s2_slot.reason : e->s2_fault.reason;
}

const char *refusal_at(const struct kvmmt_event *e)
{
	return e->kind == KVMMT_KIND_S2_SLOT ? "slot" : "fault";
}

const char *refusal_reason(const struct kvmmt_event *e)
{
	return e->kind == KVMMT_KIND_S2_SLOT ? name_slot_reason(reason(e)) :
					       name_fault_reason(reason(e));
}

const char *refusal_why(const struct kvmmt_event *e)
{
	return e->kind == KVMMT_KIND_S2_SLOT ? name_slot_why(reason(e)) :
					       name_fault_why(reason(e));
}

const char *refusal_missing(const struct kvmmt_event *e)
{
	if (e->kind == KVMMT_KIND_S2_SLOT)
		return reason(e) == KVMMT_SLOT_UNSAFE_CACHEABLE ?
			       name_missing_features(e->s2_slot.flags) :
			       "";
	return reason(e) == KVMMT_FAULT_UNSAFE_CACHEABLE ? name_missing_features(e->s2_fault.flags) :
							   "";
}

static bool alike(const struct refusal *r, const char *vm, const struct kvmmt_event *e,
		  const char *backing, int slot)
{
	return !strcmp(r->vm, vm) && r->event.kind == e->kind && reason(&r->event) == reason(e) &&
	       r->slot == slot && !strcmp(r->backing, backing);
}

/* A place for another: a new one, or that of the one that is longest ago. */
static struct refusal *make_room(struct refusal_log *log)
{
	struct refusal *oldest = &log->kept[0];
	size_t i;

	if (log->nr < REFUSALS_KEPT)
		return &log->kept[log->nr++];
	for (i = 1; i < log->nr; i++)
		if (log->kept[i].event.time_ns < oldest->event.time_ns)
			oldest = &log->kept[i];
	return oldest;
}

const struct refusal *refusal_add(struct refusal_log *log, const char *vm,
				  const struct kvmmt_event *e, const char *backing, int slot,
				  __u64 time_s)
{
	struct refusal *r;
	size_t i;

	for (i = 0; i < log->nr; i++)
		if (alike(&log->kept[i], vm, e, backing, slot))
			break;
	if (i < log->nr) {
		r = &log->kept[i];
	} else {
		r = make_room(log);
		memset(r, 0, sizeof(*r));
		snprintf(r->vm, sizeof(r->vm), "%s", vm);
		r->slot = slot;
		snprintf(r->backing, sizeof(r->backing), "%s", backing);
	}
	r->event = *e;
	r->time_s = time_s;
	r->count++;
	if (r->count > 1 && e->time_ns < r->told_ns + REFUSAL_TELL_NS)
		return NULL;
	r->told_ns = e->time_ns;
	return r;
}

void refusal_expire(struct refusal_log *log, __u64 now_ns)
{
	size_t i, kept = 0;

	for (i = 0; i < log->nr; i++)
		if (log->kept[i].event.time_ns + REFUSAL_KEEP_NS > now_ns)
			log->kept[kept++] = log->kept[i];
	log->nr = kept;
}
