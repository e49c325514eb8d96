// SPDX-License-Identifier: GPL-2.0
/* See vm.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vm.h"

#define RAM_BYTES (2ul << 20)

extern const char access_guest_start[], access_guest_end[];

#ifndef KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE /* headers of Debian 12 */
#define KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE 228
#endif

#define VCPU_HAS_EL2 7 /* KVM_ARM_VCPU_HAS_EL2, which older headers lack */

static int kvm_open(void)
{
	static int kvm = -1;

	if (kvm < 0)
		kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	return kvm;
}

/* The guest's stage 1: level-1 blocks of 1 GiB, accessed, inner shareable. */
static void make_table(uint8_t *ram)
{
	uint64_t *table = (uint64_t *)(ram + VM_TABLE - VM_RAM);
	const uint64_t block = 1 | 1 << 10 | 3 << 8, device = 1 << 2, nc = 2 << 2, tagged = 3 << 2;

	table[VM_MAILBOX >> 30] = block | device;
	table[VM_RAM >> 30] = VM_RAM | block;
	table[VM_VA_NORMAL >> 30] = VM_WINDOW | block;
	table[VM_VA_NC >> 30] = VM_WINDOW | block | nc;
	table[VM_VA_DEVICE >> 30] = VM_WINDOW | block | device;
	table[VM_VA_TAGGED >> 30] = VM_WINDOW | block | tagged;
}

int vm_slot(struct vm *vm, int slot, uint64_t ipa, void *mem, size_t bytes, uint32_t flags)
{
	struct kvm_userspace_memory_region r = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = ipa,
		.memory_size = bytes,
		.userspace_addr = (uint64_t)mem,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &r) ? -errno : 0;
}

int vm_open_bare(struct vm *vm, unsigned int features, size_t ram_bytes)
{
	struct kvm_enable_cap mte = { .cap = KVM_CAP_ARM_MTE };
	struct kvm_enable_cap split = { .cap = KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, .args = { 2 << 20 } };
	int err;

	vm->fd = ioctl(kvm_open(), KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		return -errno;
	if ((features & VM_MTE && ioctl(vm->fd, KVM_ENABLE_CAP, &mte)) ||
	    (features & VM_EAGER_SPLIT && ioctl(vm->fd, KVM_ENABLE_CAP, &split))) {
		err = -errno;
		close(vm->fd);
		return err;
	}
	vm->features = features;
	vm->ram_bytes = ram_bytes;
	vm->ram = mmap(NULL, ram_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (vm->ram == MAP_FAILED) {
		close(vm->fd);
		return -ENOMEM;
	}
	err = vm_slot(vm, 0, VM_RAM, vm->ram, ram_bytes, 0);
	if (err)
		vm_close(vm);
	return err;
}

int vm_open(struct vm *vm, unsigned int features)
{
	int err = vm_open_bare(vm, features, RAM_BYTES);

	if (err)
		return err;
	memcpy(vm->ram, access_guest_start, access_guest_end - access_guest_start);
	make_table(vm->ram);
	return 0;
}

void vm_close(struct vm *vm)
{
	close(vm->fd);
	munmap(vm->ram, vm->ram_bytes);
}

static int sve_128(struct vcpu *vcpu)
{
	uint64_t lengths[8] = { 1 };	/* a bit for each multiple of 128 */
	struct kvm_one_reg reg = { .id = KVM_REG_ARM64_SVE_VLS, .addr = (uint64_t)lengths };
	int what = KVM_ARM_VCPU_SVE;

	return ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg) ||
	       ioctl(vcpu->fd, KVM_ARM_VCPU_FINALIZE, &what) ? -errno : 0;
}

int vcpu_get(struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uint64_t)value };

	return ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg) ? -errno : 0;
}

int vcpu_set(struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uint64_t)&value };

	return ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg) ? -errno : 0;
}

int vcpu_reset(struct vm *vm, struct vcpu *vcpu)
{
	struct kvm_vcpu_init init = { 0 };
	int err;

	if (ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		return -errno;
	if (vm->features & VM_EL2)
		init.features[0] |= 1 << VCPU_HAS_EL2;
	if (vm->features & VM_SVE_128)
		init.features[0] |= 1 << KVM_ARM_VCPU_SVE;
	if (ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init))
		return -errno;
	err = vcpu_set(vcpu, VCPU_CORE(regs.pc), VM_RAM);
	if (err)
		return err;
	/* An access that it waits for is forgotten. */
	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
	return 0;
}

int vcpu_open(struct vm *vm, struct vcpu *vcpu, int index)
{
	int err;

	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, index);
	if (vcpu->fd < 0)
		return -errno;
	vcpu->run_bytes = ioctl(kvm_open(), KVM_GET_VCPU_MMAP_SIZE, 0);
	vcpu->run = mmap(NULL, vcpu->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	err = vcpu->run == MAP_FAILED ? -errno : vcpu_reset(vm, vcpu);
	if (!err && vm->features & VM_SVE_128)
		err = sve_128(vcpu);
	if (err)
		close(vcpu->fd);
	return err;
}

void vcpu_close(struct vcpu *vcpu)
{
	munmap(vcpu->run, vcpu->run_bytes);
	close(vcpu->fd);
}

static void answer(struct kvm_run *run, const struct vm_access *a)
{
	const uint64_t values[] = { a->op, a->va, a->value };
	uint64_t offset = (run->mmio.phys_addr - VM_MAILBOX) / 8, value = 0;

	if (offset < 3)
		value = values[offset];
	memcpy(run->mmio.data, &value, 8);
}

int vcpu_access(struct vcpu *vcpu, struct vm_access *a)
{
	struct kvm_run *run = vcpu->run;

	a->esr = a->far = 0;
	a->run_errno = 0;
	for (;;) {
		uint64_t value = 0;

		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (errno == EINTR)
				continue;
			a->run_errno = errno;
			return 0;
		}
		if (run->exit_reason != KVM_EXIT_MMIO)
			return -EPROTO;
		/* Where no slot is just now: reads give 0, writes go nowhere. */
		if (run->mmio.phys_addr - VM_MAILBOX >= 0x1000) {
			memset(run->mmio.data, 0, sizeof(run->mmio.data));
			continue;
		}
		memcpy(&value, run->mmio.data, run->mmio.len);
		if (!run->mmio.is_write) {
			answer(run, a);
			continue;
		}
		switch (run->mmio.phys_addr - VM_MAILBOX) {
		case 0x18:
			a->value = value;
			return 0;
		case 0x20:
			a->esr = value;
			return 0;
		case 0x28:
			a->far = value;
			break;
		default:
			return -EPROTO;
		}
	}
}
