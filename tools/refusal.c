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

/* What a later kernel says is all "unknown". */
static bool same_reason(const struct kvmmt_event *a, const struct kvmmt_event *b)
{
	return a->kind == b->kind &&
	       (reason(a) == reason(b) || (!refusal_reason(a) && !refusal_reason(b)));
}

static bool of_vm(const struct refusal *r, const char *vm)
{
	return !strcmp(r->vm.name, vm);
}

static bool alike(const struct refusal *r, const char *vm, const struct kvmmt_event *e,
		  const char *backing, int slot)
{
	return of_vm(r, vm) && same_reason(&r->event, e) && r->slot == slot &&
	       !strcmp(r->backing, backing);
}

static size_t count_of(const struct refusal_log *log, const char *vm)
{
	size_t i, nr = 0;

	for (i = 0; i < log->nr; i++)
		nr += of_vm(&log->kept[i], vm);
	return nr;
}

/* Who makes room for one of @vm's: itself, if it has its share or none has more. */
static const char *who_yields(const struct refusal_log *log, const char *vm)
{
	size_t most = count_of(log, vm), nr, i;
	const char *who = most ? vm : NULL;

	for (i = 0; i < log->nr && most < REFUSALS_PER_VM; i++) {
		nr = count_of(log, log->kept[i].vm.name);
		if (nr > most && nr > 1) {
			most = nr;
			who = log->kept[i].vm.name;
		}
	}
	return who;
}

/* A place for another of @vm's: a new one, or that of the one that is longest ago. */
static struct refusal *make_room(struct refusal_log *log, const char *vm)
{
	struct refusal *oldest = NULL;
	const char *who;
	size_t i;

	if (log->nr < REFUSALS_KEPT && count_of(log, vm) < REFUSALS_PER_VM)
		return &log->kept[log->nr++];
	who = who_yields(log, vm);
	for (i = 0; i < log->nr; i++) {
		struct refusal *r = &log->kept[i];

		if ((!who || of_vm(r, who)) && (!oldest || r->event.time_ns < oldest->event.time_ns))
			oldest = r;
	}
	log->forgotten++;
	return oldest;
}

/* The VM's, or a place for it: a new one, or that of who began longest ago. */
static struct refusal_rate *rate_of(struct refusal_log *log, const char *vm)
{
	struct refusal_rate *oldest = &log->rates[0], *r;
	size_t i;

	for (i = 0; i < log->nr_rates; i++) {
		r = &log->rates[i];
		if (!strcmp(r->vm, vm))
			return r;
		if (r->from_ns < oldest->from_ns)
			oldest = r;
	}
	r = log->nr_rates < REFUSALS_KEPT ? &log->rates[log->nr_rates++] : oldest;
	memset(r, 0, sizeof(*r));
	snprintf(r->vm, sizeof(r->vm), "%s", vm);
	return r;
}

static bool due(struct refusal_log *log, const struct refusal *r)
{
	__u64 now_ns = r->event.time_ns;
	struct refusal_rate *rate;

	if (r->told_ns && now_ns < r->told_ns + REFUSAL_TELL_NS)
		return false;
	rate = rate_of(log, r->vm.name);
	if (!rate->told || now_ns >= rate->from_ns + REFUSAL_TELL_NS) {
		rate->from_ns = now_ns;
		rate->told = 0;
	}
	if (rate->told == REFUSALS_TOLD) {
		log->untold++;
		return false;
	}
	rate->told++;
	return true;
}

const struct refusal *refusal_add(struct refusal_log *log, const struct refusal_vm *vm,
				  const struct kvmmt_event *e, const char *backing, int slot,
				  __u64 time_s)
{
	struct refusal *r;
	size_t i;

	for (i = 0; i < log->nr; i++)
		if (alike(&log->kept[i], vm->name, e, backing, slot))
			break;
	if (i < log->nr) {
		r = &log->kept[i];
	} else {
		r = make_room(log, vm->name);
		memset(r, 0, sizeof(*r));
		r->id = ++log->met;
		r->slot = slot;
		r->first_s = time_s;
		snprintf(r->backing, sizeof(r->backing), "%s", backing);
	}
	r->vm = *vm;
	r->event = *e;
	r->time_s = time_s;
	r->count++;
	if (!due(log, r))
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
