/* SPDX-License-Identifier: GPL-2.0 */
/* A guest hypervisor's events, folded: what tables and screens are shown. */
#ifndef NESTED_H
#define NESTED_H

#include <kvmmt/counters.h>

/* What vCPU @vcpu did until second @t. */
static inline struct kvmmt_vncr nested_vcpu(unsigned int vcpu, unsigned int t)
{
	struct kvmmt_event hit = { .kind = KVMMT_KIND_VNCR_LOOKUP,
				   .vncr_lookup = { .fast_tlbis = 1 } };
	struct kvmmt_event miss = { .kind = KVMMT_KIND_VNCR_LOOKUP, .vncr_lookup.entry = -1 };
	struct kvmmt_event walk = { .kind = KVMMT_KIND_VNCR_WALK };
	struct kvmmt_event gone = { .kind = KVMMT_KIND_VNCR_INVALIDATE };
	struct kvmmt_event tlbi = { .kind = KVMMT_KIND_NESTED_TLBI };
	struct kvmmt_vncr c = { 0 };
	unsigned int i;

	for (i = 0; i < 1000 * t; i++)
		kvmmt_fold_vncr(&c, &hit);
	for (i = 0; i < (vcpu + 1) * 10 * t; i++) {
		miss.vncr_lookup.reason = i % 3 ? KVMMT_VNCR_LOOKUP_VA : KVMMT_VNCR_LOOKUP_ASID;
		kvmmt_fold_vncr(&c, &miss);
		walk.vncr_walk.reason = i % 8 ? KVMMT_VNCR_WALK_FILLED : KVMMT_VNCR_WALK_STAGE1;
		walk.vncr_walk.lat_ns = 1000 + 700 * (i % 16);
		kvmmt_fold_vncr(&c, &walk);
		gone.vncr_invalidate.reason = i % 4 ? KVMMT_VNCR_INVAL_TLBI_VA :
						      KVMMT_VNCR_INVAL_NOTIFIER;
		gone.vncr_invalidate.flags = i % 4 ? 0 : KVMMT_VNCR_F_INVALIDATED;
		gone.vncr_invalidate.lifetime_ns = 1000000ull << i % 5;
		kvmmt_fold_vncr(&c, &gone);
	}
	for (i = 0; i < 5 * t; i++) {
		tlbi.nested_tlbi.scope = i % 5 ? KVMMT_VNCR_INVAL_TLBI_VA : KVMMT_VNCR_INVAL_TLBI_ALL;
		tlbi.nested_tlbi.entries = i % 5;
		kvmmt_fold_vncr(&c, &tlbi);
	}
	return c;
}

#endif
