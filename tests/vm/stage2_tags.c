// SPDX-License-Identifier: GPL-2.0
/* Tags that a VM with MTE must not see: those of who had the memory before. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "stage2.h"
#include "vmm/check.h"
#include "window.h"

#define BLOCKS 16
#define GRANULE 16			/* bytes with a tag of their own */
#define OTHERS 5

static char *blocks(void)
{
	char *mem = huge_2m(BLOCKS * BLOCK);

	memset(mem, 1, BLOCKS * BLOCK);
	return mem;
}

/* A VM's memory is freed with tags in it. */
static int leave_tags(void)
{
	static char tags[BLOCK / GRANULE];
	struct kvm_arm_copy_mte_tags copy = { .length = BLOCK, .addr = tags, .flags = KVM_ARM_TAGS_TO_GUEST };
	char *mem = blocks();
	struct vm vm;
	int i, bad;

	memset(tags, OTHERS, sizeof(tags));
	bad = vm_open(&vm, VM_MTE) || vm_slot(&vm, 1, VM_WINDOW, mem, BLOCKS * BLOCK, 0);
	for (i = 0; !bad && i < BLOCKS; i++) {
		copy.guest_ipa = VM_WINDOW + i * BLOCK;
		bad = ioctl(vm.fd, KVM_ARM_MTE_COPY_TAGS, &copy) != BLOCK;
	}
	vm_close(&vm);
	munmap(mem, BLOCKS * BLOCK);
	return bad;
}

static int write_each(struct vcpu *vcpu)
{
	int i, bad = 0;

	for (i = 0; i < BLOCKS; i++)
		bad += access_one(vcpu, VM_WRITE, VM_VA_NORMAL + i * BLOCK, 1) == ~0ull;
	return bad;
}

/*
 * With a log a VM has pages; the write to one that is write-protected, when the log has
 * ended, makes a block of it.
 */
void stale_tags(void)
{
	static uint64_t bits[BLOCKS * BLOCK / PAGE / 64];
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = bits };
	int i, bad, level, made = 0, seen = 0;
	struct vcpu vcpu;
	struct vm vm;
	char *mem;

	bad = leave_tags();
	check(!bad, strerror(errno), "tags: a VM leaves some in its memory");
	mem = blocks();
	bad = vm_open(&vm, VM_MTE) || vcpu_open(&vm, &vcpu, 0) ||
	      vm_slot(&vm, 1, VM_WINDOW, mem, BLOCKS * BLOCK, KVM_MEM_LOG_DIRTY_PAGES) || write_each(&vcpu) ||
	      ioctl(vm.fd, KVM_GET_DIRTY_LOG, &log) || vm_slot(&vm, 1, VM_WINDOW, mem, BLOCKS * BLOCK, 0) ||
	      write_each(&vcpu);
	check(!bad, strerror(errno), "tags: another writes to pages before and after it is logged");
	for (i = 0; !bad && i < BLOCKS; i++) {
		descriptor(&vm, VM_WINDOW + i * BLOCK, &level);
		made += level == 2;
		seen += access_one(&vcpu, VM_TAG, VM_VA_TAGGED + i * BLOCK + 5 * PAGE, 0) != 0;
	}
	check(made, "none", "tags: which makes blocks of them (%d)", made);
	check(!seen, "the first one's", "tags: the pages beside them have none (%d of %d)", seen, BLOCKS);
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, BLOCKS * BLOCK);
}
