// SPDX-License-Identifier: GPL-2.0
/* See stage2.h: a page of a guest's fails, the VMM is told, and kvmmt tells of it. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "poison.h"
#include "stage2.h"
#include "vmm/check.h"
#include "window.h"
#include "witness.h"

#define LOST 3			/* page of the slot */
#define PAGES 8

static void told(const struct witness *w)
{
	char line[2048], value[64];
	const char *const wanted[] = { "\"reason\":\"hwpoison\"", NULL };
	bool found = witness_find(w, wanted, line, sizeof(line));

	check(found, "no such event", "kvmmt tells of the fault");
	if (!found)
		return;
	check(witness_value(line, "outcome", value, sizeof(value)) && !strcmp(value, "signalled"), line,
	      "it says that the VMM got a signal");
	witness_value(line, "fault_ipa", value, sizeof(value));
	check((strtoull(value, NULL, 0) & ~(PAGE - 1)) == VM_WINDOW + LOST * PAGE, value, "and for which page");
}

void poisoned(void)
{
	char *mem = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t va = VM_VA_NORMAL + LOST * PAGE;
	struct witness w;
	struct vcpu vcpu;
	struct vm vm;
	int err;

	if (witness_start(&w) || vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, PAGES * PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0)) {
		not_ok("setup: %s", strerror(errno));
		return;
	}
	check(access_one(&vcpu, VM_WRITE, va, 1) == 1, strerror(errno), "a guest writes its page");
	err = poison_page(mem + LOST * PAGE);
	check(!err, strerror(-err), "the page fails");
	check(!descriptor(&vm, VM_WINDOW + LOST * PAGE, NULL), "it is there", "stage 2 has it no more");
	check(!access_one(&vcpu, VM_READ, va, 0), strerror(errno),
	      "the guest reads it: the VMM puts a new page there");
	check(poison.signals == 1 && poison.code == BUS_MCEERR_AR && poison.addr == mem + LOST * PAGE &&
		      poison.bytes == PAGE,
	      "another", "by a SIGBUS, and one, that says where and how much");
	check(access_one(&vcpu, VM_WRITE, va, 2) == 2 && mem[LOST * PAGE] == 2, strerror(errno),
	      "the guest goes on in that");
	vcpu_close(&vcpu);
	vm_close(&vm);
	if (witness_stop(&w))
		not_ok("kvmmt script failed or lost events");
	else
		told(&w);
}
