/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of nested virtualization share: one VM, and a pool of pages whose
 * TPIDR_EL2 says which page it is. What a page of the window shows can be changed;
 * the pool shows every page for ever, so that one taken away can be watched.
 */
#ifndef NESTED_H
#define NESTED_H

#include <stdbool.h>
#include <sys/mman.h>

#include "nv.h"
#include "vmm/check.h"
#include "window.h"

#define POOL_PAGES 1024
#define WINDOW_PAGES 512		/* slot 0: the first pages of the pool, until changed */
#define TAG_OFFSET 0x90			/* TPIDR_EL2 */
#define SCRATCH_OFFSET 0x80		/* HSTR_EL2, which L2 writes */
#define POISON	   0x5a5a5a5a5a5a5a5aull
#define EC_IABT	 0x20			/* of L2's */
#define EC_DABT	 0x24
#define EC_VNCR	 0x25
#define EC(s)	 ((s).esr >> 26)	/* of a struct seen */
#define FSC(s)	 ((s).esr & 0x3f)
#define VNCR_ESR   ((uint64_t)EC_VNCR << 26 | 1 << 25 | 1 << 13)	/* EC, IL, VNCR */

/* A stage 2 of L1's: 4 KiB granule, 39 bits, its level-1 table, a block there */
#define VTCR_RES1     (1ull << 31)
#define VTCR_4K_39BIT (VTCR_RES1 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8 | 1 << 6 | 25)
#define S2_TABLE      0x40600000	/* an IPA that nothing else goes up to */
#define S2_TABLES     3			/* from there on, of 512 entries */
#define S2_BLOCK      (1ull | 0xf << 2 | 3 << 6 | 3 << 8 | 1 << 10)	/* WB, RW, IS, AF */

struct env {
	struct nv nv;
	int memfd;
	uint8_t *pool, *window;
	uint64_t seed, batches, pause_us, contexts; /* options */
	bool stock;		/* not a kernel with our patches */
	bool changed;		/* the slots, or what the window shows */
};

struct seen {				/* by an L2 in one access */
	uint64_t value, esr, far;
};

extern const uint16_t reg_offsets[];	/* in the VNCR page, or 0 */
extern const char *const reg_names[], *const tlbi_names[], *const at_names[];

/* nv.ran: of all tests, what each batch's actions and L2s' ops came to. */
void print_batch(const struct nv *nv, int cpu, uint32_t actions, uint32_t ops, int err);

/* As check(), but where a stock kernel is known to deviate: that is a skip there. */
void check_but(struct env *e, bool good, const char *why, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* What page @n of the pool has at @offset */
uint64_t *pool_word(struct env *e, int n, int offset);
uint64_t page_tag(int n);
/* Let page @n of the window be page @pool of the pool, as mmap's @prot. */
void window_set(struct env *e, int n, int pool, int prot);
uint64_t window_ipa(int n);
/* The window and the pool as at the start, L1's MMU off, its TLB empty. */
void env_reset(struct env *e);

/* Batches of one thing; a failure of KVM_RUN is value ~0 and esr its errno. */
struct seen l2_access(struct env *e, int cpu, int context, uint32_t what, uint64_t value);
/* The tag that the L2 of @context sees. */
struct seen l2_tag(struct env *e, int cpu, int context);
bool sees_page(struct env *e, int cpu, int context, int page);
uint64_t l1_read(struct env *e, int cpu, enum l1_reg reg);
struct seen l1_write(struct env *e, int cpu, enum l1_reg reg, uint64_t value);
void l1_store(struct env *e, int cpu, uint64_t addr, uint64_t value);
struct seen l1_tlbi(struct env *e, int cpu, enum l1_tlbi form, uint64_t operand);
void l1_mmu(struct env *e, int cpu, const struct nv_tables *t, uint64_t asid0,
	    uint64_t asid1, uint64_t tcr_bits);

#define SLOT	 2			/* of the window, for memory of a test's own */
#define SLOT_IPA (L1_WINDOW + SLOT * NV_SLOT_BYTES)
/* The slot has @mem instead of what it had. */
void slot_of(struct env *e, void *mem, size_t bytes);
/* Memory for that slot alone; vCPU 0's L2 of context 0 has its VNCR page at its start. */
void *own_slot(struct env *e, size_t bytes, int flags, int fd);
/* That L2 writes its scratch register and reads it again. */
bool l2_wrote(struct env *e, uint64_t value);
/* The register in @page */
uint64_t scratch_of(const void *page);

/* The n-th of L1's tables of stage 2; all are empty under_stage2(), but the first has L1's RAM. */
uint64_t *s2_table(struct env *e, int n);
/* A leaf of one of them, of which KVM is told. */
void s2_put(struct env *e, uint64_t *leaf, uint64_t desc);
/* Context 0 of vCPU @cpu, under stage 2 from the first table on. */
struct l1_context *under_stage2(struct env *e, int cpu, uint64_t hcr);

/* The tests, by name in nested.c */
void test_registers(struct env *e);
void test_isolation(struct env *e);
void test_switch(struct env *e);
void test_forms(struct env *e);
void test_sizes(struct env *e);
void test_ranges(struct env *e);
void test_regime(struct env *e);
void test_reuse(struct env *e);
void test_faults(struct env *e);
void test_address(struct env *e);
void test_hcr(struct env *e);
void test_stage2(struct env *e);
void test_ipas2(struct env *e);
void test_at(struct env *e);
void test_split(struct env *e);
void test_resumed(struct env *e);
void test_untold(struct env *e);
void test_late(struct env *e);
void test_execute(struct env *e);
void test_wide(struct env *e);
void test_device(struct env *e);
void test_logged(struct env *e);
void test_tables(struct env *e);
void test_interrupts(struct env *e);
void test_restore(struct env *e);
void test_refused(struct env *e);
void test_vectors(struct env *e);
void test_taken(struct env *e);
void test_moved(struct env *e);
void test_readonly(struct env *e);
void test_outside(struct env *e);
void test_dirty(struct env *e);
void test_vcpus(struct env *e);
void test_running(struct env *e);
void test_races(struct env *e);
void test_overtaken(struct env *e);
void test_pulled(struct env *e);
void test_shadow(struct env *e);
void test_released(struct env *e);
void test_lazyfree(struct env *e);
void test_poisoned(struct env *e);
void test_userspace(struct env *e);
void test_reset(struct env *e);
void test_stress(struct env *e);
void test_fuzz(struct env *e);
void test_counts(struct env *e);
void test_bench(struct env *e);
uint64_t random_next(uint64_t *state);

#endif
