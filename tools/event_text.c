// SPDX-License-Identifier: GPL-2.0
/* See event_text.h. */
#include <stdbool.h>
#include <string.h>

#include <kvmmt/counters.h>
#include "event_text.h"
#include "json.h"
#include "names.h"
#include "vmname.h"

typedef unsigned long long ull;

/* "Normal pfnmap,shared,io", with the PTE's type if that differs */
static void host_side(__u32 vma, char *buf, size_t len)
{
	char bits[96], number[NAME_LEN], pte[NAME_LEN + 8] = "";
	__u32 type = KVMMT_VMA_S1(vma), pte_type = KVMMT_VMA_PTE_S1(vma);

	if (!(vma & KVMMT_VMA_FOUND)) {
		snprintf(buf, len, "no VMA");
		return;
	}
	if (pte_type != KVMMT_S1_NONE && pte_type != type)
		snprintf(pte, sizeof(pte), " (PTE %s)",
			 name_or_number(name_s1_type(pte_type), pte_type, number));
	name_vma_bits(vma & ~KVMMT_VMA_FOUND, bits, sizeof(bits));
	snprintf(buf, len, "VMA %s%s%s%s", name_or_number(name_s1_type(type), type, number), pte,
		 bits[0] ? " " : "", bits);
}

static const char *access_word(__u32 flags)
{
	return flags & KVMMT_F_EXEC ? "exec" : flags & KVMMT_F_WRITE ? "write" : "read";
}

/* ": why", and which feature is missing where that is the why */
static void why(const char *sentence, bool unsafe, __u32 flags, int ret, char *buf, size_t len)
{
	if (unsafe)
		snprintf(buf, len, ": %s; missing here: %s (%s)", sentence,
			 name_missing_features(flags), strerror(ret < 0 ? -ret : ret));
	else if (ret)
		snprintf(buf, len, ": %s (%s)", sentence ? sentence : "no words for it",
			 strerror(ret < 0 ? -ret : ret));
	else
		snprintf(buf, len, ": %s", sentence ? sentence : "no words for it");
}

static void fault_text(const struct kvmmt_s2_fault *f, char *buf, size_t len)
{
	char host[160], number[NAME_LEN], size[NAME_LEN], pfn[32] = "", ipa[32] = "", tail[200] = "";
	enum kvmmt_outcome outcome = kvmmt_fault_outcome(f->reason);
	const char *reason = name_or_number(name_fault_reason(f->reason), f->reason, number);

	host_side(f->vma, host, sizeof(host));
	if (f->pfn != ~0ull)
		snprintf(pfn, sizeof(pfn), " pfn 0x%llx", (ull)f->pfn);
	if (f->flags & KVMMT_F_NESTED)
		snprintf(ipa, sizeof(ipa), " (L1 0x%llx)", (ull)f->ipa);
	if (outcome == KVMMT_OUTCOME_MAPPED) {
		snprintf(buf, len, "%s ipa 0x%llx%s%s %s%s: %s -> %s %s%s%s %s %s",
			 access_word(f->flags), (ull)f->fault_ipa, ipa, pfn,
			 f->flags & KVMMT_F_PERM ? "perm" : "trans",
			 f->flags & KVMMT_F_LOGGING ? " logging" : "", host,
			 name_s2_type(kvmmt_s2_type(f->memattr, f->flags)),
			 f->flags & KVMMT_F_MAP_R ? "r" : "-", f->flags & KVMMT_F_MAP_W ? "w" : "-",
			 f->flags & KVMMT_F_MAP_X ? "x" : "-", name_size(f->size_bytes, size), reason);
		return;
	}
	why(name_fault_why(f->reason), f->reason == KVMMT_FAULT_UNSAFE_CACHEABLE, f->flags,
	    outcome == KVMMT_OUTCOME_REFUSED ? f->ret : 0, tail, sizeof(tail));
	snprintf(buf, len, "%s ipa 0x%llx%s%s %s: %s -> %s %s%s", access_word(f->flags),
		 (ull)f->fault_ipa, ipa, pfn, f->flags & KVMMT_F_PERM ? "perm" : "trans", host,
		 name_outcome(outcome), reason, tail);
}

static void slot_text(const struct kvmmt_s2_slot *s, char *buf, size_t len)
{
	char host[160], number[NAME_LEN], change[NAME_LEN], size[NAME_LEN], tail[200] = "";
	char at[32] = "";

	host_side(s->vma, host, sizeof(host));
	if (s->vma_hva && s->vma_hva != s->hva)
		snprintf(at, sizeof(at), " at 0x%llx", (ull)s->vma_hva);
	if (s->reason != KVMMT_SLOT_ACCEPTED)
		why(name_slot_why(s->reason), s->reason == KVMMT_SLOT_UNSAFE_CACHEABLE, s->flags,
		    s->ret, tail, sizeof(tail));
	snprintf(buf, len, "slot %u %s ipa 0x%llx size %s hva 0x%llx:%s%s%s -> %s%s", s->slot,
		 name_or_number(name_slot_change(s->change), s->change, change), (ull)s->ipa,
		 name_size(s->size_bytes, size), (ull)s->hva, at,
		 s->change == KVMMT_CHANGE_DELETE ? "" : " ",
		 s->change == KVMMT_CHANGE_DELETE ? "" : host,
		 name_or_number(name_slot_reason(s->reason), s->reason, number), tail);
}

static void lost_text(const struct kvmmt_lost *l, char *buf, size_t len)
{
	size_t used = 0;
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR && used < len; kind++)
		if (l->count[kind])
			used += snprintf(buf + used, len - used, "%s%u %s", used ? ", " : "",
					 l->count[kind], name_kind(kind));
	if (used < len)
		snprintf(buf + used, len - used, " events lost in %.6f s before this point",
			 (double)(l->last_ns - l->first_ns) / 1e9);
}

void event_text(const struct kvmmt_event *e, char *buf, size_t len)
{
	char number[NAME_LEN], size[NAME_LEN];

	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		fault_text(&e->s2_fault, buf, len);
		break;
	case KVMMT_KIND_S2_SLOT:
		slot_text(&e->s2_slot, buf, len);
		break;
	case KVMMT_KIND_S2_INVALIDATE:
		snprintf(buf, len, "%sipa 0x%llx size %s: %s",
			 e->s2_invalidate.shadow ? "shadow " : "", (ull)e->s2_invalidate.start,
			 name_size(e->s2_invalidate.size_bytes, size),
			 name_or_number(name_inval_reason(e->s2_invalidate.reason),
					e->s2_invalidate.reason, number));
		break;
	case KVMMT_KIND_LOST:
		lost_text(&e->lost, buf, len);
		break;
	case KVMMT_KIND_VNCR_LOOKUP:
	case KVMMT_KIND_VNCR_WALK:
	case KVMMT_KIND_VNCR_INVALIDATE:
	case KVMMT_KIND_NESTED_TLBI:
		event_vncr_text(e, buf, len);
		break;
	default:
		snprintf(buf, len, "an event of a kind that this kvmmt does not know");
	}
}

void event_print(const struct kvmmt_event *e, const char *vm_name, FILE *out)
{
	char text[EVENT_TEXT_LEN], number[NAME_LEN], vcpu[24] = "", comm[VM_NAME_LEN];

	event_text(e, text, sizeof(text));
	vm_clean_name(comm, e->comm, strnlen(e->comm, KVMMT_COMM_LEN));
	fprintf(out, "%llu.%06llu [%03u] ", (ull)e->time_ns / 1000000000ull,
		(ull)e->time_ns / 1000 % 1000000, e->cpu);
	if (e->kind == KVMMT_KIND_LOST) {
		fprintf(out, "lost: %s\n", text);
		return;
	}
	if (e->vcpu >= 0)
		snprintf(vcpu, sizeof(vcpu), " vcpu %d", e->vcpu);
	fprintf(out, "%s/%u VM %s[%u]%s %s: %s\n", comm, e->tid, vm_name, e->pid, vcpu, name_or_number(name_kind(e->kind), e->kind, number), text);
}

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
	json_string(j, "access", access_word(f->flags));
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

void event_json(const struct kvmmt_event *e, const char *vm_name, FILE *out)
{
	char comm[KVMMT_COMM_LEN + 1];
	struct json j;

	snprintf(comm, sizeof(comm), "%.*s", KVMMT_COMM_LEN, e->comm);
	json_begin(&j, out);
	json_word(&j, "kind", name_kind(e->kind));
	json_number(&j, "time_ns", e->time_ns);
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
	json_end(&j);
}
