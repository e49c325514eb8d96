// SPDX-License-Identifier: GPL-2.0
/* Block mappings, dirty logging, DAX pages, and what the tracepoints say of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm/check.h"
#include "window.h"
#include "witness.h"


/* Dirty logging splits a block into pages: of the same memory type. */
static void split_one(const char *name, unsigned long mode, uint64_t wanted)
{
	uint64_t *mem = reserve_2m(BLOCK);
	uint64_t first, last;
	int level, level_after;
	struct vcpu vcpu;
	struct vm vm;

	window_map(mode | PFNMAP_MIXEDMAP | PFNMAP_HUGE, BLOCK, MAP_SHARED, mem);
	if (vm_open(&vm, VM_EAGER_SPLIT) || vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, 0) ||
	    vcpu_open(&vm, &vcpu, 0)) {
		not_ok("%s: setup: %s", name, strerror(errno));
		return;
	}
	access_one(&vcpu, VM_READ, VM_VA_NORMAL, 0);
	first = descriptor(&vm, VM_WINDOW, &level);
	if (level == 3) {
		/* As 6.12.95: device memory in a MIXEDMAP is mapped by pages. */
		skip("%s: this kernel makes no block of it", name);
		return;
	}
	check(level == 2 && memattr(first) == wanted, "another type, or no block",
	      "%s: one block of its type", name);
	vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, KVM_MEM_LOG_DIRTY_PAGES);
	first = descriptor(&vm, VM_WINDOW, &level);
	last = descriptor(&vm, VM_WINDOW + BLOCK - PAGE, &level_after);
	check(level == 3 && level_after == 3 && first & last & 1, "no pages",
	      "%s: logging splits it", name);
	check(memattr(first) == wanted && memattr(last) == wanted, "another type",
	      "%s: the pages are of its type", name);
	check(access_one(&vcpu, VM_WRITE, VM_VA_NORMAL + PAGE, 7) != ~0ull &&
		      ((volatile uint64_t *)mem)[PAGE / 8] == 7,
	      strerror(errno), "%s: the guest can still write", name);
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, BLOCK);
}

static uint32_t dax_refs(uint32_t page)
{
	struct pfnmap_refs r = { .page = page };

	return ioctl(pfnmap, PFNMAP_IOC_DAX_REFS, &r) ? ~0u : r.refs;
}

/* Memory with struct pages that is not RAM, counted page by page. */
static void dax(void)
{
	uint32_t first = dax_refs(0), third = dax_refs(3);
	uint64_t desc, wanted;
	char *mem = reserve_2m(BLOCK);
	struct vcpu vcpu;
	struct vm vm;
	int level, i;

	window_map(PFNMAP_DAX, BLOCK, MAP_SHARED, mem);
	*(volatile uint64_t *)(mem + 3 * PAGE) = 33;
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, 0) || vcpu_open(&vm, &vcpu, 0)) {
		not_ok("dax: setup: %s", strerror(errno));
		return;
	}
	check(access_one(&vcpu, VM_READ, VM_VA_NORMAL + 3 * PAGE, 0) == 33, strerror(errno),
	      "dax: the guest reads what the host wrote");
	desc = descriptor(&vm, VM_WINDOW + 3 * PAGE, &level);
	wanted = normal_memattr();
	check(level == 2 && memattr(desc) == wanted, "another type, or no block",
	      "dax: a Normal block, also without FWB");
	check(dax_refs(3) == third, "it differs", "dax: the page that was touched is released");
	check(dax_refs(0) == first, "it differs", "dax: the block's first page is let alone");
	/* RET, at the block's start. */
	*(volatile uint32_t *)mem = 0xd65f03c0;
	__builtin___clear_cache(mem, mem + 4);
	errno = 0;
	check(access_one(&vcpu, VM_EXEC, VM_VA_NORMAL, 0) != ~0ull, strerror(errno),
	      "dax: the guest executes from it");
	for (i = 0; i < 100; i++) {
		madvise(mem, BLOCK, MADV_DONTNEED);
		access_one(&vcpu, VM_WRITE, VM_VA_NORMAL + 3 * PAGE, i);
	}
	check(dax_refs(3) == third && dax_refs(0) == first, "they differ",
	      "dax: 100 faults leave no reference");
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, BLOCK);
}

/* @n fetches from the same memory, mapped uncached: refused after its page was taken. */
static void dax_fetch(int n)
{
	uint32_t third = dax_refs(3);
	char *mem = reserve_2m(BLOCK);
	struct vcpu vcpu;
	struct vm vm;

	window_map(PFNMAP_DAX | PFNMAP_NC, BLOCK, MAP_SHARED, mem);
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, 0) || vcpu_open(&vm, &vcpu, 0)) {
		not_ok("dax: setup: %s", strerror(errno));
		return;
	}
	check(access_one(&vcpu, VM_EXEC, VM_VA_NORMAL + 3 * PAGE, 0) == ~0ull && !errno, strerror(errno),
	      "dax: a fetch from it uncached is an abort in the guest");
	check(access_one(&vcpu, VM_FETCHES, VM_VA_NORMAL + 3 * PAGE, n) != ~0ull, strerror(errno),
	      "dax: %d of them", n);
	check(dax_refs(3) == third, "it differs", "dax: they leave no reference");
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, BLOCK);
}

static uint64_t number(const char *line, const char *key)
{
	char value[64] = "";

	witness_value(line, key, value, sizeof(value));
	return strtoull(value, NULL, 0);
}

/* Logging on and off: blocks are write-protected, split by a write, relaxed again. */
static int logging_work(char *mem)
{
	struct vcpu vcpu;
	struct vm vm;
	int bad;

	memset(mem, 1, BLOCK);
	bad = vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, 0) || vcpu_open(&vm, &vcpu, 0);
	bad |= access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 0) == ~0ull;
	bad |= vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, KVM_MEM_LOG_DIRTY_PAGES);
	bad |= vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, 0);
	bad |= access_one(&vcpu, VM_WRITE, VM_VA_NORMAL + 5 * PAGE, 0) == ~0ull;	/* relaxed */
	bad |= vm_slot(&vm, 1, VM_WINDOW, mem, BLOCK, KVM_MEM_LOG_DIRTY_PAGES);
	bad |= access_one(&vcpu, VM_WRITE, VM_VA_NORMAL + 6 * PAGE, 0) == ~0ull;	/* split */
	vcpu_close(&vcpu);
	vm_close(&vm);
	return bad;
}

static void logging(void)
{
	char *mem = huge_2m(BLOCK);
	struct witness w;
	char line[2048];
	int err = witness_start(&w), bad = err ? err : logging_work(mem);

	check(!bad && !witness_stop(&w), strerror(errno), "logging: a guest under dirty logging");
	if (bad)
		return;
	check(witness_find(&w, (const char *[]){ "\"reason\":\"write-protect\"", NULL }, line, sizeof(line)) &&
		      number(line, "size_bytes") == BLOCK && number(line, "start") == VM_WINDOW,
	      "no such event", "logging: write-protection of the slot is told");
	check(witness_find(&w, (const char *[]){ "\"reason\":\"relaxed\"", "0x80005000", NULL }, line,
			   sizeof(line)) &&
		      number(line, "size_bytes") == BLOCK,
	      "no such event", "logging: the block's permissions are relaxed, as a block");
	check(number(line, "pfn") % 512 == 0 && number(line, "pfn"), line,
	      "logging: its pfn is the block's first");
	check(witness_find(&w, (const char *[]){ "\"reason\":\"mapped\"", "0x80006000", "logging", NULL },
			   line, sizeof(line)) &&
		      number(line, "size_bytes") == PAGE,
	      "no such event", "logging: a write maps its page alone");
}

/*
 * With a log a VM has pages, so that a fetch from a block that was write-protected needs a
 * table, if KVM has to see it: without DIC. A vCPU keeps fewer of them at hand
 * (KVM_ARCH_NR_OBJS_PER_MEMORY_CACHE).
 */
#define FETCHED 44

static void fetched(void)
{
	char *mem = huge_2m(FETCHED * BLOCK);
	int i, bad, level, ran = 0, pages = 0;
	struct vcpu vcpu;
	struct vm vm;

	for (i = 0; i < FETCHED; i++)
		*(uint64_t *)(mem + i * BLOCK) = VM_CODE;
	bad = vm_open(&vm, 0) || vcpu_open(&vm, &vcpu, 0) ||
	      vm_slot(&vm, 1, VM_WINDOW, mem, FETCHED * BLOCK, 0);
	for (i = 0; i < FETCHED; i++)
		bad |= access_one(&vcpu, VM_READ, VM_VA_NORMAL + i * BLOCK, 0) != VM_CODE;
	bad |= vm_slot(&vm, 1, VM_WINDOW, mem, FETCHED * BLOCK, KVM_MEM_LOG_DIRTY_PAGES);
	check(!bad, strerror(errno), "fetched: blocks, under dirty logging");
	for (i = 0; i < FETCHED; i++) {
		ran += access_one(&vcpu, VM_EXEC, VM_VA_NORMAL + i * BLOCK, 0) == VM_CODE_RETURNS;
		descriptor(&vm, VM_WINDOW + i * BLOCK, &level);
		pages += level == 3;
	}
	check(ran == FETCHED, strerror(errno), "fetched: a guest executes from each");
	check(pages == (facts.dic ? 0 : FETCHED), "another number", "fetched: they are pages where KVM sees it (%d)",
	      pages);
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, FETCHED * BLOCK);
}

/* Which part of a slot did KVM object to? */
static void slot_vma(void)
{
	char *mem = reserve_2m(2 * BLOCK);
	struct witness w;
	char line[2048];
	struct vm vm;
	int err;

	mmap(mem, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	window_map(PFNMAP_CACHEABLE, BLOCK, MAP_SHARED, mem + BLOCK);
	if (witness_start(&w) || vm_open(&vm, 0)) {
		not_ok("slot: setup: %s", strerror(errno));
		return;
	}
	err = vm_slot(&vm, 1, VM_WINDOW, mem, 2 * BLOCK, 0);
	vm_close(&vm);
	check(err == (facts.fwb && facts.dic ? 0 : -EINVAL), strerror(-err),
	      "slot: cacheable PFNMAP behind anonymous memory");
	check(!witness_stop(&w) &&
		      witness_find(&w, (const char *[]){ "\"kind\":\"s2_slot\"", "\"slot\":1,", NULL },
				   line, sizeof(line)) &&
		      number(line, "vma_hva") == (uintptr_t)mem + BLOCK,
	      line, "slot: the event has the address of the VMA it is about");
}

/* perf and trace-cmd know numbers and the words of the format, not the kernel's names. */
static void formats(void)
{
	static const char *const names[] = { "kvm_s2_fault", "kvm_s2_slot", "kvm_s2_invalidate" };
	char path[128], text[8192];
	size_t i;

	for (i = 0; i < 3; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/kernel/tracing/events/kvm/%s/format", names[i]);
		f = fopen(path, "re");
		text[f ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
		if (f)
			fclose(f);
		check(strstr(text, "print fmt") && !strstr(text, "KVM_") && !strstr(text, "MT_"), text,
		      "format: %s has no name that only the kernel knows", names[i]);
	}
}

/* blocks [FETCHES] */
int main(int argc, char **argv)
{
	check_suite = "blocks";
	if (window_open()) {
		not_ok("/dev/pfnmap: %s", strerror(errno));
		return 1;
	}
	split_one("nGnRE", PFNMAP_nGnRE, 1);
	split_one("nGnRnE", PFNMAP_nGnRnE, 0);
	split_one("write-combine", PFNMAP_NC, 1);
	split_one("any-uncached", PFNMAP_NC | PFNMAP_ANY_UNCACHED, 5);
	dax();
	dax_fetch(argc > 1 ? atoi(argv[1]) : 100);
	logging();
	fetched();
	slot_vma();
	formats();
	return check_status();
}
