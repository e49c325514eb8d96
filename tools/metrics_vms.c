// SPDX-License-Identifier: GPL-2.0
/* Which VMs there are, and what is counted of each: see metrics_text.h. */
#include "metrics_text.h"
#include "names.h"

static const char *fault_outcome(unsigned int reason)
{
	return name_outcome(kvmmt_fault_outcome(reason));
}

static const char *slot_outcome(unsigned int reason)
{
	return kvmmt_slot_refused(reason) ? name_outcome(KVMMT_OUTCOME_REFUSED) : "accepted";
}

static const char *walk_outcome(unsigned int reason)
{
	return name_outcome(kvmmt_walk_outcome(reason));
}

#define PLACE(member)                          \
	offsetof(struct model_counts, member), \
		sizeof(((struct model_counts *)0)->member) / sizeof(__u64)

/* Each array of a VM's counters is a metric; a place in it has these labels. */
static const struct family {
	const char *name, *unit, *help;
	const char *label; /* NULL: a single counter */
	const char *(*word)(unsigned int place);
	const char *label2;
	const char *(*word2)(unsigned int place);
	size_t offset, nr;
	__u32 sources; /* the tracepoints that feed it, bit by kind */
} families[] = {
	{ "kvmmt_vm_stage2_faults", "", "Stage-2 faults that KVM decided.", "reason",
	 name_fault_reason, "outcome", fault_outcome, PLACE(s2.fault), FAULT },
	{ "kvmmt_vm_stage2_mappings", "", "Faults that mapped, by the memory type the guest got.",
	 "type", name_s2_type, NULL, NULL, PLACE(s2.mapped), FAULT },
	{ "kvmmt_vm_stage2_mapped_bytes", "bytes", "Memory newly mapped, by the type the guest got.",
	 "type", name_s2_type, NULL, NULL, PLACE(s2.mapped_bytes), FAULT },
	{ "kvmmt_vm_memslot_changes", "", "Memslot changes that KVM decided.", "reason",
	 name_slot_reason, "outcome", slot_outcome, PLACE(s2.slot), SLOT },
	{ "kvmmt_vm_stage2_invalidations", "",
	 "Stage-2 ranges invalidated, also of nested guests' shadow stage 2.", "reason",
	 name_inval_reason, NULL, NULL, PLACE(s2.inval), INVAL },
	{ "kvmmt_vm_stage2_invalidated_bytes", "bytes",
	 "Size of the ranges invalidated in the VM's own stage 2.", "reason", name_inval_reason,
	 NULL, NULL, PLACE(s2.inval_bytes), INVAL },
	{ "kvmmt_vm_stage2_shadow_invalidations", "",
	 "Ranges invalidated in nested guests' shadow stage 2.", NULL, NULL, NULL, NULL,
	 PLACE(s2.inval_shadow), INVAL },
	{ "kvmmt_vm_vncr_lookups", "", "Lookups in the VNCR pseudo-TLB, by result.", "result",
	 name_vncr_lookup, NULL, NULL, PLACE(vncr.lookup), VNCR_LOOKUP },
	{ "kvmmt_vm_vncr_walks", "", "Walks for VNCR aborts.", "reason", name_vncr_walk, "outcome",
	 walk_outcome, PLACE(vncr.walk), VNCR_WALK },
	{ "kvmmt_vm_vncr_invalidations", "", "Entries that left the VNCR pseudo-TLB.", "reason",
	 name_vncr_inval, NULL, NULL, PLACE(vncr.inval), VNCR_INVAL },
	{ "kvmmt_vm_vncr_host_invalidations", "",
	 "Of these, those that took a host TLB invalidation.", NULL, NULL, NULL, NULL,
	 PLACE(vncr.inval_host), VNCR_INVAL },
	{ "kvmmt_vm_nested_tlbis", "", "TLBIs of a guest hypervisor that KVM emulated.", "scope",
	 name_vncr_inval, NULL, NULL, PLACE(vncr.tlbi), TLBI },
};

#define NR_FAMILIES (sizeof(families) / sizeof(families[0]))

static void vm_counters(FILE *out, const struct family *f, const char *vm,
			const struct model_counts *c)
{
	const __u64 *values = (const __u64 *)((const char *)c + f->offset);
	unsigned int i;

	for (i = 0; i < f->nr; i++) {
		const char *word = f->label ? f->word(i) : "";
		char comma = '{';

		/* What only a later kernel counts is told once there is any. */
		if (!word && !values[i])
			continue;
		fprintf(out, "%s_total", f->name);
		metrics_label(out, &comma, "vm", vm);
		if (f->label)
			metrics_label(out, &comma, f->label, word ? word : "unknown");
		if (f->label2)
			metrics_label(out, &comma, f->label2, f->word2(i));
		fprintf(out, "} %llu\n", (ull)values[i]);
	}
}

/* Most VMs are no guest hypervisors and have no VNCR pseudo-TLB. */
static bool concerns(const struct family *f, const struct model_vm *vm)
{
	return vm->nr_vcpus || !(f->sources & KVMMT_VNCR_KINDS);
}

/* Absence is not zero: without its tracepoint there is no metric. */
static void print_families(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i, f;

	for (f = 0; f < NR_FAMILIES; f++) {
		if (!metrics_fed(m->host, families[f].sources))
			continue;
		metrics_head(m, out, families[f].name, COUNTER, families[f].unit, families[f].help);
		for (i = 0; i < set->nr; i++)
			if (set->all[i]->own && concerns(&families[f], set->all[i]->vm))
				vm_counters(out, &families[f], set->all[i]->label,
					    &set->all[i]->vm->now);
		vm_counters(out, &families[f], SERIES_OTHER, &set->other);
	}
}

/* Every second place is a bucket: to four times the one before, from 1 us to 67 ms. */
static void vm_walk_time(FILE *out, const char *vm, const struct kvmmt_times *t)
{
	const char *name = "kvmmt_vm_vncr_walk_duration_seconds";
	__u64 count = 0;
	int place;

	for (place = 0; place < KVMMT_TIMES_NR; place++) {
		bool last = place == KVMMT_TIMES_NR - 1;
		char comma = '{', le[32] = "+Inf";

		count += t->count[place];
		if (!last && (place % 2 || place < 2 || place > 18))
			continue;
		if (!last)
			snprintf(le, sizeof(le), "%.9g", (double)kvmmt_time_bound_ns(place) / 1e9);
		fprintf(out, "%s_bucket", name);
		metrics_label(out, &comma, "vm", vm);
		metrics_label(out, &comma, "le", le);
		fprintf(out, "} %llu\n", (ull)count);
	}
	fprintf(out, "%s_count", name);
	metrics_label(out, &(char){ '{' }, "vm", vm);
	fprintf(out, "} %llu\n%s_sum", (ull)count, name);
	metrics_label(out, &(char){ '{' }, "vm", vm);
	fprintf(out, "} %.9g\n", (double)t->sum_ns / 1e9);
}

static void print_walk_times(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i;

	if (!metrics_fed(m->host, VNCR_WALK))
		return;
	metrics_head(m, out, "kvmmt_vm_vncr_walk_duration_seconds", HISTOGRAM, "seconds",
		     "How long walks for VNCR aborts took.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own && set->all[i]->vm->nr_vcpus)
			vm_walk_time(out, set->all[i]->label, &set->all[i]->vm->now.vncr.walk_time);
	vm_walk_time(out, SERIES_OTHER, &set->other.vncr.walk_time);
}

static void print_vms(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i;

	metrics_head(m, out, "kvmmt_vms", GAUGE, "",
		     "VMs that live, as far as kvmmt has seen them.");
	metrics_number(out, "kvmmt_vms", GAUGE, set->nr_own + set->nr_other);
	metrics_head(m, out, "kvmmt_other_vms", GAUGE, "",
		     "VMs that live and are counted together as \"other\".");
	metrics_number(out, "kvmmt_other_vms", GAUGE, set->nr_other);
	metrics_head(m, out, "kvmmt_vm_info", GAUGE, "",
		     "A VM: its process, and where its name is from.");
	for (i = 0; i < set->nr; i++) {
		const struct series *s = set->all[i];
		char comma = '{', pid[16];

		if (!s->own)
			continue;
		snprintf(pid, sizeof(pid), "%u", s->vm->process);
		fputs("kvmmt_vm_info", out);
		metrics_label(out, &comma, "vm", s->label);
		metrics_label(out, &comma, "pid", pid);
		metrics_label(out, &comma, "name_from", vm_name_source_word(s->vm->name_source));
		metrics_label(out, &comma, "pod", s->pod);
		fputs("} 1\n", out);
	}
}

void metrics_vms(const struct metrics *m, FILE *out)
{
	print_vms(m, out);
	print_families(m, out);
	print_walk_times(m, out);
}
