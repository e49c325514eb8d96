// SPDX-License-Identifier: GPL-2.0
/*
 * What an emulator cannot prove, for owners of real machines (docs/silicon.md):
 * guest and host see each other's writes and code without cache maintenance, in
 * every type that is mapped, through every alias that must be coherent.
 *   silicon [emulated] [ROUNDS]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/check.h"
#include "window.h"

#define BYTES (4 * PAGE)

static int rounds = 20000;
static bool emulated;
static unsigned int seed = 1;

struct type {
	const char *name;
	unsigned long mode;
	bool ram, cacheable;
};

static const struct type types[] = {
	{ "RAM", 0, true, true },
	{ "cacheable PFNMAP", PFNMAP_CACHEABLE, false, true },
	{ "write-combine, Normal-NC", PFNMAP_NC | PFNMAP_ANY_UNCACHED, false, false },
	{ "nGnRE", PFNMAP_nGnRE, false, false },
	{ "nGnRnE", PFNMAP_nGnRnE, false, false },
};

static void *map_type(const struct type *t)
{
	if (t->ram)
		return mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return window_map(t->mode, BYTES, MAP_SHARED, NULL);
}

static uint64_t noise(void)
{
	return (uint64_t)rand_r(&seed) << 32 ^ (uint64_t)rand_r(&seed) << 16 ^ rand_r(&seed);
}

/* Each writes what the other has just had in its cache, if it had it in one. */
static void ping_pong(const struct type *t, const char *alias, uint64_t va, struct vcpu *vcpu,
		      volatile uint64_t *mem)
{
	int to_guest = 0, to_host = 0, i;

	for (i = 0; i < rounds; i++) {
		uint64_t at = rand_r(&seed) % (BYTES / 8), value = noise();

		access_one(vcpu, VM_READ, va + at * 8, 0);
		mem[at] = value;
		__sync_synchronize();
		to_guest += access_one(vcpu, VM_READ, va + at * 8, 0) != value;
		value = noise();
		access_one(vcpu, VM_WRITE, va + at * 8, value);
		__sync_synchronize();
		to_host += mem[at] != value;
	}
	check(!to_guest, "stale values", "%s, guest's %s: %d writes of the host reach the guest",
	      t->name, alias, rounds);
	check(!to_host, "stale values", "%s, guest's %s: %d writes of the guest reach the host",
	      t->name, alias, rounds);
}

/* The guest runs code that the host has just written over code it ran before. */
static void fresh_code(const struct type *t, struct vcpu *vcpu, uint32_t *mem)
{
	int stale = 0, i;

	for (i = 0; i < rounds; i++) {
		uint32_t value = rand_r(&seed) & 0xffff;

		mem[0] = 0xd2800003 | value << 5;	/* movz x3, #value */
		mem[1] = 0xd65f03c0;			/* ret */
		__sync_synchronize();
		if (!facts.dic)
			__builtin___clear_cache((char *)mem, (char *)(mem + 2));
		stale += access_one(vcpu, VM_EXEC, VM_VA_NORMAL, 0) != value;
	}
	check(!stale, "stale instructions", "%s: %d times fresh code, %s", t->name, rounds,
	      facts.dic ? "with no cache maintenance (DIC)" : "with the host's maintenance");
}

/* Device memory takes no unaligned access (Arm ARM, "Alignment of data accesses"); EC 0x25, DFSC 0x21. */
static void unaligned(const struct type *t, struct vcpu *vcpu)
{
	struct vm_access a = { .op = VM_READ, .va = VM_VA_NORMAL + 1 };

	vcpu_access(vcpu, &a);
	if (!a.esr && emulated)
		skip("%s: the guest takes an abort for an unaligned access: not under emulation",
		     t->name);
	else
		check(a.esr >> 26 == 0x25 && (a.esr & 0x3f) == 0x21, "no alignment fault",
		      "%s: the guest takes an abort for an unaligned access", t->name);
}

static void prove(const struct type *t)
{
	void *mem = map_type(t);
	struct vcpu vcpu;
	struct vm vm;

	if (t->cacheable && !t->ram && !(facts.fwb && facts.dic)) {
		skip("%s: this host has to refuse it", t->name);
		return;
	}
	if (mem == MAP_FAILED || vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, BYTES, 0) ||
	    vcpu_open(&vm, &vcpu, 0)) {
		not_ok("%s: setup: %s", t->name, strerror(errno));
		return;
	}
	ping_pong(t, "Normal", VM_VA_NORMAL, &vcpu, mem);
	/* Without FWB a guest may choose to bypass the host's cache lines: that is its affair. */
	if (!t->cacheable || facts.fwb) {
		ping_pong(t, "Normal-NC", VM_VA_NC, &vcpu, mem);
		ping_pong(t, "Device", VM_VA_DEVICE, &vcpu, mem);
	}
	if (t->cacheable)
		fresh_code(t, &vcpu, mem);
	else if (!(t->mode & PFNMAP_ANY_UNCACHED))
		unaligned(t, &vcpu);
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, BYTES);
}

int main(int argc, char **argv)
{
	size_t i;
	int n;

	check_suite = "silicon";
	for (n = 1; n < argc; n++) {
		if (!strcmp(argv[n], "emulated"))
			emulated = true;
		else
			rounds = atoi(argv[n]);
	}
	if (rounds <= 0) {
		fprintf(stderr, "silicon: ROUNDS must be a number above 0\n");
		return 2;
	}
	if (sysconf(_SC_PAGESIZE) != (long)PAGE || window_open()) {
		not_ok("it needs 4 KiB pages and /dev/pfnmap (docs/silicon.md)");
		return 1;
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		prove(&types[i]);
	return check_status();
}
