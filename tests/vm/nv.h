/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMM of the guest hypervisor (l1/): a VM whose vCPUs begin at EL2, batches of
 * actions for each, translation tables for L1, and slots for VNCR pages.
 */
#ifndef NV_H
#define NV_H

#include <stdint.h>

#include "l1/l1.h"
#include "vmm/vm.h"

#define NV_CPUS	      4
#define NV_SLOT_BYTES (2ul << 20)

struct nv {
	struct vm vm;
	int cpus;
	struct {
		struct vcpu vcpu;
		uint32_t actions, ops;	/* of the batch that is being written */
		int started;
		uint64_t lost_esr, lost_elr; /* of an exception that L1 did not expect */
	} cpu[NV_CPUS];
	uint64_t next_table;	/* IPA of free memory for tables */
	/* After a batch of so much; @err is nv_run()'s. May be NULL. */
	void (*ran)(const struct nv *nv, int cpu, uint32_t actions, uint32_t ops, int err);
};

/* All functions return 0 or -errno unless they say otherwise. */

/* @features: more than VM_EL2. -EOPNOTSUPP if this kernel does not nest. */
int nv_open(struct nv *nv, int cpus, unsigned int features);
void nv_close(struct nv *nv);
/* What the VMM sees of guest RAM at @ipa */
void *nv_ram(const struct nv *nv, uint64_t ipa);
struct l1_cpu *nv_cpu(const struct nv *nv, int cpu);
/* Slot @n of the window (0 to 15): at IPA L1_WINDOW + n * NV_SLOT_BYTES. No @mem: none. */
int nv_slot(struct nv *nv, int n, void *mem, size_t bytes, uint32_t flags);
/* Which of its first 64 pages were written since this was asked last: a bit each. */
uint64_t nv_dirty(const struct nv *nv, int n);

/* Write a batch; the results stand in what these return, until the next batch is begun. */
struct l1_action *nv_add(struct nv *nv, int cpu, enum l1_op op, uint32_t arg, uint64_t a,
			 uint64_t b);
struct l2_op *nv_l2_op(struct nv *nv, int cpu, uint32_t what, uint64_t value);
/* Let L2 context @context do the @count ops written last. */
struct l1_action *nv_run_l2(struct nv *nv, int cpu, int context, int count);
/* Action or op @n of the batch that was written last */
struct l1_action *nv_action(const struct nv *nv, int cpu, uint32_t n);
struct l2_op *nv_op(const struct nv *nv, int cpu, uint32_t n);
/*
 * Let the vCPU do its batch. -ECANCELED if L1 is lost, or what KVM_RUN said; then a
 * second call goes on where it was.
 */
int nv_run(struct nv *nv, int cpu);
/* Let the vCPU, which nv_run() left, begin again as new with its next batch. */
int nv_reset(struct nv *nv, int cpu);

/* Make @context of @cpu an L2 that nests, without stage 2, with its VNCR page at @vncr. */
struct l1_context *nv_context(struct nv *nv, int cpu, int context, uint64_t vncr);

/* L1's own stage 1 */
enum nv_granule { NV_4K = 12, NV_16K = 14, NV_64K = 16 };

struct nv_tables {
	struct nv *nv;
	enum nv_granule granule;
	uint64_t root[2];	/* TTBR0's, TTBR1's */
};

#define NV_VA_BITS 39
#define NV_LOW	   0x100000000ull		/* first VA that is not the identity map */
#define NV_HIGH	   0xffffff8000000000ull	/* first VA of TTBR1 */

/* Descriptor bits */
#define PTE_RO	   (1ull << 7)
#define PTE_SH	   (3ull << 8)
#define PTE_AF	   (1ull << 10)
#define PTE_NG	   (1ull << 11)
#define PTE_NORMAL (PTE_SH | PTE_AF)

/* TCR_EL2, E2H format */
#define TCR_A1 (1ull << 22)
#define TCR_AS (1ull << 36)

/* Tables that map device and RAM, and the window as it is. */
int nv_tables(struct nv *nv, struct nv_tables *t, enum nv_granule granule);
/* Map @va by a descriptor of @level; its IPA, or 0 if the tables are full. */
uint64_t nv_map(struct nv_tables *t, uint64_t va, uint64_t ipa, int level, uint64_t bits);
uint64_t nv_leaf_bytes(const struct nv_tables *t, int level);
/* The level's leaf descriptor for @ipa */
uint64_t nv_leaf(const struct nv_tables *t, uint64_t ipa, int level, uint64_t bits);
/* To the batch: turn L1's MMU on with @t (ASIDs in the upper bits), or off. */
void nv_mmu_on(struct nv *nv, int cpu, const struct nv_tables *t, uint64_t asid0,
	       uint64_t asid1, uint64_t tcr_bits);
void nv_mmu_off(struct nv *nv, int cpu);

#endif
