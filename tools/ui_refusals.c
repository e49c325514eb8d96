// SPDX-License-Identifier: GPL-2.0
/* The latest refusals of a VM, with every input of the decision: a section of its view. */
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "names.h"
#include "ui_vm.h"

#define INDENT 4

static int latest_first(const void *a, const void *b)
{
	const struct model_refused *x = *(const struct model_refused *const *)a;
	const struct model_refused *y = *(const struct model_refused *const *)b;

	return x->event.time_ns > y->event.time_ns ? -1 : x->event.time_ns < y->event.time_ns;
}

static const char *yes_no(__u32 flags, __u32 bit)
{
	return flags & bit ? "yes" : "NO";
}

/* "3s ago, 12 times, by CPU_0/KVM/4711 on vCPU 0" */
static void who(const struct vm_view *v, const struct model_refused *r, char *text, size_t len)
{
	const struct kvmmt_event *e = &r->event;
	char comm[VM_NAME_LEN], times[32] = "", vcpu[24] = "";

	vm_clean_name(comm, e->comm, strnlen(e->comm, KVMMT_COMM_LEN));
	if (r->count > 1)
		snprintf(times, sizeof(times), ", %llu times", (unsigned long long)r->count);
	if (e->vcpu >= 0)
		snprintf(vcpu, sizeof(vcpu), " on vCPU %d", e->vcpu);
	snprintf(text, len, "! %.0fs ago%s, by %s/%u%s",
		 (double)model_age_ns(v->ui->model, e->time_ns) / 1e9, times, comm, e->tid, vcpu);
}

/* What the decision knew beside what event_text() tells. */
static void inputs(const struct model_refused *r, char *text, size_t len)
{
	const struct kvmmt_event *e = &r->event;
	bool slot = e->kind == KVMMT_KIND_S2_SLOT;
	__u32 flags = slot ? e->s2_slot.flags : e->s2_fault.flags;
	size_t used;

	used = snprintf(text, len, "inputs: hva %#llx, host FWB %s DIC %s, VM's MTE %s",
			(unsigned long long)(slot ? e->s2_slot.hva : e->s2_fault.hva),
			yes_no(flags, KVMMT_F_FWB), yes_no(flags, KVMMT_F_DIC),
			flags & KVMMT_F_MTE ? "on" : "off");
	if (!slot && used < len)
		used += snprintf(text + used, len - used, ", dirty logging %s",
				 flags & KVMMT_F_LOGGING ? "on" : "off");
	if (!slot && r->slot >= 0 && used < len)
		used += snprintf(text + used, len - used, ", slot %lld", (long long)r->slot);
	if (r->backing[0] && used < len)
		used += snprintf(text + used, len - used, ", memory: %s", r->backing);
	if (r->ipa_low != r->ipa_high && used < len)
		snprintf(text + used, len - used, "; all of them: ipa %#llx to %#llx",
			 (unsigned long long)r->ipa_low, (unsigned long long)r->ipa_high);
}

static int draw_refusal(const struct vm_view *v, const struct model_refused *r, struct screen *s,
			int row)
{
	char text[EVENT_TEXT_LEN];

	who(v, r, text, sizeof(text));
	row = ui_draw_wrapped(s, row, 2, ATTR_ALARM, text);
	event_text(&r->event, text, sizeof(text));
	row = ui_draw_wrapped(s, row, INDENT, ATTR_ALARM, text);
	inputs(r, text, sizeof(text));
	return ui_draw_wrapped(s, row, INDENT, ATTR_PLAIN, text);
}

int ui_section_refusals(const struct vm_view *v, struct screen *s, int row)
{
	const struct model_refused *order[MODEL_REFUSALS];
	const struct kvmmt_counters *now = &v->vm->now.s2;
	size_t i;

	if (!counters_outcome(now, KVMMT_OUTCOME_REFUSED) && !counters_refused_slots(now))
		return row;
	screen_put(s, row++, 2, ATTR_TITLE, "latest refusals");
	if (!v->vm->nr_kept)
		screen_put(s, row++, 2, ATTR_DIM, "counted, but before this began to watch, or lost");
	for (i = 0; i < v->vm->nr_kept; i++)
		order[i] = &v->vm->refusals[i];
	qsort(order, v->vm->nr_kept, sizeof(order[0]), latest_first);
	for (i = 0; i < v->vm->nr_kept; i++)
		row = draw_refusal(v, order[i], s, row);
	return row;
}
