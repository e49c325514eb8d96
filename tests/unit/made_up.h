/* SPDX-License-Identifier: GPL-2.0 */
/* For recordings that tests make up. */
#ifndef MADE_UP_H
#define MADE_UP_H

#include <stdio.h>
#include "codec.h"

/* The same numbers in each run. */
static inline __u32 random_below(__u32 n)
{
	static __u32 seed = 1;

	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* A vm_entry_fn: each VM is its own process, and named by that. */
static inline void name_vm(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	vm->process = vm->pid;
	snprintf(vm->name, sizeof(vm->name), "vm-%u", vm->pid);
}

#endif
