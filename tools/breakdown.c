// SPDX-License-Identifier: GPL-2.0
/* See breakdown.h. */
#include "breakdown.h"
#include "names.h"

#define COUNTS(member) \
	offsetof(struct model_counts, member), 0, \
	sizeof(((struct model_counts *)0)->member) / sizeof(__u64)
#define COUNTS_BYTES(member, bytes) \
	offsetof(struct model_counts, member), offsetof(struct model_counts, bytes), \
	sizeof(((struct model_counts *)0)->member) / sizeof(__u64)

const struct breakdown breakdowns[] = {
	{ "types", "stage-2 types", KVMMT_KIND_BIT(S2_FAULT), COUNTS_BYTES(s2.mapped, s2.mapped_bytes),
	  name_s2_type, name_s2_type_long },
	{ "faults", "faults", KVMMT_KIND_BIT(S2_FAULT), COUNTS(s2.fault), name_fault_reason,
	  name_fault_why },
	{ "slots", "memslot changes", KVMMT_KIND_BIT(S2_SLOT), COUNTS(s2.slot), name_slot_reason,
	  name_slot_why },
	{ "invalidations", "invalidations", KVMMT_KIND_BIT(S2_INVALIDATE),
	  COUNTS_BYTES(s2.inval, s2.inval_bytes), name_inval_reason, name_inval_why },
	{ "vncr_lookups", "VNCR lookups", KVMMT_KIND_BIT(VNCR_LOOKUP), COUNTS(vncr.lookup),
	  name_vncr_lookup, name_vncr_lookup_why },
	{ "vncr_walks", "VNCR walks", KVMMT_KIND_BIT(VNCR_WALK), COUNTS(vncr.walk), name_vncr_walk,
	  name_vncr_walk_why },
	{ "vncr_invalidations", "VNCR entries that left", KVMMT_KIND_BIT(VNCR_INVALIDATE),
	  COUNTS(vncr.inval), name_vncr_inval, name_vncr_inval_why },
	{ "nested_tlbis", "guest hypervisors' TLBIs", KVMMT_KIND_BIT(NESTED_TLBI), COUNTS(vncr.tlbi),
	  name_vncr_inval, name_vncr_inval_why },
};

const size_t nr_breakdowns = sizeof(breakdowns) / sizeof(breakdowns[0]);

const struct histogram histograms[] = {
	{ "vncr_walk_times", "how long VNCR walks took", KVMMT_KIND_BIT(VNCR_WALK),
	  offsetof(struct model_counts, vncr.walk_time) },
	{ "vncr_life_times", "how long VNCR entries that left had lived",
	  KVMMT_KIND_BIT(VNCR_INVALIDATE), offsetof(struct model_counts, vncr.life_time) },
};

const size_t nr_histograms = sizeof(histograms) / sizeof(histograms[0]);
