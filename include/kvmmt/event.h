/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one event: what a tracepoint said, from the BPF store to the screen, the
 * file and the JSON line. Fixed width, no holes, data only; compiles for BPF
 * and for user space.
 *
 * Every list of words is an X-macro. The lists that mirror an enum or the bits
 * of a tracepoint (docs/tracepoints.md) carry the kernel's names and order;
 * tests/vm/btf.sh compares them with the BTF of the kernel that was built.
 */
#ifndef KVMMT_EVENT_H
#define KVMMT_EVENT_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#include "event_vncr.h"

#define KVMMT_COMM_LEN 16

/* Event kinds. X(NAME, "name", "help") */
#define KVMMT_KINDS(X)                                                  \
	X(S2_FAULT, "s2_fault", "a stage-2 fault was decided")          \
	X(S2_SLOT, "s2_slot", "a memslot change was decided")           \
	X(S2_INVALIDATE, "s2_invalidate", "stage-2 range invalidated")  \
	X(LOST, "lost", "events that found no room in the ring buffer") \
	X(VNCR_LOOKUP, "vncr_lookup", "the VNCR pseudo-TLB was looked up") \
	X(VNCR_WALK, "vncr_walk", "a VNCR abort was walked")            \
	X(VNCR_INVALIDATE, "vncr_invalidate", "an entry left the VNCR pseudo-TLB") \
	X(NESTED_TLBI, "nested_tlbi", "a guest hypervisor's TLBI was emulated")

#define KVMMT_KIND_BIT(name) (1u << KVMMT_KIND_##name)
/* Those that have a tracepoint, and those of a guest hypervisor's VNCR page */
#define KVMMT_TRACED (((1u << KVMMT_KIND_NR) - 1) & ~KVMMT_KIND_BIT(LOST))
#define KVMMT_VNCR_KINDS                                                      \
	(KVMMT_KIND_BIT(VNCR_LOOKUP) | KVMMT_KIND_BIT(VNCR_WALK) |            \
	 KVMMT_KIND_BIT(VNCR_INVALIDATE) | KVMMT_KIND_BIT(NESTED_TLBI))

/*
 * Memory types of the host's stage 1, by index in MAIR_EL1 as Linux numbers
 * them (arch/arm64/include/asm/memory.h, MT_*).
 */
#define KVMMT_S1_TYPES(X)               \
	X(NORMAL, "Normal")             \
	X(NORMAL_TAGGED, "NormalTagged") \
	X(NORMAL_NC, "NormalNC")        \
	X(DEVICE_nGnRnE, "nGnRnE")      \
	X(DEVICE_nGnRE, "nGnRE")

#define KVMMT_S1_NONE 0xf /* not looked at */

/*
 * What stage 2 gives a guest. The index is ours; names.c decodes MemAttr[3:0]
 * with and without FEAT_S2FWB into it (Arm ARM D8.6, "Stage 2 memory type").
 */
#define KVMMT_S2_TYPES(X)                                              \
	X(NORMAL, "Normal", "Normal, Write-Back cacheable")            \
	X(NORMAL_NC, "NormalNC", "Normal, Non-cacheable")              \
	X(DEVICE_nGnRE, "nGnRE", "Device-nGnRE")                       \
	X(DEVICE_nGnRnE, "nGnRnE", "Device-nGnRnE")                    \
	X(OTHER, "other", "an encoding kvmmt does not know")

/*
 * Why a fault ended as it did: enum kvm_s2_fault_reason.
 * X(NAME, outcome, "word", "in a sentence")
 */
#define KVMMT_FAULT_REASONS(X)                                                               \
	X(MAPPED, MAPPED, "mapped", "a new mapping was installed")                           \
	X(RELAXED, MAPPED, "relaxed", "permissions of the existing mapping were widened")    \
	X(INVALIDATED, RETRIED, "invalidated", "the host changed the page during the fault") \
	X(RACED, RETRIED, "raced", "another vCPU was first at the same entry")              \
	X(HOST_MOVED, RETRIED, "host-moved", "the host's page table entry changed under the fault") \
	X(EXEC_UNCACHED, INJECTED, "exec-uncached",                                          \
	  "instruction fetch from memory that is not Normal cacheable: abort into the guest") \
	X(HWPOISON, SIGNALLED, "hwpoison", "the page is poisoned: SIGBUS to the VMM")        \
	X(NO_VMA, REFUSED, "no-vma", "the VMM has unmapped the address")                     \
	X(NO_PFN, REFUSED, "no-pfn", "the host cannot resolve the page for this access")     \
	X(READ_PERM, REFUSED, "read-perm", "permission fault on a read: not KVM's doing")    \
	X(NO_MEMORY, REFUSED, "no-memory", "no memory for stage-2 tables")                   \
	X(UNSAFE_CACHEABLE, REFUSED, "unsafe-cacheable",                                     \
	  "cacheable PFNMAP memory, and the host lacks FWB or DIC")                          \
	X(MTE_VMA, REFUSED, "mte-vma", "the VM has MTE, the VMA cannot hold tags")           \
	X(HOST_SIZE, REFUSED, "host-size", "the host's mapping size could not be read")      \
	X(MAP_FAILED, REFUSED, "map-failed", "installing the mapping failed")

#define KVMMT_OUTCOMES(X)                                                     \
	X(MAPPED, "mapped", "the guest got its mapping")                      \
	X(RETRIED, "retried", "the guest will fault again")                   \
	X(REFUSED, "refused", "KVM_RUN failed")                               \
	X(INJECTED, "injected", "the guest took an abort")                    \
	X(SIGNALLED, "signalled", "the VMM got a signal")

/* Why a memslot change ended as it did: enum kvm_s2_slot_reason */
#define KVMMT_SLOT_REASONS(X)                                                         \
	X(ACCEPTED, MAPPED, "accepted", "the slot stands")                            \
	X(OUT_OF_RANGE, REFUSED, "out-of-range", "the slot ends above the VM's IPA space") \
	X(MTE_VMA, REFUSED, "mte-vma", "the VM has MTE, a VMA cannot hold tags")      \
	X(PFNMAP_LOGGING, REFUSED, "pfnmap-logging", "dirty logging of PFNMAP memory") \
	X(UNSAFE_CACHEABLE, REFUSED, "unsafe-cacheable",                              \
	  "cacheable PFNMAP memory, and the host lacks FWB or DIC")

/* enum kvm_mr_change (include/linux/kvm_host.h) */
#define KVMMT_SLOT_CHANGES(X)         \
	X(CREATE, "create")           \
	X(DELETE, "delete")           \
	X(MOVE, "move")               \
	X(FLAGS_ONLY, "flags")

/* Why a stage-2 range was invalidated: enum kvm_s2_inval_reason */
#define KVMMT_INVAL_REASONS(X)                                                        \
	X(NOTIFIER, "notifier", "the host unmapped, moved or write-protected a page") \
	X(MEMSLOT, "memslot", "a memslot was deleted, or a move was tried")                       \
	X(WRITE_PROTECT, "write-protect", "dirty logging write-protected the range")  \
	X(GUEST_TLBI, "guest-tlbi", "a guest hypervisor invalidated its stage 2")     \
	X(SHADOW_REUSE, "shadow-reuse", "a shadow stage 2 was given to another context") \
	X(VCPU_RESET, "vcpu-reset", "a vCPU was initialised again")                   \
	X(TEARDOWN, "teardown", "the VM is going away")

/* Bits of kvmmt_s2_fault.flags as the kernel has them: KVM_S2_F_* */
#define KVMMT_FAULT_FLAGS(X)                                      \
	X(NESTED, 0, "nested", "a nested guest's fault, shadow stage 2") \
	X(LOGGING, 1, "logging", "dirty logging is on for the slot") \
	X(MTE, 2, "mte", "the VM has MTE")                        \
	X(MAP_X, 3, "x", "executable through stage 2")            \
	X(MAP_W, 4, "w", "writable through stage 2")              \
	X(MAP_R, 5, "r", "readable through stage 2")              \
	X(FWB, 6, "FWB", "the host has FEAT_S2FWB")               \
	X(DIC, 7, "DIC", "the host has CTR_EL0.DIC")

/* And those that kvmmt_access_flags() adds */
#define KVMMT_ACCESS_FLAGS(X)                                     \
	X(WRITE, 16, "write", "the access was a write")           \
	X(EXEC, 17, "exec", "the access was an instruction fetch") \
	X(PERM, 18, "perm", "permission fault, else translation")

/* Bits of .vma above the two memory types: KVM_S2_VMA_* */
#define KVMMT_VMA_BITS(X)                                               \
	X(PFNMAP, 8, "pfnmap", "VM_PFNMAP")                             \
	X(MIXEDMAP, 9, "mixedmap", "VM_MIXEDMAP")                       \
	X(IO, 10, "io", "VM_IO")                                        \
	X(SHARED, 11, "shared", "VM_SHARED")                            \
	X(COW, 12, "cow", "private and may be written: copy on write")  \
	X(ANY_UNCACHED, 13, "any-uncached", "VM_ALLOW_ANY_UNCACHED")    \
	X(HUGETLB, 14, "hugetlb", "hugetlbfs")                          \
	X(MTE_ALLOWED, 15, "mte-ok", "VM_MTE_ALLOWED")                  \
	X(RAM, 16, "ram", "the page is in the kernel's RAM map")        \
	X(FOUND, 17, "vma", "a VMA was found")

#define KVMMT_VMA_S1(vma)	((vma) & 0xf)		/* the VMA's type */
#define KVMMT_VMA_PTE_S1(vma)	(((vma) >> 4) & 0xf)	/* the host PTE's */

#define KVMMT_MEMATTR_NONE 0xff /* nothing was mapped */

#define X(name, ...) KVMMT_KIND_##name,
enum kvmmt_kind { KVMMT_KINDS(X) KVMMT_KIND_NR };
#undef X
#define X(name, ...) KVMMT_S1_##name,
enum kvmmt_s1_type { KVMMT_S1_TYPES(X) KVMMT_S1_NR };
#undef X
#define X(name, ...) KVMMT_S2_##name,
enum kvmmt_s2_type { KVMMT_S2_TYPES(X) KVMMT_S2_NR };
#undef X
#define X(name, ...) KVMMT_FAULT_##name,
enum kvmmt_fault_reason { KVMMT_FAULT_REASONS(X) KVMMT_FAULT_NR };
#undef X
#define X(name, ...) KVMMT_OUTCOME_##name,
enum kvmmt_outcome { KVMMT_OUTCOMES(X) KVMMT_OUTCOME_NR };
#undef X
#define X(name, ...) KVMMT_SLOT_##name,
enum kvmmt_slot_reason { KVMMT_SLOT_REASONS(X) KVMMT_SLOT_NR };
#undef X
#define X(name, ...) KVMMT_CHANGE_##name,
enum kvmmt_slot_change { KVMMT_SLOT_CHANGES(X) KVMMT_CHANGE_NR };
#undef X
#define X(name, ...) KVMMT_INVAL_##name,
enum kvmmt_inval_reason { KVMMT_INVAL_REASONS(X) KVMMT_INVAL_NR };
#undef X
#define X(name, bit, ...) KVMMT_F_##name = 1u << (bit),
enum kvmmt_fault_flag { KVMMT_FAULT_FLAGS(X) KVMMT_ACCESS_FLAGS(X) };
#undef X
#define X(name, bit, ...) KVMMT_VMA_##name = 1u << (bit),
enum kvmmt_vma_bit { KVMMT_VMA_BITS(X) };
#undef X

/*
 * What the access was, from ESR_EL2 (Arm ARM, ISS of aborts from a lower Exception
 * level), as KVM sees it: a page table walk of the guest's that lacks permission
 * wants to write the table.
 */
static inline __u32 kvmmt_access_flags(__u32 esr)
{
	int fetch = esr >> 26 == 0x20, walk = esr >> 7 & 1, perm = (esr & 0x3c) == 0x0c;
	int write = walk ? perm : !fetch && (esr >> 6 & 1);

	return (write ? KVMMT_F_WRITE : 0) | (fetch && !walk ? KVMMT_F_EXEC : 0) |
	       (perm ? KVMMT_F_PERM : 0);
}

struct kvmmt_s2_fault {
	__u64 fault_ipa;	/* bytes; what the guest touched (L2's IPA if nested) */
	__u64 ipa;		/* bytes; in the VM's own (canonical) IPA space */
	__u64 hva;		/* bytes; in the VMM's address space */
	__u64 pfn;		/* host page frame, ~0 if none was found */
	__u64 size_bytes;	/* of the mapping, 0 if none was chosen */
	__u32 vma;		/* KVMMT_VMA_*, two S1 types in bits 7:0 */
	__u32 flags;		/* KVMMT_F_* */
	__s32 ret;		/* what the fault handler returned, -errno or 0 */
	__u16 reason;		/* enum kvmmt_fault_reason */
	__u16 memattr;		/* MemAttr[3:0], or KVMMT_MEMATTR_NONE */
};

struct kvmmt_s2_slot {
	__u64 ipa;		/* bytes; start of the slot */
	__u64 size_bytes;
	__u64 hva;		/* bytes; where the VMM maps it */
	__u64 vma_hva;		/* bytes; in the VMA that .vma describes, 0: none */
	__u32 slot;		/* as the ioctl numbers it: address space << 16 | id */
	__u32 slot_flags;	/* KVM_MEM_* */
	__u32 vma;		/* of the VMA that was refused, or the slot's last */
	__u32 flags;		/* KVMMT_F_FWB, KVMMT_F_DIC, KVMMT_F_MTE */
	__s32 ret;
	__u16 reason;		/* enum kvmmt_slot_reason */
	__u16 change;		/* enum kvmmt_slot_change */
};

#define KVMMT_NO_SYSCALL (-1)

struct kvmmt_s2_invalidate {
	__u64 start;		/* bytes, IPA; of the shadow's input space if shadow */
	__u64 size_bytes;
	__u32 reason;		/* enum kvmmt_inval_reason */
	__u32 shadow;		/* 1: a nested guest's shadow stage 2 */
	__u32 process;		/* of tid; 0: it is a kernel thread */
	__s32 syscall;		/* arm64's number of what it is in; KVMMT_NO_SYSCALL: none */
	__u32 pad[6];
};

/* Events of one CPU's ring that were not stored between two that were */
struct kvmmt_lost {
	__u64 first_ns;		/* time of the first and the last one lost */
	__u64 last_ns;
	__u32 count[KVMMT_KIND_NR];
	__u64 pad[1];
};

struct kvmmt_event {
	__u64 time_ns;		/* CLOCK_MONOTONIC */
	__u64 vm;		/* address of struct kvm: a key while the VM lives */
	__u32 pid;		/* kvm->userspace_pid: the process that made the VM */
	__s32 vcpu;		/* vcpu_idx, -1 where no vCPU is concerned */
	__u32 tid;		/* the task that caused it, in the host's root namespace */
	__u16 kind;		/* enum kvmmt_kind */
	__u16 cpu;
	char comm[KVMMT_COMM_LEN]; /* of tid */
	union {
		struct kvmmt_s2_fault s2_fault;
		struct kvmmt_s2_slot s2_slot;
		struct kvmmt_s2_invalidate s2_invalidate;
		struct kvmmt_lost lost;
		struct kvmmt_vncr_lookup vncr_lookup;
		struct kvmmt_vncr_walk vncr_walk;
		struct kvmmt_vncr_invalidate vncr_invalidate;
		struct kvmmt_nested_tlbi nested_tlbi;
	};
};

_Static_assert(sizeof(struct kvmmt_s2_fault) == 56, "hole in kvmmt_s2_fault");
_Static_assert(sizeof(struct kvmmt_s2_slot) == 56, "hole in kvmmt_s2_slot");
_Static_assert(sizeof(struct kvmmt_s2_invalidate) == 56, "hole in kvmmt_s2_invalidate");
_Static_assert(sizeof(struct kvmmt_lost) == 56, "hole in kvmmt_lost");
_Static_assert(sizeof(struct kvmmt_event) == 104, "hole in kvmmt_event");

#endif
