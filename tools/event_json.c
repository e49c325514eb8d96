// SPDX-License-Identifier: GPL-2.0
/* An event as a JSON object: see event_text.h. */
#include <kvmmt/counters.h>
#include "event_text.h"
#include "names.h"

static void fault_json(struct json *j, const struct kvmmt_s2_fault *f)
{
	char bits[160];

	json_address(j, "fault_ipa", f->fault_ipa);
	json_address(j, "ipa", f->ipa);
	json_address(j, "hva", f->hva);
	if (f->pfn == ~0ull)
		json_null(j, "pfn");
	else
		json_address(j, "pfn", f->pfn);
	json_number(j, "size_bytes", f->size_bytes);
	json_string(j, "access", name_access(f->flags));
	json_word(j, "vma_type", name_s1_type(KVMMT_VMA_S1(f->vma)));
	json_word(j, "pte_type", name_s1_type(KVMMT_VMA_PTE_S1(f->vma)));
	json_string(j, "vma_bits", name_vma_bits(f->vma, bits, sizeof(bits)));
	json_number(j, "vma", f->vma);
	if (f->memattr == KVMMT_MEMATTR_NONE) {
		json_null(j, "memattr");
		json_null(j, "type");
	} else {
		json_number(j, "memattr", f->memattr);
		json_string(j, "type", name_s2_type(kvmmt_s2_type(f->memattr, f->flags)));
	}
	json_string(j, "flag_words", name_fault_flags(f->flags, bits, sizeof(bits)));
	json_number(j, "flags", f->flags);
	json_string(j, "outcome", name_outcome(kvmmt_fault_outcome(f->reason)));
	json_word(j, "reason", name_fault_reason(f->reason));
	json_number(j, "reason_number", f->reason);
	json_word(j, "why", name_fault_why(f->reason));
	json_signed(j, "ret", f->ret);
}

static void slot_json(struct json *j, const struct kvmmt_s2_slot *s)
{
	char bits[160];

	json_number(j, "slot", s->slot);
	json_word(j, "change", name_slot_change(s->change));
	json_address(j, "ipa", s->ipa);
	json_number(j, "size_bytes", s->size_bytes);
	json_address(j, "hva", s->hva);
	json_address(j, "vma_hva", s->vma_hva);
	json_number(j, "slot_flags", s->slot_flags);
	json_word(j, "vma_type", name_s1_type(KVMMT_VMA_S1(s->vma)));
	json_word(j, "pte_type", name_s1_type(KVMMT_VMA_PTE_S1(s->vma)));
	json_string(j, "vma_bits", name_vma_bits(s->vma, bits, sizeof(bits)));
	json_number(j, "vma", s->vma);
	json_string(j, "flag_words", name_fault_flags(s->flags, bits, sizeof(bits)));
	json_number(j, "flags", s->flags);
	json_word(j, "reason", name_slot_reason(s->reason));
	json_number(j, "reason_number", s->reason);
	json_word(j, "why", name_slot_why(s->reason));
	json_signed(j, "ret", s->ret);
}

static void inval_json(struct json *j, const struct kvmmt_s2_invalidate *i)
{
	json_address(j, "start", i->start);
	json_number(j, "size_bytes", i->size_bytes);
	json_bool(j, "shadow", i->shadow);
	json_word(j, "reason", name_inval_reason(i->reason));
	json_number(j, "reason_number", i->reason);
}

static void lost_json(struct json *j, const struct kvmmt_lost *l)
{
	int kind;

	json_number(j, "first_ns", l->first_ns);
	json_number(j, "last_ns", l->last_ns);
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (KVMMT_TRACED & 1u << kind)
			json_number(j, name_kind(kind), l->count[kind]);
}

void event_json(const struct kvmmt_event *e, const char *vm_name, const struct refused *memory,
		struct wall *wall, FILE *out)
{
	char comm[KVMMT_COMM_LEN + 1], time[64];
	struct json j;

	snprintf(comm, sizeof(comm), "%.*s", KVMMT_COMM_LEN, e->comm);
	json_begin(&j, out);
	json_word(&j, "kind", name_kind(e->kind));
	json_number(&j, "time_ns", e->time_ns);
	if (wall)
		json_string(&j, "time", wall_text(wall, e->time_ns, 9, time, sizeof(time)));
	json_number(&j, "cpu", e->cpu);
	if (e->kind != KVMMT_KIND_LOST) {
		json_string(&j, "vm", vm_name);
		json_number(&j, "pid", e->pid);
		json_address(&j, "vm_key", e->vm);
		json_signed(&j, "vcpu", e->vcpu);
		json_number(&j, "tid", e->tid);
		json_string(&j, "comm", comm);
	}
	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		fault_json(&j, &e->s2_fault);
		break;
	case KVMMT_KIND_S2_SLOT:
		slot_json(&j, &e->s2_slot);
		break;
	case KVMMT_KIND_S2_INVALIDATE:
		inval_json(&j, &e->s2_invalidate);
		break;
	case KVMMT_KIND_LOST:
		lost_json(&j, &e->lost);
		break;
	default:
		event_vncr_json(&j, e);
	}
	/* A slot that is refused says itself which it is. */
	if (memory && memory->slot >= 0 && e->kind != KVMMT_KIND_S2_SLOT)
		json_number(&j, "slot", memory->slot);
	if (memory)
		json_word(&j, "backing", *memory->backing ? memory->backing : NULL);
	json_end(&j);
}
