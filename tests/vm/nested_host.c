// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 6, 7, 9 and 10: the host takes the VNCR page away, or its permission to
 * write; L2 must then use what is there now, and never the page that was there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nested.h"

#define READ	 (2 * REG_HSTR_EL2)
#define WRITE	 (2 * REG_HSTR_EL2 + 1)
#define SEA_READ  0x96002010
#define SEA_WRITE 0x96002050

bool l2_wrote(struct env *e, uint64_t value)
{
	return !l2_access(e, 0, 0, WRITE, value).esr &&
	       l2_access(e, 0, 0, READ, 0).value == value;
}

uint64_t scratch_of(const void *page)
{
	return *(volatile const uint64_t *)((const char *)page + SCRATCH_OFFSET);
}

static bool poisoned(const void *page)
{
	for (size_t i = 0; i < PAGE / 8; i++)
		if (((const volatile uint64_t *)page)[i] != POISON)
			return false;
	return true;
}

void slot_of(struct env *e, void *mem, size_t bytes)
{
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, mem, bytes, 0);
	e->changed = true;
}

void *own_slot(struct env *e, size_t bytes, int flags, int fd)
{
	char *mem = reserve_2m(bytes);

	mem = mmap(mem, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
	slot_of(e, mem, bytes);
	nv_context(&e->nv, 0, 0, SLOT_IPA);
	return mem;
}

static void *own_anon(struct env *e)
{
	return own_slot(e, 16 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* The page is replaced by another of the same file; the old one is poisoned. */
static void replaced(struct env *e)
{
	uint8_t *old = e->pool + 5 * PAGE;

	nv_context(&e->nv, 0, 0, window_ipa(5));
	check(sees_page(e, 0, 0, 5) && l2_wrote(e, 1), "it does not", "L2 uses its page");
	window_set(e, 5, 600, PROT_READ | PROT_WRITE);
	memset(old, POISON & 0xff, PAGE);
	check(sees_page(e, 0, 0, 600), "it does not", "replaced: L2 reads the new page");
	check(l2_wrote(e, 2) && *pool_word(e, 600, SCRATCH_OFFSET) == 2, "it does not",
	      "replaced: L2 writes the new page");
	check(poisoned(old), "it was written", "replaced: the old page is left alone");
}

/* Moved away by the host, page and all; then there is other memory. */
static void moved_away(struct env *e)
{
	char *mem = own_anon(e), *away;
	struct seen s;

	check(l2_wrote(e, 3), "it does not", "L2 uses anonymous memory");
	away = mremap(mem, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, reserve_2m(PAGE));
	check(away != MAP_FAILED && scratch_of(away) == 3, "it did not", "the page moves away");
	s = l2_access(e, 0, 0, READ, 0);
	check(s.esr == SEA_READ, "another", "nothing is there: an external abort (%#lx)", s.esr);
	s = l2_access(e, 0, 0, WRITE, 4);
	check(s.esr == SEA_WRITE, "another", "and for a write (%#lx)", s.esr);
	mmap(mem, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(away, POISON & 0xff, PAGE);
	check(l2_wrote(e, 5) && scratch_of(mem) == 5, "it does not", "L2 uses the memory that is there now");
	check(poisoned(away), "it was written", "the page that moved is left alone");
}

static void emptied(struct env *e)
{
	int fd = memfd_create("vncr", MFD_CLOEXEC);
	char *mem = own_anon(e);

	check(l2_wrote(e, 6) && !madvise(mem, PAGE, MADV_DONTNEED) &&
	      !l2_access(e, 0, 0, READ, 0).value, "not zero", "MADV_DONTNEED: L2 reads zero");
	if (ftruncate(fd, 16 * PAGE))
		not_ok("memfd: %s", strerror(errno));
	mem = own_slot(e, 16 * PAGE, MAP_SHARED, fd);
	check(l2_wrote(e, 7), "it does not", "L2 uses a file");
	check(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE) &&
	      !l2_access(e, 0, 0, READ, 0).value, "not zero", "a hole is punched: L2 reads zero");
	check(l2_wrote(e, 8) && scratch_of(mem) == 8, "it does not", "and L2 writes the file");
	close(fd);
}

static void slots(struct env *e)
{
	char *mem = own_anon(e), *other;
	struct seen s;

	check(l2_wrote(e, 9), "it does not", "L2 uses the slot");
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	s = l2_access(e, 0, 0, READ, 0);
	check(s.esr == SEA_READ, "another", "slot deleted: an external abort (%#lx)", s.esr);
	other = own_anon(e);
	check(l2_wrote(e, 10) && scratch_of(other) == 10 && scratch_of(mem) == 9, "it does not",
	      "a new slot: L2 uses its memory");
	vm_slot(&e->nv.vm, 1 + SLOT, SLOT_IPA + NV_SLOT_BYTES, other, 16 * PAGE, 0);
	s = l2_access(e, 0, 0, READ, 0);
	check(s.esr == SEA_READ, "another", "slot moved: an external abort (%#lx)", s.esr);
	nv_context(&e->nv, 0, 0, SLOT_IPA + NV_SLOT_BYTES);
	check(l2_access(e, 0, 0, READ, 0).value == 10, "another value", "and its page at the new IPA");
}

/* Invariant 6: whatever way the page goes. */
void test_taken(struct env *e)
{
	replaced(e);
	moved_away(e);
	emptied(e);
	slots(e);
}

static void write_protected(struct env *e)
{
	char *mem = own_anon(e);
	struct seen s;

	check(l2_wrote(e, 11), "it does not", "L2 writes");
	mprotect(mem, PAGE, PROT_READ);
	check(l2_access(e, 0, 0, READ, 0).value == 11, "another value", "write-protected: L2 reads");
	s = l2_access(e, 0, 0, WRITE, 12);
	check(s.esr == SEA_WRITE && scratch_of(mem) == 11, "another",
	      "write-protected: a write is an external abort (%#lx)", s.esr);
	mprotect(mem, PAGE, PROT_READ | PROT_WRITE);
	check(l2_wrote(e, 13), "it does not", "writable again");
}

/* The child has the old page; nothing that the parent's L2 does may change it. */
static void forked(struct env *e)
{
	char *mem = own_anon(e), byte = 0;
	int to[2], status = 1;
	pid_t pid;

	check(l2_wrote(e, 14) && !pipe(to), "it does not", "L2 writes before the fork");
	pid = fork();
	if (!pid) {
		close(to[1]);
		_exit(read(to[0], &byte, 1) == 1 && scratch_of(mem) == 14 ? 0 : 1);
	}
	check(l2_access(e, 0, 0, READ, 0).value == 14, "another value", "forked: L2 reads the page");
	check(l2_wrote(e, 15) && scratch_of(mem) == 15, "it does not", "forked: L2 writes a copy");
	if (write(to[1], &byte, 1) != 1 || waitpid(pid, &status, 0) != pid)
		status = 1;
	check(!status, "it was written", "forked: the child's page is left alone");
}

static void copied(struct env *e)
{
	char *mem;

	*pool_word(e, 0, SCRATCH_OFFSET) = 16;
	mem = own_slot(e, 16 * PAGE, MAP_PRIVATE, e->memfd);
	check(sees_page(e, 0, 0, 0), "another", "private mapping of a file: L2 reads the file");
	check(l2_wrote(e, 17) && scratch_of(mem) == 17, "it does not", "private mapping: L2 writes a copy");
	check(*pool_word(e, 0, SCRATCH_OFFSET) == 16, "it was written", "the file is left alone");
	mem = own_anon(e);
	check(!l2_access(e, 0, 0, READ, 0).value, "not zero", "memory never touched: L2 reads zero");
	check(l2_wrote(e, 18) && scratch_of(mem) == 18 && !scratch_of(mem + PAGE), "it does not",
	      "and writes a page of its own");
}

void test_outside(struct env *e)
{
	struct seen r, w;

	if (window_open()) {
		skip("memory outside RAM: no /dev/pfnmap on this kernel");
		return;
	}
	nv_slot(&e->nv, SLOT, NULL, 0, 0);
	nv_slot(&e->nv, SLOT, window_map(PFNMAP_nGnRE, PFNMAP_WINDOW_BYTES, MAP_SHARED, NULL),
		PFNMAP_WINDOW_BYTES, 0);
	nv_context(&e->nv, 0, 0, SLOT_IPA);
	e->changed = true;
	r = l2_access(e, 0, 0, READ, 0);
	w = l2_access(e, 0, 0, WRITE, 1);
	check(r.esr == SEA_READ && w.esr == SEA_WRITE, "another",
	      "memory outside RAM: external aborts (%#lx, %#lx)", r.esr, w.esr);
}

/* Invariants 7 and 11: what may not be written is not, what must be copied is. */
void test_readonly(struct env *e)
{
	write_protected(e);
	forked(e);
	copied(e);
}

/* Invariant 9 */
void test_dirty(struct env *e)
{
	char *mem = own_anon(e);

	check(l2_wrote(e, 19), "it does not", "L2 writes before logging");
	nv_slot(&e->nv, SLOT, mem, 16 * PAGE, KVM_MEM_LOG_DIRTY_PAGES);
	for (int i = 0; i < 3; i++) {
		check(l2_wrote(e, 20 + i) && nv_dirty(&e->nv, SLOT) & 1, "it is not",
		      "round %d: written, so in the log", i);
		check(l2_access(e, 0, 0, READ, 0).value == 20u + i, "another value",
		      "round %d: read after the log was cleared", i);
	}
	check_but(e, !(nv_dirty(&e->nv, SLOT) & 1), "it is", "what L2 only reads is not");
	nv_slot(&e->nv, SLOT, mem, 16 * PAGE, 0);
	check(l2_wrote(e, 30), "it does not", "L2 writes after logging");
}

static void pin(int host_cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(host_cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Invariant 10: two vCPUs by turns, on one host CPU and on two. */
void test_vcpus(struct env *e)
{
	int host_cpus = sysconf(_SC_NPROCESSORS_ONLN), bad = 0;
	struct nv_tables t[2];
	cpu_set_t before;

	sched_getaffinity(0, sizeof(before), &before);
	for (int v = 0; v < 2; v++) {
		nv_tables(&e->nv, &t[v], NV_4K);
		nv_map(&t[v], NV_LOW, window_ipa(10 + v), 3, PTE_NORMAL | PTE_NG);
		l1_mmu(e, v, &t[v], 1 + v, 1 + v, 0);
		nv_context(&e->nv, v, 0, NV_LOW);
	}
	for (int round = 0; round < 24; round++) {
		int v = round / 2 % 2;

		pin(round / 3 % 2 % host_cpus);
		bad += !sees_page(e, v, 0, 10 + v);
		bad += l2_access(e, v, 0, WRITE, 100 + round).esr != 0;
		bad += *pool_word(e, 10 + v, SCRATCH_OFFSET) != 100u + round;
		/* L1's own register of that name is another. */
		l1_write(e, v, REG_TPIDR_EL2, round);
		bad += *pool_word(e, 10 + v, TAG_OFFSET) != page_tag(10 + v);
	}
	sched_setaffinity(0, sizeof(before), &before);
	check(!bad, "a vCPU used another's page", "two vCPUs, one VA, on %d host CPUs",
	      host_cpus > 1 ? 2 : 1);
	window_set(e, 11, 611, PROT_READ | PROT_WRITE);
	check(sees_page(e, 1, 0, 611), "the one before", "the host takes the second one's page");
}
