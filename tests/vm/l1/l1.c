// SPDX-License-Identifier: GPL-2.0
/* L1: does what the VMM's batches say; see l1.h. Runs with its MMU on or off, masked. */
#include "l1.h"

#define EC_HVC 0x16
#define WAIT_TRIES 20000000

void l1_enter(struct l1_context *context);
int l1_guarded(const void *stub, uint64_t *x1, uint64_t x2);
extern const uint64_t l1_reg_stubs[], l1_tlbi_stubs[], l1_at_stubs[];
extern const char l1_load[], l1_store[], l2_start[], l2_skip[];

#define write_reg(encoding, value) \
	asm volatile("msr " #encoding ", %0" : : "r"((uint64_t)(value)) : "memory")

static uint64_t doorbell(void)
{
	return *(volatile uint64_t *)L1_DOORBELL;
}

/* Run L2 until it says that it is done; what else brings it here is noted in its op. */
static void run(struct l1_cpu *cpu, struct l1_context *context, uint64_t ops, uint64_t count)
{
	context->pc = (uint64_t)l2_start;
	context->x19 = ops;
	context->x20 = count;
	if (context->vncr != cpu->vncr) {
		cpu->vncr_changes++;
		cpu->vncr = context->vncr;
		write_reg(S3_4_C2_C2_0, context->vncr);
	}
	write_reg(vttbr_el2, context->vttbr);
	write_reg(vtcr_el2, context->vtcr);
	write_reg(hcr_el2, context->hcr);
	/* Each exception ends one op, unless L2 cannot even begin. */
	for (uint64_t tries = 0; tries <= count; tries++) {
		struct l1_fault *f = &context->fault;
		struct l2_op *op;

		cpu->entries++;
		l1_enter(context);
		if (f->vector == 0x400 && f->esr >> 26 == EC_HVC && !(f->esr & 0xffff))
			break;
		if (!context->x20)
			break;
		op = (struct l2_op *)context->x19;
		op->vector = f->vector;
		op->esr = f->esr;
		op->far = f->far;
		context->pc = (uint64_t)l2_skip;
	}
	write_reg(hcr_el2, HCR_L1);
	asm volatile("isb" : : : "memory");
}

static uint64_t run_l2(struct l1_cpu *cpu, const struct l1_action *a)
{
	uint64_t before = cpu->entries;

	run(cpu, &cpu->contexts[a->arg % L1_CONTEXTS], a->a, a->b);
	return cpu->entries - before;
}

static uint64_t round_robin(struct l1_cpu *cpu, const struct l1_action *a)
{
	uint32_t k = 0;

	for (uint64_t i = 0; i < a->b; i++) {
		run(cpu, &cpu->contexts[k], a->a, 1);
		k = k + 1 < a->arg ? k + 1 : 0;
	}
	return a->b;
}

static uint64_t wait_for(const struct l1_action *a)
{
	volatile uint64_t *p = (uint64_t *)a->a;

	for (int i = 0; i < WAIT_TRIES; i++)
		if (*p >= a->b)
			return 0;
	return 1;
}

static const void *stub_of(const struct l1_action *a)
{
	switch (a->op) {
	case L1_STORE_64:
		return l1_store;
	case L1_LOAD_64:
		return l1_load;
	case L1_REG_READ:
		return &l1_reg_stubs[a->arg * 2];
	case L1_REG_WRITE:
		return &l1_reg_stubs[a->arg * 2 + 1];
	case L1_AT:
		return &l1_at_stubs[a->arg];
	default:
		return &l1_tlbi_stubs[a->arg];
	}
}

/* One that may take an exception. */
static void guarded(struct l1_cpu *cpu, struct l1_action *a)
{
	a->result = a->op == L1_TLBI || a->op == L1_AT ? a->a : a->b;
	asm volatile("dsb sy" : : : "memory");
	if (l1_guarded(stub_of(a), &a->result, a->a)) {
		a->esr = cpu->fault.esr;
		a->far = cpu->fault.far;
		a->elr = cpu->fault.elr;
	} else if (a->op == L1_TLBI) {
		cpu->tlbis[a->arg]++;
	} else if (a->op == L1_AT) {
		asm volatile("isb; mrs %0, par_el1" : "=r"(a->result) : : "memory");
	}
	asm volatile("dsb sy; isb" : : : "memory");
}

static void act(struct l1_cpu *cpu, struct l1_action *a)
{
	switch (a->op) {
	case L1_RUN_L2:
		a->result = run_l2(cpu, a);
		break;
	case L1_ROUND:
		a->result = round_robin(cpu, a);
		break;
	case L1_WAIT:
		a->result = wait_for(a);
		break;
	default:
		guarded(cpu, a);
	}
}

void l1_main(struct l1_cpu *cpu)
{
	struct l1_action *batch = (struct l1_action *)((uint64_t)cpu + L1_BATCH);

	for (;;) {
		uint64_t n = doorbell();

		for (uint64_t i = 0; i < n; i++)
			act(cpu, &batch[i]);
	}
}
