// SPDX-License-Identifier: GPL-2.0
/*
 * Invariant 6 when it is the kernel that takes the VNCR page and not the VMM: its
 * contents move to another page, which L2 must use from then on.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nested.h"

#define HUGE_BYTES (2ul << 20)
#define LOW_BYTES  (64ul << 20)
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/*
 * The frames of n pages from here on, 0: not present
 * (Documentation/admin-guide/mm/pagemap.rst).
 */
static void frames(const void *page, uint64_t *frame, size_t n)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	ssize_t want = n * sizeof(*frame);

	if (pread(fd, frame, want, (uintptr_t)page / PAGE * sizeof(*frame)) != want)
		memset(frame, 0, want);
	close(fd);
	for (size_t i = 0; i < n; i++)
		frame[i] = frame[i] >> 63 ? frame[i] & ((1ull << 55) - 1) : 0;
}

static uint64_t frame(const void *page)
{
	uint64_t f;

	frames(page, &f, 1);
	return f;
}

static bool write_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	close(fd);
	return done;
}

static bool is_used(struct env *e, const void *mem, uint64_t before, uint64_t after)
{
	return l2_access(e, 0, 0, 2 * REG_HSTR_EL2, 0).value == before && l2_wrote(e, after) &&
	       scratch_of(mem) == after;
}

/* As khugepaged does: the pages are copied into a block. */
static void collapsed(struct env *e)
{
	char *mem = own_slot(e, HUGE_BYTES, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	uint64_t old;

	check(l2_wrote(e, 60), "it does not", "L2 uses its page");
	old = frame(mem);
	if (madvise(mem, HUGE_BYTES, MADV_COLLAPSE)) {
		skip("collapsed: this kernel does not");
		return;
	}
	check(old && frame(mem) != old, "it has not", "collapsed: the page has moved");
	check(is_used(e, mem, 60, 61), "it does not", "collapsed: L2 uses the block");
}

/* Compaction moves pages from low addresses to free ones high up: take a low one. */
static void take_lowest(char *to)
{
	char *mem = mmap(NULL, LOW_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	static uint64_t f[LOW_BYTES / PAGE];
	size_t lowest = 0;

	frames(mem, f, LOW_BYTES / PAGE);
	for (size_t i = 0; i < LOW_BYTES / PAGE; i++)
		if (f[i] && (!f[lowest] || f[i] < f[lowest]))
			lowest = i;
	mremap(mem + lowest * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	munmap(mem, LOW_BYTES);
}

static void compacted(struct env *e)
{
	char *mem = own_slot(e, 16 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int moves = 0, round;
	uint64_t old;

	for (round = 0; round < 10 && !moves; round++) {
		take_lowest(mem);
		check(l2_wrote(e, 70 + round), "it does not", "round %d: L2 uses a low page", round);
		old = frame(mem);
		if (!write_sysctl("/proc/sys/vm/compact_memory", "1"))
			break;
		moves = frame(mem) != old;
		check(is_used(e, mem, 70 + round, 90), "it does not", "round %d: compacted: L2 uses it",
		      round);
	}
	if (moves)
		ok("compacted: the page has moved");
	else
		skip("compacted: the page did not move");
}

/* Two equal pages become one, which neither may write. */
static void merged(struct env *e)
{
	char *mem = own_slot(e, 16 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1), *twin = mem + PAGE;
	bool same = false;

	l2_wrote(e, 80);
	memcpy(twin, mem, PAGE);
	if (madvise(mem, 2 * PAGE, MADV_MERGEABLE) ||
	    !write_sysctl("/sys/kernel/mm/ksm/sleep_millisecs", "1") ||
	    !write_sysctl("/sys/kernel/mm/ksm/run", "1")) {
		skip("merged: this kernel does not");
		return;
	}
	for (int i = 0; i < 5000 && !same; i++) {
		usleep(1000);
		same = frame(mem) && frame(mem) == frame(twin);
	}
	write_sysctl("/sys/kernel/mm/ksm/run", "0");
	check(same, "they are not", "merged: two equal pages are one");
	check(is_used(e, mem, 80, 81), "it does not", "merged: L2 reads it, and writes its own");
	check(scratch_of(twin) == 80, "it was written", "merged: the other page is left alone");
	madvise(mem, 2 * PAGE, MADV_UNMERGEABLE);
}

void test_moved(struct env *e)
{
	collapsed(e);
	compacted(e);
	merged(e);
}
