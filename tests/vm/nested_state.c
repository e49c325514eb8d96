// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 2 and 12 when it is not L1 that changes the state: user space while L2
 * runs, and reset.
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "nested.h"

#define ONE	  4			/* pages of the window */
#define OTHER	  9
#define FLAT_SLOT 64			/* KVM's number of a slot at IPA NV_LOW */
#define POLLS	  8
#define TRIES	  5000000

static struct vcpu *vcpu_to_set;
static uint64_t reg_to_set, new_value;

static void *run(void *env)
{
	return (void *)(intptr_t)nv_run(&((struct env *)env)->nv, 0);
}

/* In the vCPU's thread, which KVM_RUN has just left for it. */
static void set_reg(int signal)
{
	(void)signal;
	vcpu_set(vcpu_to_set, reg_to_set, new_value);
}

/* L2 sees page @before; user space sets the register; L2, which goes on, sees @after. */
static void set_while_l2_runs(struct env *e, uint64_t reg, uint64_t value, int before, int after,
			      const char *name)
{
	struct sigaction action = { .sa_handler = set_reg };
	struct l2_op *first, *last = NULL;
	pthread_t thread;
	void *failed;

	vcpu_to_set = &e->nv.cpu[0].vcpu;
	reg_to_set = reg;
	new_value = value;
	sigaction(SIGUSR1, &action, NULL);
	first = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2, 0);
	for (int i = 0; i < POLLS; i++) {
		last = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2 | L2_POLL, page_tag(after));
		last->tries = TRIES;
	}
	nv_run_l2(&e->nv, 0, 0, 1 + POLLS);
	pthread_create(&thread, NULL, run, e);
	while (!((volatile struct l2_op *)first)->result)
		usleep(1000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &failed);
	check(!failed && first->result == page_tag(before) && last->result == page_tag(after),
	      "another page", "user space sets %s while L2 runs (%#lx, %#lx)", name, first->result,
	      last->result);
}

void test_userspace(struct env *e)
{
	struct nv_tables t, u;

	nv_context(&e->nv, 0, 0, window_ipa(ONE));
	set_while_l2_runs(e, ARM64_SYS_REG(3, 4, 2, 2, 0), window_ipa(OTHER), ONE, OTHER, "VNCR_EL2");
	nv_tables(&e->nv, &t, NV_4K);
	nv_tables(&e->nv, &u, NV_4K);
	nv_map(&t, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL | PTE_NG);
	nv_map(&u, NV_LOW, window_ipa(OTHER), 3, PTE_NORMAL | PTE_NG);
	vm_slot(&e->nv.vm, FLAT_SLOT, NV_LOW, e->window, PAGE, 0);
	e->changed = true;
	l1_mmu(e, 0, &t, 7, 7, 0);
	nv_context(&e->nv, 0, 0, NV_LOW);
	set_while_l2_runs(e, ARM64_SYS_REG(3, 4, 2, 0, 0), u.root[0] | 8ull << 48, ONE, OTHER,
			  "the ASID and tables of TTBR0_EL2");
	set_while_l2_runs(e, ARM64_SYS_REG(3, 4, 1, 0, 0), SCTLR_OFF, OTHER, 0, "SCTLR_EL2.M");
	vm_slot(&e->nv.vm, FLAT_SLOT, NV_LOW, NULL, 0, 0);
}

/* User space makes a vCPU begin again: nothing is known of what was before. */
void test_reset(struct env *e)
{
	struct nv_tables t;
	uint64_t desc;

	nv_tables(&e->nv, &t, NV_4K);
	desc = nv_map(&t, NV_LOW, window_ipa(ONE), 3, PTE_NORMAL);
	l1_mmu(e, 0, &t, 1, 1, 0);
	nv_context(&e->nv, 0, 0, NV_LOW);
	check(sees_page(e, 0, 0, ONE), "another", "before");
	*(uint64_t *)nv_ram(&e->nv, desc) = nv_leaf(&t, window_ipa(OTHER), 3, PTE_NORMAL);
	check(!nv_reset(&e->nv, 0), "it failed", "the vCPU is reset");
	l1_mmu(e, 0, &t, 1, 1, 0);
	nv_context(&e->nv, 0, 0, NV_LOW);
	check_but(e, sees_page(e, 0, 0, OTHER), "a translation of before is used", "after");
}
