/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tracepoints of the VNCR_EL2 pseudo-TLB say: the part of event.h that
 * only hosts of guest hypervisors meet. Same rules, same comparison with the kernel.
 */
#ifndef KVMMT_EVENT_VNCR_H
#define KVMMT_EVENT_VNCR_H

/* How a lookup ended: enum kvm_vncr_lookup_reason. X(NAME, "word", "in a sentence") */
#define KVMMT_VNCR_LOOKUP_REASONS(X)                                                \
	X(HIT, "hit", "an entry could be used")                                     \
	X(EMPTY, "empty", "the vCPU's table has no entry")                          \
	X(VA, "va", "no entry for this address")                                    \
	X(REGIME, "regime", "an entry for the address, of another translation regime state") \
	X(ASID, "asid", "an entry for the address, of another ASID")                \
	X(PERMISSION, "permission", "an entry that does not grant the access")

/*
 * How a walk ended: enum kvm_vncr_walk_reason.
 * X(NAME, outcome, "word", "in a sentence")
 */
#define KVMMT_VNCR_WALK_REASONS(X)                                                  \
	X(FILLED, MAPPED, "filled", "an entry was filled")                          \
	X(RACED, RETRIED, "raced", "a TLBI or the host was faster: L2 accesses again") \
	X(STAGE1, INJECTED, "stage1", "L1 takes an abort of its stage 1")           \
	X(NO_SLOT, INJECTED, "no-slot", "no memslot: external abort into L1")       \
	X(READ_ONLY, INJECTED, "read-only", "a write to a read-only memslot: external abort into L1") \
	X(NO_PFN, INJECTED, "no-pfn", "the host cannot resolve the page: external abort into L1") \
	X(NOT_MEMORY, INJECTED, "not-memory", "the page is no memory: external abort into L1") \
	X(HWPOISON, SIGNALLED, "hwpoison", "the page is poisoned: SIGBUS to the VMM")

/*
 * Why an entry left: enum kvm_vncr_inval_reason. Those of a TLBI come first, and are
 * the scopes of a TLBI.
 */
#define KVMMT_VNCR_TLBI_SCOPES(X)                                          \
	X(TLBI_ALL, "tlbi-all", "a TLBI of the whole regime")              \
	X(TLBI_ASID, "tlbi-asid", "a TLBI of an ASID")                     \
	X(TLBI_VA, "tlbi-va", "a TLBI of an address in an ASID")           \
	X(TLBI_VAA, "tlbi-vaa", "a TLBI of an address in all ASIDs")       \
	X(TLBI_RVA, "tlbi-rva", "a TLBI of a range in an ASID")            \
	X(TLBI_RVAA, "tlbi-rvaa", "a TLBI of a range in all ASIDs")
#define KVMMT_VNCR_INVAL_REASONS(X)                                                       \
	KVMMT_VNCR_TLBI_SCOPES(X)                                                         \
	X(NOTIFIER, "notifier", "the host unmapped, moved or write-protected the page")   \
	X(MEMSLOT, "memslot", "the memslot was deleted, moved or changed")                \
	X(WRITE_PROTECT, "write-protect", "dirty logging write-protected the page")       \
	X(REPLACED, "replaced", "another translation took the entry's place")             \
	X(REFILLED, "refilled", "the same translation was walked again")                  \
	X(RESET, "reset", "the vCPU was initialised again")                               \
	X(TEARDOWN, "teardown", "the VM is going away")

/* enum kvm_vncr_flags */
#define KVMMT_VNCR_FLAGS(X)                                                \
	X(GLOBAL, 0, "global", "the leaf is global: any ASID")             \
	X(S1_OFF, 1, "s1-off", "L1's stage 1 is off: VA is IPA")           \
	X(MAP_R, 2, "r", "L2 may read through the entry")                  \
	X(MAP_W, 3, "w", "L2 may write through the entry")                 \
	X(WRITE, 4, "write", "the access was a write")                     \
	X(LOGGING, 5, "logging", "dirty logging is on for the slot")       \
	X(INVALIDATED, 6, "host-tlbi", "this took a host TLB invalidation")

#define X(name, ...) KVMMT_VNCR_LOOKUP_##name,
enum kvmmt_vncr_lookup_reason { KVMMT_VNCR_LOOKUP_REASONS(X) KVMMT_VNCR_LOOKUP_NR };
#undef X
#define X(name, ...) KVMMT_VNCR_WALK_##name,
enum kvmmt_vncr_walk_reason { KVMMT_VNCR_WALK_REASONS(X) KVMMT_VNCR_WALK_NR };
#undef X
#define X(name, ...) KVMMT_VNCR_INVAL_##name,
enum kvmmt_vncr_inval_reason { KVMMT_VNCR_INVAL_REASONS(X) KVMMT_VNCR_INVAL_NR };
#undef X
#define X(name, bit, ...) KVMMT_VNCR_F_##name = 1u << (bit),
enum kvmmt_vncr_flag { KVMMT_VNCR_FLAGS(X) };
#undef X
#define KVMMT_VNCR_SCOPE_NR KVMMT_VNCR_INVAL_NOTIFIER

struct kvmmt_vncr_lookup {
	__u64 va;		/* VNCR_EL2, to the page */
	__u32 asid;		/* of L1's EL2&0 regime */
	__u32 flags;		/* KVMMT_VNCR_F_* */
	__u32 fast_tlbis;	/* L1's TLBIs that never left hyp, since the last lookup */
	__s32 entry;		/* index in the vCPU's table, -1 on a miss */
	__u32 reason;		/* enum kvmmt_vncr_lookup_reason */
	__u32 pad[7];
};

struct kvmmt_vncr_walk {
	__u64 va;
	__u64 ipa;		/* bytes, ~0: stage 1 gave none */
	__u64 pfn;		/* host page frame, ~0: none */
	__u64 lat_ns;		/* from abort to outcome */
	__u32 esr;		/* of the abort */
	__u32 injected;		/* the ESR that L1 takes, 0: none */
	__u32 flags;
	__u16 asid;
	__u16 reason;		/* enum kvmmt_vncr_walk_reason */
	__s16 entry;		/* filled, -1: none */
	__s8 level;		/* of the leaf or the fault, if stage 1 is on */
	__u8 size_shift;	/* log2 of the leaf's bytes */
	__u32 pad;
};

struct kvmmt_vncr_invalidate {
	__u64 va;
	__u64 ipa;
	__u64 lifetime_ns;	/* since it was filled */
	__u32 flags;
	__u16 asid;
	__u16 reason;		/* enum kvmmt_vncr_inval_reason */
	__s16 entry;
	__u16 size_shift;
	__u32 pad[5];
};

struct kvmmt_nested_tlbi {
	__u64 start;		/* bytes, VA; 0 for ALL and ASID */
	__u64 size_bytes;	/* ~0 for ALL and ASID */
	__u32 op;		/* the instruction: op0, op1, CRn, CRm, op2 as in MSR's encoding */
	__u32 scope;		/* enum kvmmt_vncr_inval_reason below KVMMT_VNCR_SCOPE_NR */
	__u32 asid;		/* 0 where the form has none */
	__u32 entries;		/* that left the tables of the VM's vCPUs */
	__u64 pad[3];
};

_Static_assert(sizeof(struct kvmmt_vncr_lookup) == 56, "hole in kvmmt_vncr_lookup");
_Static_assert(sizeof(struct kvmmt_vncr_walk) == 56, "hole in kvmmt_vncr_walk");
_Static_assert(sizeof(struct kvmmt_vncr_invalidate) == 56, "hole in kvmmt_vncr_invalidate");
_Static_assert(sizeof(struct kvmmt_nested_tlbi) == 56, "hole in kvmmt_nested_tlbi");

#endif
