// SPDX-License-Identifier: GPL-2.0
/* See ranges.h. */
#include <stdlib.h>
#include <string.h>

#include "ranges.h"

#define SETS 2048	/* a power of two */
#define WAYS 8

struct ranges {
	struct range set[SETS][WAYS];
};

struct ranges *ranges_new(void)
{
	return calloc(1, sizeof(struct ranges));
}

void ranges_free(struct ranges *r)
{
	free(r);
}

static __u64 total(const struct range *r)
{
	return r->faults + r->invals;
}

/* Its place, or that of the least one of its set, whose counts it takes over as error. */
static struct range *find(struct ranges *r, __u64 vm, __u32 pid, __u64 ipa)
{
	__u64 hash = (vm ^ (__u64)pid << 40 ^ ipa >> RANGE_SHIFT) * 0x9e3779b97f4a7c15ull;
	struct range *set = r->set[hash >> 53 & (SETS - 1)], *least = set;
	int i;

	for (i = 0; i < WAYS; i++) {
		if (set[i].vm == vm && set[i].ipa == ipa && set[i].pid == pid)
			return &set[i];
		if (total(&set[i]) < total(least))
			least = &set[i];
	}
	*least = (struct range){ .vm = vm, .pid = pid, .ipa = ipa, .error = total(least),
				 .faults = least->faults, .invals = least->invals };
	return least;
}

void ranges_add(struct ranges *r, const struct kvmmt_event *e)
{
	if (e->kind == KVMMT_KIND_S2_FAULT)
		find(r, e->vm, e->pid, e->s2_fault.ipa >> RANGE_SHIFT << RANGE_SHIFT)->faults++;
	else if (e->kind == KVMMT_KIND_S2_INVALIDATE && !e->s2_invalidate.shadow)
		find(r, e->vm, e->pid, e->s2_invalidate.start >> RANGE_SHIFT << RANGE_SHIFT)->invals++;
}

static int by_total(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (total(x) != total(y))
		return total(x) > total(y) ? -1 : 1;
	return x->vm != y->vm ? (x->vm < y->vm ? -1 : 1) : x->ipa < y->ipa ? -1 : x->ipa > y->ipa;
}

size_t ranges_top(struct ranges *r, struct range *top, size_t nr)
{
	struct range *all = &r->set[0][0];
	size_t n = 0;

	/* Sorted, the sets are sets no more: this is for the end. */
	qsort(all, SETS * WAYS, sizeof(*all), by_total);
	while (n < nr && n < SETS * WAYS && total(&all[n])) {
		top[n] = all[n];
		n++;
	}
	return n;
}
