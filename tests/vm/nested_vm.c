// SPDX-License-Identifier: GPL-2.0
/* What a VM with EL2 is to the VMM: its interrupts, ID registers, what it cannot have. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nested.h"

#define FROM_L2_IRQ 0x480		/* vectors */
#define FROM_L2_FIQ 0x500
#define L2_OWN_IRQ  0x5a000105		/* HVC #0x105: L2's vector of its own level's IRQs */
#define PSR_I	    (1 << 7)
#define TURNS	    12
#define CHANGES	    60
#define POLL_TRIES  200000000		/* reads; only one that fails comes so far */

static int line(struct env *e, int number, int level)
{
	struct kvm_irq_level irq = { .irq = KVM_ARM_IRQ_TYPE_CPU << KVM_ARM_IRQ_TYPE_SHIFT | number,
				     .level = level };

	return ioctl(e->nv.vm.fd, KVM_IRQ_LINE, &irq) ? -errno : 0;
}

/* The vector L1 was entered at when L2 wanted to read its CurrentEL, 0: it read it. */
static struct l2_op one_op(struct env *e)
{
	struct l2_op *op = nv_l2_op(&e->nv, 0, L2_CURRENTEL, 0);

	nv_run_l2(&e->nv, 0, 0, 1);
	if (nv_run(&e->nv, 0))
		return (struct l2_op){ .vector = ~0u };
	return *op;
}

static void *run_polls(void *arg)
{
	struct env *e = arg;

	return nv_run(&e->nv, 0) ? e : NULL;
}

/* L1's own interrupts for L2: those it has enabled. They end its WFI. */
static void pended_by_l1(struct env *e, struct l1_context *c)
{
	struct seen s;

	c->spsr = L2_SPSR & ~PSR_I;
	c->hcr = HCR_RW | HCR_E2H | HCR_VI;
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check(!s.esr && s.value == 4, "it is", "VI without IMO: not taken (%#lx)", s.esr);
	c->hcr |= HCR_IMO;
	s = l2_access(e, 0, 0, L2_CURRENTEL, 0);
	check(s.esr == L2_OWN_IRQ, "it is not", "VI and IMO: L2 takes it (%#lx)", s.esr);
	c->spsr = L2_SPSR;
	check(!l2_access(e, 0, 0, L2_WFI, 0).esr, "an exception", "VI and IMO, masked: L2's WFI ends");
}

/* It comes while L2 runs. */
static void kicked(struct env *e)
{
	struct l2_op *op = nv_l2_op(&e->nv, 0, 2 * REG_HSTR_EL2 | L2_POLL, 1);
	uint64_t flag = l1_cpu_ipa(NV_CPUS);
	pthread_t thread;
	void *failed;

	op->tries = POLL_TRIES;
	*(volatile uint64_t *)nv_ram(&e->nv, flag) = 0;
	nv_add(&e->nv, 0, L1_STORE_64, 0, flag, 1);
	nv_run_l2(&e->nv, 0, 0, 1);
	pthread_create(&thread, NULL, run_polls, e);
	while (!*(volatile uint64_t *)nv_ram(&e->nv, flag))
		usleep(1000);
	line(e, KVM_ARM_IRQ_CPU_IRQ, 1);
	pthread_join(thread, &failed);
	line(e, KVM_ARM_IRQ_CPU_IRQ, 0);
	check(!failed && op->vector == FROM_L2_IRQ, "it is not", "an IRQ while L2 runs is L1's (%#x)",
	      op->vector);
}

/*
 * The line changes while L1 and its L2 take turns, each of which loads the vCPU anew. Soon
 * after that the L2 knows, for good.
 */
static void never_lost(struct env *e)
{
	struct l2_op *ops[TURNS];
	pthread_t thread;
	int lost = 0;
	void *failed;

	for (int i = 0; i < CHANGES && !lost; i++) {
		uint64_t flag = l1_cpu_ipa(NV_CPUS);
		int level = i % 2 == 0;

		*(volatile uint64_t *)nv_ram(&e->nv, flag) = 0;
		for (int k = 0; k < TURNS; k++) {
			if (k == 2)
				nv_add(&e->nv, 0, L1_STORE_64, 0, flag, 1);
			/* It has been changed when the VMM says so. */
			if (k == TURNS - 1)
				nv_add(&e->nv, 0, L1_WAIT, 0, flag, 2);
			ops[k] = nv_l2_op(&e->nv, 0, L2_CURRENTEL, 0);
			nv_run_l2(&e->nv, 0, 0, 1);
		}
		pthread_create(&thread, NULL, run_polls, e);
		while (!*(volatile uint64_t *)nv_ram(&e->nv, flag))
			usleep(100);
		usleep(i * 37 % 1000);
		line(e, KVM_ARM_IRQ_CPU_IRQ, level);
		*(volatile uint64_t *)nv_ram(&e->nv, flag) = 2;
		pthread_join(thread, &failed);
		lost += failed || ops[TURNS - 1]->vector != (level ? FROM_L2_IRQ : 0);
	}
	line(e, KVM_ARM_IRQ_CPU_IRQ, 0);
	check(!lost, "it is lost", "an IRQ raised and lowered %d times between L1 and L2", CHANGES);
}

/* Where an interrupt of the VMM's goes while L2 runs is what L1 says. */
void test_interrupts(struct env *e)
{
	struct l1_context *c = nv_context(&e->nv, 0, 0, window_ipa(0));
	struct l2_op op;

	if (line(e, KVM_ARM_IRQ_CPU_IRQ, 1)) {
		skip("this kernel wants a vGIC");
		return;
	}
	op = one_op(e);
	check(!op.vector && op.result == 8, "it is", "without IMO, masked: an IRQ is not taken (%#x)",
	      op.vector);
	c->hcr = HCR_RW | HCR_E2H;
	c->spsr = L2_SPSR & ~PSR_I;
	op = one_op(e);
	check(op.vector == 0x400 && op.esr == L2_OWN_IRQ, "it is not",
	      "without IMO: an IRQ is L2's own (%#lx)", op.esr);
	c->hcr |= HCR_IMO;
	op = one_op(e);
	check(op.vector == FROM_L2_IRQ, "it is not", "IMO: an IRQ is L1's (%#x)", op.vector);
	*c = (struct l1_context){ .hcr = HCR_L2 | HCR_IMO, .vncr = window_ipa(0), .spsr = L2_SPSR };
	op = one_op(e);
	check(op.vector == FROM_L2_IRQ, "it is not", "IMO, masked: from an L2 that nests too (%#x)",
	      op.vector);
	c->hcr = HCR_L2 | HCR_FMO;
	op = one_op(e);
	check(!op.vector && op.result == 8, "it is", "FMO: an IRQ is not taken (%#x)", op.vector);
	line(e, KVM_ARM_IRQ_CPU_FIQ, 1);
	op = one_op(e);
	check(op.vector == FROM_L2_FIQ, "it is not", "FMO: an FIQ is L1's (%#x)", op.vector);
	line(e, KVM_ARM_IRQ_CPU_FIQ, 0);
	line(e, KVM_ARM_IRQ_CPU_IRQ, 0);
	op = one_op(e);
	check(!op.vector && op.result == 8, "it does not", "none raised: L2 runs");
	pended_by_l1(e, c);
	c = nv_context(&e->nv, 0, 0, window_ipa(0));
	c->hcr = HCR_L2 | HCR_IMO;
	kicked(e);
	never_lost(e);
}

/* KVM hides the GIC when a VM without one runs first, with EL2 or not. */
static uint64_t gic_field(int crm, int op2)
{
	if (crm == 4 && !op2)
		return 0xfull << 24;	/* ID_AA64PFR0_EL1 */
	return crm == 1 && op2 == 1 ? 0xfull << 28 : 0;	/* ID_PFR1_EL1 */
}

/* A VM is what its ID registers say before it runs; another one can be made the same. */
void test_restore(struct env *e)
{
	int read = 0, kept = 0, written = 0, err;
	uint64_t mmfr4 = 0, pfr0 = 0;
	struct nv other;

	if (nv_open(&other, 1, 0)) {
		not_ok("a second VM");
		return;
	}
	vcpu_get(&other.cpu[0].vcpu, ARM64_SYS_REG(3, 0, 0, 7, 4), &mmfr4);
	check(mmfr4 >> 20 & 0xf, "it is not", "ID_AA64MMFR4_EL1.NV_frac is there before it runs");
	vcpu_get(&other.cpu[0].vcpu, ARM64_SYS_REG(3, 0, 0, 4, 0), &pfr0);
	check((pfr0 & 0xf) == 1, "it is not", "ID_AA64PFR0_EL1.EL0: AArch64 alone (%#lx)", pfr0);
	l1_read(e, 0, REG_HCR_EL2);
	for (int crm = 1; crm < 8; crm++) {
		for (int op2 = 0; op2 < 8; op2++) {
			uint64_t id = ARM64_SYS_REG(3, 0, 0, crm, op2), ran, fresh;

			if (vcpu_get(&e->nv.cpu[0].vcpu, id, &ran) ||
			    vcpu_get(&other.cpu[0].vcpu, id, &fresh))
				continue;
			read++;
			kept += !((ran ^ fresh) & ~gic_field(crm, op2));
			err = vcpu_set(&other.cpu[0].vcpu, id, ran);
			if (err)
				not_ok("ID register %d, %d: %#lx: %s", crm, op2, ran,
				       strerror(-err));
			written += !err;
		}
	}
	check(read > 20 && kept == read, "not all", "%d ID registers are the same after it ran", kept);
	check(written == read, "not all", "%d can be written to another VM", written);
	nv_close(&other);
}

static int init_with(unsigned int features, bool gic)
{
	struct kvm_create_device dev = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	struct vcpu vcpu;
	struct vm vm;
	int err = vm_open_bare(&vm, features, L1_RAM_BYTES);

	if (err)
		return -ENODEV;
	if (gic && ioctl(vm.fd, KVM_CREATE_DEVICE, &dev)) {
		vm_close(&vm);
		return -ENODEV;
	}
	err = vcpu_open(&vm, &vcpu, 0);
	if (!err)
		vcpu_close(&vcpu);
	vm_close(&vm);
	return err;
}

static void refused_init(unsigned int features, bool gic, const char *what)
{
	int err = init_with(features, gic);

	if (err == -ENODEV)
		skip("%s: this host has none", what);
	else
		check(err == -EINVAL, strerror(-err), "%s, then EL2: refused", what);
}

/* What KVM cannot keep apart for L1 and L2 is refused, in either order. */
void test_refused(struct env *e)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	struct nv fresh;

	if (e->stock) {
		skip("this kernel wants a vGIC");
		return;
	}
	/* Once a vCPU has run it would be too late anyway. */
	if (nv_open(&fresh, 1, 0)) {
		not_ok("a second VM");
		return;
	}
	check(ioctl(fresh.vm.fd, KVM_CREATE_DEVICE, &gic) && errno == EINVAL, "it is made",
	      "EL2, then a vGIC: refused");
	nv_close(&fresh);
	refused_init(VM_EL2, true, "a vGIC");
	refused_init(VM_EL2 | VM_MTE, false, "MTE");
}

#define ZCR_EL1	  ARM64_SYS_REG(3, 0, 1, 2, 0)	/* L2's own */
#define ZCR_EL2	  ARM64_SYS_REG(3, 4, 1, 2, 0)
#define CPACR_ALL (3 << 20 | 3 << 16)	/* FPEN, ZEN */

/* L2's SVE registers are no longer than the vCPU's, which is what KVM switches. */
void test_vectors(struct env *e)
{
	struct env other = *e;
	struct seen s;
	int err;

	if (nv_open(&other.nv, 1, VM_SVE_128)) {
		skip("no SVE");
		return;
	}
	err = vcpu_set(&other.nv.cpu[0].vcpu, ZCR_EL2, 15) ?:	/* the longest */
	      vcpu_set(&other.nv.cpu[0].vcpu, ZCR_EL1, 15);
	check(!err, strerror(-err), "the VMM writes ZCR_EL2, and ZCR_EL1 for L2");
	nv_context(&other.nv, 0, 0, 0)->hcr = HCR_RW | HCR_E2H;
	l1_write(&other, 0, REG_CPTR_EL2, CPACR_ALL);
	l1_write(&other, 0, REG_CPACR_EL12, CPACR_ALL);
	s = l2_access(&other, 0, 0, L2_RDVL, 0);
	check(!s.esr && s.value == 16, "more", "L2's SVE registers have %lu bytes (%#lx)", s.value, s.esr);
	nv_close(&other.nv);
}
