/* SPDX-License-Identifier: GPL-2.0 */
/* What tests do with /dev/pfnmap and with one access of a guest at a time. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "pfnmap/pfnmap.h"
#include "vmm/vm.h"

#define PAGE  4096ul
#define BLOCK (2ul << 20)

extern int pfnmap;		/* the open device */
extern struct pfnmap_facts facts; /* of this host */

/* Open it and learn the facts; 0 or -errno. */
int window_open(void);
/* Map the window in @mode, with MAP_SHARED or MAP_PRIVATE as @share; over @at unless NULL. */
void *window_map(unsigned long mode, size_t bytes, int share, void *at);
/* @bytes of address space at a multiple of 2 MiB, to map over. */
void *reserve_2m(size_t bytes);
/* The same with anonymous memory, of huge pages where the kernel has them. */
void *huge_2m(size_t bytes);
/* The last descriptor for @ipa in the VM's own stage 2 and its level; 0 if there is none. */
uint64_t descriptor(const struct vm *vm, uint64_t ipa, int *level);
/* MemAttr[3:0] of a descriptor, and what Normal cacheable is on this host. */
uint64_t memattr(uint64_t descriptor);
uint64_t normal_memattr(void);
/* One access; its value, or ~0 with errno of KVM_RUN set (0 if the guest took an abort). */
uint64_t access_one(struct vcpu *vcpu, enum vm_op op, uint64_t va, uint64_t value);

#endif
