// SPDX-License-Identifier: GPL-2.0
/* See s2table.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pfnmap/pfnmap.h"
#include "s2table.h"

const char *const outcome_words[] = { "Normal", "NC", "nGnRE", "nGnRnE", "slot", "fault", "no-pfn" };

static int word_index(const char *word, const char *const *words, int nr, const char *line)
{
	for (int i = 0; i < nr; i++)
		if (!strcmp(word, words[i]))
			return i;
	fprintf(stderr, "s2.table: '%s' means nothing in: %s", word, line);
	exit(2);
}

static enum outcome outcome(const char *word, const char *line)
{
	return word_index(word, outcome_words, 7, line);
}

bool row_read(void *file, struct row *r)
{
	char line[256], safe[16], unsafe[16], stock[16];

	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%15s %15s %15s %31s %15s %15s %15s", r->backing, r->type, r->share,
			   r->flags, safe, unsafe, stock) != 7) {
			fprintf(stderr, "s2.table: not seven words: %s", line);
			exit(2);
		}
		r->safe = outcome(safe, line);
		r->unsafe = outcome(unsafe, line);
		r->stock = outcome(stock, line);
		r->is_private = !strcmp(r->share, "private");
		return true;
	}
	return false;
}

static unsigned long device_mode(const struct row *r)
{
	static const char *const types[] = { "cacheable", "NC", "nGnRE", "nGnRnE" };
	unsigned long mode = word_index(r->type, types, 4, r->type);

	if (strstr(r->backing, "mixedmap"))
		mode |= PFNMAP_MIXEDMAP;
	if (!strncmp(r->backing, "ram-", 4))
		mode |= PFNMAP_RAM;
	if (strstr(r->flags, "any"))
		mode |= PFNMAP_ANY_UNCACHED;
	if (strstr(r->flags, "lazy"))
		mode |= PFNMAP_LAZY;
	if (strstr(r->flags, "pte-nc"))
		mode |= PFNMAP_PTE_NC;
	if (strstr(r->flags, "no-io"))
		mode |= PFNMAP_NO_IO;
	return mode;
}

/* Aligned, so that a huge page fits. */
static void *map_aligned(int flags, int fd)
{
	uint8_t *p = mmap(NULL, 2 * ROW_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *at;

	if (p == MAP_FAILED)
		return p;
	at = (uint8_t *)(((uintptr_t)p + ROW_BYTES - 1) & ~(ROW_BYTES - 1));
	return mmap(at, ROW_BYTES, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
}

void *row_map(const struct row *r, int pfnmap_fd)
{
	int share = r->is_private ? MAP_PRIVATE : MAP_SHARED;
	void *p;

	if (!strcmp(r->backing, "anon")) {
		p = map_aligned(share | MAP_ANONYMOUS, -1);
	} else if (!strcmp(r->backing, "thp")) {
		p = map_aligned(share | MAP_ANONYMOUS, -1);
		if (p != MAP_FAILED)
			madvise(p, ROW_BYTES, MADV_HUGEPAGE);
	} else if (!strcmp(r->backing, "huge")) {
		p = map_aligned(share | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	} else if (!strcmp(r->backing, "memfd")) {
		int fd = memfd_create("s2table", MFD_CLOEXEC);

		if (fd < 0 || ftruncate(fd, ROW_BYTES))
			return MAP_FAILED;
		p = map_aligned(share, fd);
		close(fd);
	} else {
		p = mmap(NULL, ROW_BYTES, PROT_READ | PROT_WRITE, share, pfnmap_fd,
			 device_mode(r) * sysconf(_SC_PAGESIZE));
	}
	return p;
}
