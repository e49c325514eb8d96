// SPDX-License-Identifier: GPL-2.0
/* The latest refusals of a VM; those that are alike are one, with a count. See model.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* The same reason on the same kind of memory, wherever in it. */
static bool alike(const struct model_refused *r, const struct kvmmt_event *e, const char *backing,
		  int slot)
{
	const struct kvmmt_event *was = &r->event;

	if (was->kind != e->kind || r->slot != slot || strcmp(r->backing, backing))
		return false;
	if (e->kind == KVMMT_KIND_S2_SLOT)
		return was->s2_slot.reason == e->s2_slot.reason && was->s2_slot.vma == e->s2_slot.vma &&
		       was->s2_slot.slot == e->s2_slot.slot;
	return was->s2_fault.reason == e->s2_fault.reason && was->s2_fault.vma == e->s2_fault.vma;
}

/* The one like it; else a new place, or that of the one that is longest ago. */
static struct model_refused *place(struct model_vm *vm, const struct kvmmt_event *e,
				   const char *backing, int slot)
{
	struct model_refused *oldest = &vm->refusals[0];
	size_t i;

	for (i = 0; i < vm->nr_kept; i++) {
		if (alike(&vm->refusals[i], e, backing, slot))
			return &vm->refusals[i];
		if (vm->refusals[i].event.time_ns < oldest->event.time_ns)
			oldest = &vm->refusals[i];
	}
	if (vm->nr_kept < MODEL_REFUSALS)
		oldest = &vm->refusals[vm->nr_kept++];
	memset(oldest, 0, sizeof(*oldest));
	return oldest;
}

int model_refusal(struct model *m, const struct kvmmt_event *e, const char *backing, int slot)
{
	struct model_vm *vm = (struct model_vm *)model_find(m, e->vm, e->pid);
	__u64 ipa = e->kind == KVMMT_KIND_S2_SLOT ? e->s2_slot.ipa : e->s2_fault.fault_ipa;
	struct model_refused *r;

	m->nr_refusals++;
	/* Counters are read before events: a VM that is newer than the sample waits. */
	if (!vm)
		return 0;
	if (!vm->refusals)
		vm->refusals = calloc(MODEL_REFUSALS, sizeof(*vm->refusals));
	if (!vm->refusals)
		return -ENOMEM;
	r = place(vm, e, backing, slot);
	if (!r->count++) {
		r->ipa_low = r->ipa_high = ipa;
		r->slot = slot;
		snprintf(r->backing, sizeof(r->backing), "%s", backing);
	}
	r->ipa_low = ipa < r->ipa_low ? ipa : r->ipa_low;
	r->ipa_high = ipa > r->ipa_high ? ipa : r->ipa_high;
	r->event = *e;
	vm->nr_refusals++;
	return 0;
}
