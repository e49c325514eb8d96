// SPDX-License-Identifier: GPL-2.0
/* See nv.h. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nv.h"

#define CAP_ARM_EL2 240		/* KVM_CAP_ARM_EL2, which older headers lack */
#define GICD_IPA    0x08000000
#define GICR_IPA    0x080a0000

extern const char l1_image[], l1_image_end[];

void *nv_ram(const struct nv *nv, uint64_t ipa)
{
	return nv->vm.ram + (ipa - L1_RAM);
}

struct l1_cpu *nv_cpu(const struct nv *nv, int cpu)
{
	return nv_ram(nv, l1_cpu_ipa(cpu));
}

int nv_open(struct nv *nv, int cpus, unsigned int features)
{
	int err;

	memset(nv, 0, sizeof(*nv));
	err = vm_open_bare(&nv->vm, VM_EL2 | features, L1_RAM_BYTES);
	if (err)
		return err;
	if (ioctl(nv->vm.fd, KVM_CHECK_EXTENSION, CAP_ARM_EL2) <= 0) {
		vm_close(&nv->vm);
		return -EOPNOTSUPP;
	}
	memcpy(nv->vm.ram, l1_image, l1_image_end - l1_image);
	nv->next_table = L1_TABLES;
	for (; nv->cpus < cpus; nv->cpus++) {
		err = vcpu_open(&nv->vm, &nv->cpu[nv->cpus].vcpu, nv->cpus);
		if (err) {
			nv_close(nv);
			return err;
		}
	}
	return 0;
}

void nv_close(struct nv *nv)
{
	while (nv->cpus > 0)
		vcpu_close(&nv->cpu[--nv->cpus].vcpu);
	vm_close(&nv->vm);
}

int nv_slot(struct nv *nv, int n, void *mem, size_t bytes, uint32_t flags)
{
	return vm_slot(&nv->vm, 1 + n, L1_WINDOW + n * NV_SLOT_BYTES, mem, mem ? bytes : 0, flags);
}

uint64_t nv_dirty(const struct nv *nv, int n)
{
	uint64_t bits[NV_SLOT_BYTES / 4096 / 64] = { 0 };
	struct kvm_dirty_log log = { .slot = 1 + n, .dirty_bitmap = bits };

	return ioctl(nv->vm.fd, KVM_GET_DIRTY_LOG, &log) ? 0 : bits[0];
}

static int gic_attr(int fd, uint32_t group, uint64_t attr, uint64_t value)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (uint64_t)&value };

	return ioctl(fd, KVM_SET_DEVICE_ATTR, &a) ? -errno : 0;
}

/* Kernels that nest the GIC too run a vCPU with EL2 only if there is one. */
static int gic_open(struct nv *nv)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	int err;

	if (ioctl(nv->vm.fd, KVM_CREATE_DEVICE, &gic))
		return -errno;
	err = gic_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD_IPA);
	if (!err)
		err = gic_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST,
			       GICR_IPA);
	if (!err)
		err = gic_attr(gic.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
	close(gic.fd);
	return err;
}

static bool is_doorbell(const struct kvm_run *run)
{
	return run->exit_reason == KVM_EXIT_MMIO && run->mmio.phys_addr == L1_DOORBELL &&
	       !run->mmio.is_write;
}

/* Run until L1 asks for its next batch. */
static int run_to_doorbell(struct nv *nv, int cpu)
{
	struct vcpu *vcpu = &nv->cpu[cpu].vcpu;
	struct kvm_run *run = vcpu->run;

	for (;;) {
		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN && !nv->cpu[cpu].started && !gic_open(nv))
				continue;
			return -errno;
		}
		nv->cpu[cpu].started = 1;
		if (is_doorbell(run))
			return 0;
		if (run->exit_reason != KVM_EXIT_MMIO)
			return -EPROTO;
		if (run->mmio.is_write && run->mmio.phys_addr == L1_DOORBELL + 16)
			memcpy(&nv->cpu[cpu].lost_elr, run->mmio.data, 8);
		if (run->mmio.is_write && run->mmio.phys_addr == L1_DOORBELL + 8) {
			memcpy(&nv->cpu[cpu].lost_esr, run->mmio.data, 8);
			return -ECANCELED;
		}
		/* Where no slot is just now: reads give 0, writes go nowhere. */
		memset(run->mmio.data, 0, sizeof(run->mmio.data));
	}
}

int nv_run(struct nv *nv, int cpu)
{
	struct kvm_run *run = nv->cpu[cpu].vcpu.run;
	uint64_t n = nv->cpu[cpu].actions;
	uint32_t ops = nv->cpu[cpu].ops;
	int err = 0;

	if (!nv->cpu[cpu].started)
		err = run_to_doorbell(nv, cpu);
	if (err)
		return err;
	if (is_doorbell(run))
		memcpy(run->mmio.data, &n, 8);
	nv->cpu[cpu].actions = nv->cpu[cpu].ops = 0;
	err = run_to_doorbell(nv, cpu);
	if (nv->ran)
		nv->ran(nv, cpu, n, ops, err);
	return err;
}

int nv_reset(struct nv *nv, int cpu)
{
	nv->cpu[cpu].started = 0;
	nv_cpu(nv, cpu)->vncr = 0;
	return vcpu_reset(&nv->vm, &nv->cpu[cpu].vcpu);
}

struct l1_action *nv_action(const struct nv *nv, int cpu, uint32_t n)
{
	return (struct l1_action *)nv_ram(nv, l1_cpu_ipa(cpu) + L1_BATCH) + n;
}

struct l2_op *nv_op(const struct nv *nv, int cpu, uint32_t n)
{
	return (struct l2_op *)nv_ram(nv, l1_cpu_ipa(cpu) + L1_OPS) + n;
}

struct l1_action *nv_add(struct nv *nv, int cpu, enum l1_op op, uint32_t arg, uint64_t a,
			 uint64_t b)
{
	struct l1_action *one = nv_action(nv, cpu, nv->cpu[cpu].actions++);

	*one = (struct l1_action){ .op = op, .arg = arg, .a = a, .b = b };
	return one;
}

struct l2_op *nv_l2_op(struct nv *nv, int cpu, uint32_t what, uint64_t value)
{
	struct l2_op *one = nv_op(nv, cpu, nv->cpu[cpu].ops++);

	*one = (struct l2_op){ .what = what, .value = value };
	return one;
}

struct l1_action *nv_run_l2(struct nv *nv, int cpu, int context, int count)
{
	uint64_t first = nv->cpu[cpu].ops - count;

	return nv_add(nv, cpu, L1_RUN_L2, context,
		      l1_cpu_ipa(cpu) + L1_OPS + first * sizeof(struct l2_op), count);
}

struct l1_context *nv_context(struct nv *nv, int cpu, int context, uint64_t vncr)
{
	struct l1_context *c = &nv_cpu(nv, cpu)->contexts[context];

	*c = (struct l1_context){ .hcr = HCR_L2, .vncr = vncr, .spsr = L2_SPSR };
	return c;
}
