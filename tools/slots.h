/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM's memslots and what backs them, in words; and many VMs' of them. Reads no clock,
 * prints nothing.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <kvmmt/maps.h>
#include "backing.h"
#include "image.h"

struct slot {
	__u64 ipa, size_bytes, hva;
	__u64 vma_bytes;	/* so many of them are in the mapping that the rest is about */
	__u32 id;
	__u32 flags;		/* KVM_MEM_* */
	__u32 vma;		/* KVMMT_VMA_* */
	__u32 pad;
	char backing[BACKING_LEN]; /* what is mapped there, "": not known */
};

struct vm_slots_key {
	__u64 vm;		/* address of struct kvm */
	__u32 pid;		/* kvm->userspace_pid */
};

struct vm_slots {
	struct vm_slots_key key;
	__u32 nr;
	bool more;		/* there are more than KVMMT_MAX_SLOTS */
	struct slot slots[KVMMT_MAX_SLOTS]; /* .nr of them, by ipa; no more are allocated */
};

#define VM_SLOTS_BYTES(nr) (offsetof(struct vm_slots, slots) + (nr) * sizeof(struct slot))

/* What refused memory was. */
struct refused {
	struct vm_slots_key vm;
	__u64 hva;		/* kvmmt_origin_hva() of the refusal */
	__s32 slot;		/* id, -1: not known */
	bool killed;		/* its VMM was being killed */
	char backing[BACKING_LEN]; /* "": not known */
};

static inline bool same_vm_slots(struct vm_slots_key a, struct vm_slots_key b)
{
	return a.vm == b.vm && a.pid == b.pid;
}

/* Is there anything to say of it? */
static inline bool refused_known(const struct refused *r)
{
	return r->slot >= 0 || *r->backing;
}

#define REFUSED_LEN (BACKING_LEN + 32)

/* "slot 1, file disk.img", as far as that is known; to @buf of REFUSED_LEN bytes. */
void refused_text(int slot, const char *backing, char *buf);

typedef int (*slots_fn)(void *ctx, const struct vm_slots *s);

/* The slot that has @ipa, or NULL. */
const struct slot *slot_find(const struct vm_slots *s, __u64 ipa);

/* What the kernel tells of a slot. @sys is where sysfs is. */
void slot_describe(struct slot *to, const struct kvmmt_slot *from, const char *sys,
		   long page_size_bytes);
/* The memory type that the host maps it with, NULL if that is not known */
const char *slot_type(const struct slot *s);
/* What is special about a slot, written to @buf: "read-only,pfnmap", "partly": see .vma_bytes */
const char *slot_words(const struct slot *s, char *buf, size_t len);

/* Slots of many VMs, by address and pid; a struct of zeroes is empty. */
struct slot_table {
	void *vms;		/* a tsearch() tree */
	size_t nr_vms, nr_slots;
};

#define SLOT_TABLE_VMS	 16384
#define SLOT_TABLE_SLOTS 131072	/* of all VMs */

/* A VM's, instead of what it had. Returns 1 if they are others, 0, -ENOMEM, or -ENOSPC. */
int slot_table_put(struct slot_table *t, const struct vm_slots *s);
/* Until they are put or dropped; NULL: not known. */
const struct vm_slots *slot_table_get(const struct slot_table *t, struct vm_slots_key key);
void slot_table_drop(struct slot_table *t, struct vm_slots_key key);
/* Each VM's to @fn, until that returns an error, which is returned. */
int slot_table_each(const struct slot_table *t, slots_fn fn, void *ctx);
void slot_table_clear(struct slot_table *t);
/* Into an image, and out of it instead of what there is: 0 or -ENOMEM. */
void slot_table_pack(const struct slot_table *t, struct image *to);
int slot_table_unpack(struct slot_table *t, const __u64 **from);

#endif
