// SPDX-License-Identifier: GPL-2.0
/* See event_text.h. */
#include <stdbool.h>
#include <string.h>

#include <kvmmt/counters.h>
#include "event_text.h"
#include "names.h"
#include "text.h"
#include "vmname.h"

/* "Normal pfnmap,shared,io", with the PTE's type if that differs */
static void host_side(struct text *t, __u32 vma)
{
	char bits[96], number[NAME_LEN];
	__u32 type = KVMMT_VMA_S1(vma), pte_type = KVMMT_VMA_PTE_S1(vma);

	if (!(vma & KVMMT_VMA_FOUND)) {
		text_str(t, "no VMA");
		return;
	}
	text_str(t, "VMA ");
	text_str(t, name_or_number(name_s1_type(type), type, number));
	if (pte_type != KVMMT_S1_NONE && pte_type != type) {
		text_str(t, " (PTE ");
		text_str(t, name_or_number(name_s1_type(pte_type), pte_type, number));
		text_char(t, ')');
	}
	name_vma_bits(vma & ~KVMMT_VMA_FOUND, bits, sizeof(bits));
	if (bits[0])
		text_char(t, ' ');
	text_str(t, bits);
}

/* ": why", and which feature is missing where that is the why */
static void why(struct text *t, const char *sentence, bool unsafe, __u32 flags, int ret)
{
	text_str(t, ": ");
	text_str(t, sentence ? sentence : "no words for it");
	if (unsafe) {
		text_str(t, "; missing here: ");
		text_str(t, name_missing_features(flags));
	}
	if (unsafe || ret) {
		text_str(t, " (");
		text_str(t, strerror(ret < 0 ? -ret : ret));
		text_char(t, ')');
	}
}

/* " word 0x1000" */
static inline __attribute__((always_inline)) void address(struct text *t, const char *word, __u64 value)
{
	text_str(t, word);
	text_hex(t, value);
}

static void mapping_text(struct text *t, const struct kvmmt_s2_fault *f)
{
	char size[NAME_LEN];

	text_str(t, name_s2_type(kvmmt_s2_type(f->memattr, f->flags)));
	text_char(t, ' ');
	text_char(t, f->flags & KVMMT_F_MAP_R ? 'r' : '-');
	text_char(t, f->flags & KVMMT_F_MAP_W ? 'w' : '-');
	text_char(t, f->flags & KVMMT_F_MAP_X ? 'x' : '-');
	text_char(t, ' ');
	text_str(t, name_size(f->size_bytes, size));
}

static void fault_text(struct text *t, const struct kvmmt_s2_fault *f)
{
	enum kvmmt_outcome outcome = kvmmt_fault_outcome(f->reason);
	bool mapped = outcome == KVMMT_OUTCOME_MAPPED;
	char number[NAME_LEN];

	text_str(t, name_access(f->flags));
	address(t, " ipa ", f->fault_ipa);
	if (f->flags & KVMMT_F_NESTED) {
		address(t, " (L1 ", f->ipa);
		text_char(t, ')');
	}
	if (f->pfn != ~0ull)
		address(t, " pfn ", f->pfn);
	text_str(t, f->flags & KVMMT_F_PERM ? " perm" : " trans");
	text_str(t, mapped && f->flags & KVMMT_F_LOGGING ? " logging: " : ": ");
	host_side(t, f->vma);
	text_str(t, " -> ");
	if (mapped)
		mapping_text(t, f);
	else
		text_str(t, name_outcome(outcome));
	text_char(t, ' ');
	text_str(t, name_or_number(name_fault_reason(f->reason), f->reason, number));
	if (!mapped)
		why(t, name_fault_why(f->reason), f->reason == KVMMT_FAULT_UNSAFE_CACHEABLE,
		    f->flags, outcome == KVMMT_OUTCOME_REFUSED ? f->ret : 0);
}

static void slot_text(struct text *t, const struct kvmmt_s2_slot *s)
{
	char number[NAME_LEN];

	text_str(t, "slot ");
	text_number(t, s->slot);
	text_char(t, ' ');
	text_str(t, name_or_number(name_slot_change(s->change), s->change, number));
	address(t, " ipa ", s->ipa);
	text_str(t, " size ");
	text_str(t, name_size(s->size_bytes, number));
	address(t, " hva ", s->hva);
	text_char(t, ':');
	if (s->vma_hva && s->vma_hva != s->hva)
		address(t, " at ", s->vma_hva);
	if (s->change != KVMMT_CHANGE_DELETE) {
		text_char(t, ' ');
		host_side(t, s->vma);
	}
	text_str(t, " -> ");
	text_str(t, name_or_number(name_slot_reason(s->reason), s->reason, number));
	if (s->reason != KVMMT_SLOT_ACCEPTED)
		why(t, name_slot_why(s->reason), s->reason == KVMMT_SLOT_UNSAFE_CACHEABLE, s->flags,
		    s->ret);
}

static void inval_text(struct text *t, const struct kvmmt_s2_invalidate *i)
{
	char buf[NAME_LEN];

	address(t, i->shadow ? "shadow ipa " : "ipa ", i->start);
	text_str(t, " size ");
	text_str(t, name_size(i->size_bytes, buf));
	text_str(t, ": ");
	text_str(t, name_or_number(name_inval_reason(i->reason), i->reason, buf));
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

static void decision_text(struct text *t, const struct kvmmt_event *e)
{
	switch (e->kind) {
	case KVMMT_KIND_S2_FAULT:
		fault_text(t, &e->s2_fault);
		return;
	case KVMMT_KIND_S2_SLOT:
		slot_text(t, &e->s2_slot);
		return;
	case KVMMT_KIND_S2_INVALIDATE:
		inval_text(t, &e->s2_invalidate);
		return;
	case KVMMT_KIND_LOST:
		lost_text(&e->lost, t->at, t->end - t->at + 1);
		break;
	case KVMMT_KIND_VNCR_LOOKUP:
	case KVMMT_KIND_VNCR_WALK:
	case KVMMT_KIND_VNCR_INVALIDATE:
	case KVMMT_KIND_NESTED_TLBI:
		event_vncr_text(e, t->at, t->end - t->at + 1);
		break;
	default:
		text_str(t, "an event of a kind that this kvmmt does not know");
		return;
	}
	t->at += strlen(t->at);
}

void event_text(const struct kvmmt_event *e, char *buf, size_t len)
{
	struct text t = text_begin(buf, len);

	decision_text(&t, e);
	text_end(&t);
}

static bool same_who(const struct event_who *w, const struct kvmmt_event *e, const char *vm_name)
{
	return w->len && w->vm == e->vm && w->pid == e->pid && w->tid == e->tid &&
	       w->vcpu == e->vcpu && w->vm_name == vm_name &&
	       !memcmp(w->comm, e->comm, KVMMT_COMM_LEN);
}

/* "CPU_0/KVM/17 VM web-7[12] vcpu 0 " */
static void make_who(struct event_who *w, const struct kvmmt_event *e, const char *vm_name)
{
	struct text t = text_begin(w->text, sizeof(w->text));
	char clean[VM_NAME_LEN];

	vm_clean_name(clean, e->comm, strnlen(e->comm, KVMMT_COMM_LEN));
	text_str(&t, clean);
	text_char(&t, '/');
	text_number(&t, e->tid);
	text_str(&t, " VM ");
	text_str(&t, vm_name);
	text_char(&t, '[');
	text_number(&t, e->pid);
	text_char(&t, ']');
	if (e->vcpu >= 0) {
		text_str(&t, " vcpu ");
		text_number(&t, e->vcpu);
	}
	text_char(&t, ' ');
	w->vm = e->vm;
	w->pid = e->pid;
	w->tid = e->tid;
	w->vcpu = e->vcpu;
	w->vm_name = vm_name;
	memcpy(w->comm, e->comm, KVMMT_COMM_LEN);
	w->len = t.at - w->text;
}

static void who_text(struct event_printer *p, struct text *t, const struct kvmmt_event *e,
		     const char *vm_name)
{
	struct event_who *w = &p->who[e->tid % (sizeof(p->who) / sizeof(p->who[0]))];
	char number[NAME_LEN];

	if (!same_who(w, e, vm_name))
		make_who(w, e, vm_name);
	text_bytes(t, w->text, w->len);
	text_str(t, name_or_number(name_kind(e->kind), e->kind, number));
}

void event_print(struct event_printer *p, const struct kvmmt_event *e, const char *vm_name,
		 const struct refused *memory, FILE *out)
{
	char line[EVENT_TEXT_LEN + 256 + BACKING_LEN];
	struct text t = text_begin(line, sizeof(line));

	if (p->wall) {
		wall_put(p->wall, &t, e->time_ns, 6);
	} else {
		text_number(&t, e->time_ns / 1000000000);
		text_char(&t, '.');
		text_padded(&t, e->time_ns / 1000 % 1000000, 6);
	}
	text_str(&t, " [");
	text_padded(&t, e->cpu, 3);
	text_str(&t, "] ");
	if (e->kind == KVMMT_KIND_LOST)
		text_str(&t, "lost");
	else
		who_text(p, &t, e, vm_name);
	text_str(&t, ": ");
	decision_text(&t, e);
	if (memory) {
		char what[REFUSED_LEN];

		refused_text(memory->slot, memory->backing, what);
		text_str(&t, "; memory: ");
		text_str(&t, what);
	}
	*t.at++ = '\n';
	fwrite_unlocked(line, 1, t.at - line, out);
}
