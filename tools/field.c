// SPDX-License-Identifier: GPL-2.0
/* See field.h. */
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "names.h"

/* A value of kvmmt_counters, or of kvmmt_vncr: @c in the expression */
#define VALUE(type, member, function, expression)                 \
	static __u64 function(const struct model_counts *counts)  \
	{                                                         \
		const type *c = &counts->member;                  \
		return expression;                                \
	}
#define COUNTER(function, expression) VALUE(struct kvmmt_counters, s2, function, expression)
#define VNCR(function, expression) VALUE(struct kvmmt_vncr, vncr, function, expression)

COUNTER(normal, c->mapped[KVMMT_S2_NORMAL])
COUNTER(normal_nc, c->mapped[KVMMT_S2_NORMAL_NC])
COUNTER(ngnre, c->mapped[KVMMT_S2_DEVICE_nGnRE])
COUNTER(ngnrne, c->mapped[KVMMT_S2_DEVICE_nGnRnE])
COUNTER(other, c->mapped[KVMMT_S2_OTHER])
COUNTER(mapped_bytes, counters_sum(c->mapped_bytes, KVMMT_S2_NR))
COUNTER(normal_bytes, c->mapped_bytes[KVMMT_S2_NORMAL])
COUNTER(normal_nc_bytes, c->mapped_bytes[KVMMT_S2_NORMAL_NC])
COUNTER(ngnre_bytes, c->mapped_bytes[KVMMT_S2_DEVICE_nGnRE])
COUNTER(ngnrne_bytes, c->mapped_bytes[KVMMT_S2_DEVICE_nGnRnE])
COUNTER(other_bytes, c->mapped_bytes[KVMMT_S2_OTHER])
COUNTER(vcpus, c->vcpus)
COUNTER(relaxed, c->fault[KVMMT_FAULT_RELAXED])
COUNTER(retried, counters_outcome(c, KVMMT_OUTCOME_RETRIED))
COUNTER(refused, counters_outcome(c, KVMMT_OUTCOME_REFUSED))
COUNTER(refusals, counters_outcome(c, KVMMT_OUTCOME_REFUSED) + counters_refused_slots(c))
COUNTER(unsafe, c->fault[KVMMT_FAULT_UNSAFE_CACHEABLE] + c->slot[KVMMT_SLOT_UNSAFE_CACHEABLE])
COUNTER(injected, counters_outcome(c, KVMMT_OUTCOME_INJECTED))
COUNTER(slots, c->slot[KVMMT_SLOT_ACCEPTED])
COUNTER(slots_refused, counters_refused_slots(c))
COUNTER(invals, counters_invalidations(c))
COUNTER(inval_bytes, counters_sum(c->inval_bytes, KVMMT_INVAL_NR + 1))
COUNTER(inval_shadow, c->inval_shadow)
COUNTER(inval_notifier, c->inval[KVMMT_INVAL_NOTIFIER])
COUNTER(inval_memslot, c->inval[KVMMT_INVAL_MEMSLOT])
COUNTER(inval_wp, c->inval[KVMMT_INVAL_WRITE_PROTECT])
COUNTER(inval_tlbi, c->inval[KVMMT_INVAL_GUEST_TLBI])
COUNTER(inval_reuse, c->inval[KVMMT_INVAL_SHADOW_REUSE])
COUNTER(inval_reset, c->inval[KVMMT_INVAL_VCPU_RESET])
COUNTER(inval_teardown, c->inval[KVMMT_INVAL_TEARDOWN])

static __u64 lookups(const struct kvmmt_vncr *c)
{
	return counters_sum(c->lookup, KVMMT_VNCR_LOOKUP_NR + 1);
}

/* In ten-thousandths */
static __u64 hit_ratio(const struct kvmmt_vncr *c)
{
	__u64 all = lookups(c);

	return all ? c->lookup[KVMMT_VNCR_LOOKUP_HIT] * 10000 / all : FIELD_NO_RATIO;
}

static __u64 walks_injected(const struct kvmmt_vncr *c)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= KVMMT_VNCR_WALK_NR; i++)
		if (kvmmt_walk_outcome(i) == KVMMT_OUTCOME_INJECTED)
			sum += c->walk[i];
	return sum;
}

VNCR(vncr_hit_ratio, hit_ratio(c))
VNCR(vncr_lookups, lookups(c))
VNCR(vncr_misses, lookups(c) - c->lookup[KVMMT_VNCR_LOOKUP_HIT])
VNCR(vncr_injected, walks_injected(c))
VNCR(vncr_walks, counters_sum(c->walk, KVMMT_VNCR_WALK_NR + 1))
VNCR(vncr_invals, counters_sum(c->inval, KVMMT_VNCR_INVAL_NR + 1))
VNCR(vncr_inval_host, c->inval_host)
VNCR(tlbis, counters_sum(c->tlbi, KVMMT_VNCR_SCOPE_NR + 1))
VNCR(tlbi_entries, counters_sum(c->tlbi_entries, KVMMT_VNCR_SCOPE_NR + 1))
VNCR(fast_tlbis, c->fast_tlbis)
VNCR(walk_median, counters_quantile_ns(&c->walk_time, 50))
VNCR(life_median, counters_quantile_ns(&c->life_time, 50))

/* One function for each reason: vncr_walk_RACED() */
#define X(name, ...) VNCR(vncr_lookup_##name, c->lookup[KVMMT_VNCR_LOOKUP_##name])
KVMMT_VNCR_LOOKUP_REASONS(X)
#undef X
#define X(name, ...) VNCR(vncr_walk_##name, c->walk[KVMMT_VNCR_WALK_##name])
KVMMT_VNCR_WALK_REASONS(X)
#undef X
#define X(name, ...) VNCR(vncr_inval_##name, c->inval[KVMMT_VNCR_INVAL_##name])
KVMMT_VNCR_INVAL_REASONS(X)
#undef X
#define X(name, ...) VNCR(nested_##name, c->tlbi[KVMMT_VNCR_INVAL_##name])
KVMMT_VNCR_TLBI_SCOPES(X)
#undef X

#define FAULT KVMMT_KIND_BIT(S2_FAULT)
#define SLOT KVMMT_KIND_BIT(S2_SLOT)
#define INVAL KVMMT_KIND_BIT(S2_INVALIDATE)
#define LOOKUP KVMMT_KIND_BIT(VNCR_LOOKUP)
#define WALK KVMMT_KIND_BIT(VNCR_WALK)
#define GONE KVMMT_KIND_BIT(VNCR_INVALIDATE)
#define TLBI KVMMT_KIND_BIT(NESTED_TLBI)
#define NONE 0

#define LIST FIELD_IN_LIST
#define NESTED (FIELD_IN_NESTED | FIELD_IN_VCPUS)
#define VCPUS FIELD_IN_VCPUS
#define WIDE 0

const struct field fields[] = {
	{ "vm", "VM", 14, FIELD_NAME, LIST | VCPUS, NONE, NULL, "name of the VM, else of its process" },
	{ "pid", "PID", 7, FIELD_PID, LIST, NONE, NULL, "process that has the VM" },
	{ "vcpu", "vCPU", 4, FIELD_VCPU, VCPUS, NONE, NULL, "index of the vCPU (--vncr)" },
	{ "normal", "NORMAL", 6, FIELD_COUNT, LIST, FAULT, normal,
	  "faults mapped Normal cacheable" },
	{ "normal_nc", "NC", 6, FIELD_COUNT, LIST, FAULT, normal_nc,
	  "faults mapped Normal non-cacheable" },
	{ "ngnre", "nGnRE", 6, FIELD_COUNT, LIST, FAULT, ngnre, "faults mapped Device-nGnRE" },
	{ "ngnrne", "nGnRnE", 6, FIELD_COUNT, LIST, FAULT, ngnrne, "faults mapped Device-nGnRnE" },
	{ "mapped_bytes", "MAPPED", 6, FIELD_BYTES, LIST, FAULT, mapped_bytes,
	  "bytes newly mapped" },
	{ "mapped_normal_bytes", "MNORM", 6, FIELD_BYTES, WIDE, FAULT, normal_bytes,
	  "of these, Normal cacheable" },
	{ "mapped_normal_nc_bytes", "MNC", 6, FIELD_BYTES, WIDE, FAULT, normal_nc_bytes,
	  "and Normal non-cacheable" },
	{ "mapped_ngnre_bytes", "MnGnRE", 6, FIELD_BYTES, WIDE, FAULT, ngnre_bytes,
	  "and Device-nGnRE" },
	{ "mapped_ngnrne_bytes", "MnGnRnE", 7, FIELD_BYTES, WIDE, FAULT, ngnrne_bytes,
	  "and Device-nGnRnE" },
	{ "mapped_other_bytes", "MOTHER", 6, FIELD_BYTES, WIDE, FAULT, other_bytes,
	  "and of a type that KVM does not choose" },
	{ "vcpus", "vCPUs", 5, FIELD_LEVEL, WIDE, FAULT, vcpus,
	  "vCPUs, by the greatest index of one that had a fault" },
	{ "vncr_hit_ratio", "VHIT%", 5, FIELD_RATIO, NESTED, LOOKUP, vncr_hit_ratio,
	  "VNCR pseudo-TLB lookups that found an entry; of VMs that are guest hypervisors" },
	{ "refusals", "REFUSE", 6, FIELD_COUNT, LIST, FAULT | SLOT, refusals,
	  "faults and memslot changes refused" },
	{ "invalidations", "INVAL", 6, FIELD_COUNT, LIST, INVAL, invals,
	  "stage-2 ranges invalidated, for all reasons" },
	{ "retried", "RETRY", 5, FIELD_COUNT, LIST, FAULT, retried,
	  "faults that the guest takes again, because the host or another vCPU was faster" },
	{ "vncr_lookups", "VLOOK", 6, FIELD_COUNT, NESTED, LOOKUP, vncr_lookups,
	  "VNCR pseudo-TLB lookups, when a vCPU enters L2" },
	{ "vncr_hits", "VHIT", 6, FIELD_COUNT, WIDE, LOOKUP, vncr_lookup_HIT,
	  "of these, those that found an entry" },
	{ "vncr_misses", "VMISS", 6, FIELD_COUNT, FIELD_IN_NESTED, LOOKUP, vncr_misses,
	  "and those that found none" },
	{ "vncr_miss_empty", "VEMPTY", 6, FIELD_COUNT, VCPUS, LOOKUP, vncr_lookup_EMPTY,
	  "lookups that missed: the table had no entry" },
	{ "vncr_miss_va", "VVA", 6, FIELD_COUNT, VCPUS, LOOKUP, vncr_lookup_VA,
	  "lookups that missed: no entry for this address" },
	{ "vncr_miss_regime", "VREGIME", 7, FIELD_COUNT, VCPUS, LOOKUP, vncr_lookup_REGIME,
	  "lookups that missed: an entry of another translation regime state" },
	{ "vncr_miss_asid", "VASID", 6, FIELD_COUNT, VCPUS, LOOKUP, vncr_lookup_ASID,
	  "lookups that missed: an entry of another ASID" },
	{ "vncr_miss_permission", "VPERM", 6, FIELD_COUNT, VCPUS, LOOKUP, vncr_lookup_PERMISSION,
	  "lookups that missed: an entry that does not grant the access" },
	{ "vncr_walks", "VWALK", 6, FIELD_COUNT, NESTED, WALK, vncr_walks,
	  "walks of L1's stage 1 for VNCR_EL2" },
	{ "vncr_injected", "VABORT", 6, FIELD_COUNT, VCPUS, WALK, vncr_injected,
	  "of these, those that ended in an abort into L1" },
	{ "vncr_walk_times", "WALK50", 6, FIELD_TIMES, VCPUS, WALK, walk_median,
	  "how long walks took: the median (text, CSV), in powers of two; JSON has the histogram" },
	{ "vncr_walk_filled", "VFILL", 6, FIELD_COUNT, WIDE, WALK, vncr_walk_FILLED,
	  "walks that ended so: filled an entry" },
	{ "vncr_walk_raced", "VRACED", 6, FIELD_COUNT, WIDE, WALK, vncr_walk_RACED,
	  "walks that ended so: a TLBI or the host was faster" },
	{ "vncr_walk_stage1", "VSTAGE1", 7, FIELD_COUNT, WIDE, WALK, vncr_walk_STAGE1,
	  "walks that ended so: L1 takes an abort of its stage 1" },
	{ "vncr_walk_no_slot", "VNOSLOT", 7, FIELD_COUNT, WIDE, WALK, vncr_walk_NO_SLOT,
	  "walks that ended so: no memslot" },
	{ "vncr_walk_read_only", "VRDONLY", 7, FIELD_COUNT, WIDE, WALK, vncr_walk_READ_ONLY,
	  "walks that ended so: a write to a read-only memslot" },
	{ "vncr_walk_no_pfn", "VNOPFN", 6, FIELD_COUNT, WIDE, WALK, vncr_walk_NO_PFN,
	  "walks that ended so: the host cannot resolve the page" },
	{ "vncr_walk_not_memory", "VNOMEM", 6, FIELD_COUNT, WIDE, WALK, vncr_walk_NOT_MEMORY,
	  "walks that ended so: the page is no memory" },
	{ "vncr_walk_hwpoison", "VPOISON", 7, FIELD_COUNT, WIDE, WALK, vncr_walk_HWPOISON,
	  "walks that ended so: the page is poisoned" },
	{ "vncr_invalidations", "VINVAL", 6, FIELD_COUNT, NESTED, GONE, vncr_invals,
	  "entries that left the VNCR pseudo-TLB, for all reasons" },
	{ "vncr_inval_host", "VHOST", 6, FIELD_COUNT, VCPUS, GONE, vncr_inval_host,
	  "of these, those that took a host TLB invalidation" },
	{ "vncr_life_times", "LIFE50", 6, FIELD_TIMES, VCPUS, GONE, life_median,
	  "how long these entries had lived, in the same way" },
	{ "vncr_inval_tlbi_all", "VTALL", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TLBI_ALL,
	  "entries invalidated by a TLBI of the whole regime" },
	{ "vncr_inval_tlbi_asid", "VTASID", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TLBI_ASID,
	  "entries invalidated by a TLBI of an ASID" },
	{ "vncr_inval_tlbi_va", "VTVA", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TLBI_VA,
	  "entries invalidated by a TLBI of an address in an ASID" },
	{ "vncr_inval_tlbi_vaa", "VTVAA", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TLBI_VAA,
	  "entries invalidated by a TLBI of an address in all ASIDs" },
	{ "vncr_inval_tlbi_rva", "VTRVA", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TLBI_RVA,
	  "entries invalidated by a TLBI of a range in an ASID" },
	{ "vncr_inval_tlbi_rvaa", "VTRVAA", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TLBI_RVAA,
	  "entries invalidated by a TLBI of a range in all ASIDs" },
	{ "vncr_inval_notifier", "VNOTIF", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_NOTIFIER,
	  "entries invalidated by the host's memory management" },
	{ "vncr_inval_memslot", "VMEMSLT", 7, FIELD_COUNT, WIDE, GONE, vncr_inval_MEMSLOT,
	  "entries invalidated by a memslot change" },
	{ "vncr_inval_write_protect", "VWRPROT", 7, FIELD_COUNT, WIDE, GONE, vncr_inval_WRITE_PROTECT,
	  "entries invalidated by dirty logging" },
	{ "vncr_inval_replaced", "VREPL", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_REPLACED,
	  "entries invalidated for another translation" },
	{ "vncr_inval_refilled", "VREFILL", 7, FIELD_COUNT, WIDE, GONE, vncr_inval_REFILLED,
	  "entries invalidated for the same translation, walked again" },
	{ "vncr_inval_reset", "VRESET", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_RESET,
	  "entries invalidated by initialising the vCPU again" },
	{ "vncr_inval_teardown", "VDOWN", 6, FIELD_COUNT, WIDE, GONE, vncr_inval_TEARDOWN,
	  "entries invalidated because the VM goes away" },
	{ "nested_tlbis", "NTLBI", 6, FIELD_COUNT, VCPUS, TLBI, tlbis,
	  "TLBIs of L1's EL2&0 regime that KVM emulated" },
	{ "nested_tlbi_all", "NTALL", 6, FIELD_COUNT, WIDE, TLBI, nested_TLBI_ALL,
	  "emulated TLBIs of the whole regime" },
	{ "nested_tlbi_asid", "NTASID", 6, FIELD_COUNT, WIDE, TLBI, nested_TLBI_ASID,
	  "emulated TLBIs of an ASID" },
	{ "nested_tlbi_va", "NTVA", 6, FIELD_COUNT, WIDE, TLBI, nested_TLBI_VA,
	  "emulated TLBIs of an address in an ASID" },
	{ "nested_tlbi_vaa", "NTVAA", 6, FIELD_COUNT, WIDE, TLBI, nested_TLBI_VAA,
	  "emulated TLBIs of an address in all ASIDs" },
	{ "nested_tlbi_rva", "NTRVA", 6, FIELD_COUNT, WIDE, TLBI, nested_TLBI_RVA,
	  "emulated TLBIs of a range in an ASID" },
	{ "nested_tlbi_rvaa", "NTRVAA", 6, FIELD_COUNT, WIDE, TLBI, nested_TLBI_RVAA,
	  "emulated TLBIs of a range in all ASIDs" },
	{ "nested_tlbi_entries", "NTLBIE", 6, FIELD_COUNT, WIDE, TLBI, tlbi_entries,
	  "entries that they invalidated, of all vCPUs" },
	{ "fast_tlbis", "FASTTLB", 7, FIELD_COUNT, WIDE, LOOKUP, fast_tlbis,
	  "TLBIs of L1's that never left hyp" },
	{ "refused", "FAULTRF", 7, FIELD_COUNT, WIDE, FAULT, refused,
	  "faults refused: KVM_RUN failed" },
	{ "slots_refused", "SLOTREF", 7, FIELD_COUNT, WIDE, SLOT, slots_refused,
	  "memslot changes refused" },
	{ "other", "OTHER", 6, FIELD_COUNT, WIDE, FAULT, other,
	  "faults mapped with an encoding that kvmmt does not know" },
	{ "relaxed", "RELAX", 6, FIELD_COUNT, WIDE, FAULT, relaxed,
	  "faults that only widened permissions (also counted by type)" },
	{ "unsafe", "UNSAFE", 6, FIELD_COUNT, WIDE, FAULT | SLOT, unsafe,
	  "faults and slots refused as unsafe cacheable PFNMAP" },
	{ "injected", "ABORT", 6, FIELD_COUNT, WIDE, FAULT, injected,
	  "faults answered with an abort into the guest" },
	{ "slots", "SLOTS", 6, FIELD_COUNT, WIDE, SLOT, slots, "memslot changes accepted" },
	{ "inval_bytes", "INVBYTE", 7, FIELD_BYTES, WIDE, INVAL, inval_bytes,
	  "bytes invalidated in the VM's own stage 2" },
	{ "inval_shadow", "SHADOW", 6, FIELD_COUNT, WIDE, INVAL, inval_shadow,
	  "invalidations of nested guests' shadow stage 2" },
	{ "inval_notifier", "NOTIF", 6, FIELD_COUNT, WIDE, INVAL, inval_notifier,
	  "invalidations by the host's memory management" },
	{ "inval_memslot", "MEMSLOT", 7, FIELD_COUNT, WIDE, INVAL, inval_memslot,
	  "invalidations by a memslot change" },
	{ "inval_write_protect", "WRPROT", 6, FIELD_COUNT, WIDE, INVAL, inval_wp,
	  "invalidations by dirty logging" },
	{ "inval_guest_tlbi", "TLBI", 6, FIELD_COUNT, WIDE, INVAL, inval_tlbi,
	  "invalidations by a guest hypervisor's TLBI" },
	{ "inval_shadow_reuse", "REUSE", 6, FIELD_COUNT, WIDE, INVAL, inval_reuse,
	  "invalidations because a shadow stage 2 changed hands" },
	{ "inval_vcpu_reset", "RESET", 6, FIELD_COUNT, WIDE, INVAL, inval_reset,
	  "invalidations by initialising a vCPU again" },
	{ "inval_teardown", "DOWN", 6, FIELD_COUNT, WIDE, INVAL, inval_teardown,
	  "invalidations because the VM goes away" },
};

const size_t nr_fields = sizeof(fields) / sizeof(fields[0]);

const struct field *field_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < nr_fields; i++)
		if (strlen(fields[i].name) == len && !strncmp(fields[i].name, name, len))
			return &fields[i];
	return NULL;
}

bool field_of_vcpu(const struct field *f)
{
	return !(f->sources & ~KVMMT_VNCR_KINDS);
}

const struct kvmmt_times *field_times(const struct field *f, const struct model_counts *c)
{
	return f->value == walk_median ? &c->vncr.walk_time : &c->vncr.life_time;
}

const char *field_short(__u64 value, enum field_type type, char *buf)
{
	static const char units[] = " KMGTPE";
	double step = type == FIELD_BYTES ? 1024 : 1000, v = value;
	int unit = 0;

	if (value < 10000 && (type != FIELD_BYTES || value < 1024)) {
		snprintf(buf, NAME_LEN, "%llu", (unsigned long long)value);
		return buf;
	}
	while (v >= step && unit < 6) {
		v /= step;
		unit++;
	}
	snprintf(buf, NAME_LEN, v < 99.95 ? "%.1f%c" : "%.0f%c", v, units[unit]);
	return buf;
}
