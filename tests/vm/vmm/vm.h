/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small VMM: a VM with one slot of memory for the guest's own use, further
 * slots as a test likes, vCPUs, and the mailbox of guest/access.S.
 */
#ifndef VM_H
#define VM_H

#define VM_MAILBOX 0x09000000		/* IPA, no memory behind it */
#define VM_RAM	   0x40000000		/* IPA of the guest's own memory */
#define VM_TABLE   0x40100000		/* its level-1 table */
#define VM_WINDOW  0x80000000		/* IPA of what is tested, up to 1 GiB */
/* Virtual addresses of the window by the guest's stage-1 type */
#define VM_VA_NORMAL VM_WINDOW
#define VM_VA_NC     0xc0000000
#define VM_VA_DEVICE 0x100000000
#define VM_VA_TAGGED 0x140000000
#define VM_HAMMER_PAGES 16		/* few: what is unmapped again and again takes its time */

/* Attr0 Normal WB, Attr1 Device-nGnRnE, Attr2 Normal-NC, Attr3 Normal WB with tags */
#define VM_MAIR 0xf04400ff
/* 39-bit VAs by TTBR0, 4K, inner shareable WB walks, no TTBR1, 40-bit PAs */
#define VM_TCR	(25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/kvm.h>

struct vm {
	int fd;
	uint8_t *ram;			/* at VM_RAM; 2 MiB for the access guest */
	size_t ram_bytes;
	unsigned int features;
};

struct vcpu {
	int fd;
	struct kvm_run *run;
	size_t run_bytes;
};

/* `mov x3, #0x2a; ret`, for VM_EXEC */
#define VM_CODE		0xd65f03c0d2800543ull
#define VM_CODE_RETURNS 0x2a

enum vm_op { VM_END, VM_READ, VM_WRITE, VM_EXEC, VM_SWEEP, VM_HAMMER, VM_FETCHES, VM_TAG };

struct vm_access {
	enum vm_op op;
	uint64_t va, value;		/* value: to write, or that was read */
	uint64_t esr, far;		/* of the abort the guest took, or 0 */
	int run_errno;			/* KVM_RUN failed, or 0 */
};

/* What vm_open() may be asked for */
#define VM_MTE		1
#define VM_EAGER_SPLIT	2	/* dirty logging splits blocks beforehand */
#define VM_EL2		4	/* vCPUs begin at EL2 */
#define VM_SVE_128	8	/* SVE registers of 128 bits */

/* All functions return 0 or -errno unless they say otherwise. */
/* With the access guest in 2 MiB of memory, or with none in @ram_bytes. */
int vm_open(struct vm *vm, unsigned int features);
int vm_open_bare(struct vm *vm, unsigned int features, size_t ram_bytes);
void vm_close(struct vm *vm);
int vm_slot(struct vm *vm, int slot, uint64_t ipa, void *mem, size_t bytes, uint32_t flags);
int vcpu_open(struct vm *vm, struct vcpu *vcpu, int index);
/* As new, at the start of the guest's memory; it does not run. */
int vcpu_reset(struct vm *vm, struct vcpu *vcpu);
void vcpu_close(struct vcpu *vcpu);
/* A register of 64 bits by the id of KVM's register interface. */
#define VCPU_CORE(member) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |	\
			   offsetof(struct kvm_regs, member) / sizeof(uint32_t))
int vcpu_get(struct vcpu *vcpu, uint64_t id, uint64_t *value);
int vcpu_set(struct vcpu *vcpu, uint64_t id, uint64_t value);
/* Let the access guest do one access; how it went is in @access. */
int vcpu_access(struct vcpu *vcpu, struct vm_access *access);

#endif
#endif
