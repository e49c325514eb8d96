// SPDX-License-Identifier: GPL-2.0
/* See trend.h. */
#include <string.h>

#include "trend.h"

static int look_up(struct trend_point *p, const struct history *h, __u64 nr,
		   const struct kvmmt_vm_key *key)
{
	struct model_counts c;
	double seconds;
	int found = history_delta(h, nr, key, &c, &seconds);

	if (found < 0)
		return found;
	*p = (struct trend_point){ .nr = nr + 1 };
	if (!found || !(seconds > 0))
		return 0;
	p->seconds = seconds;
	p->faults = (double)counters_sum(c.s2.fault, KVMMT_FAULT_NR + 1) / seconds;
	p->invalidations = (double)counters_invalidations(&c.s2) / seconds;
	return 0;
}

int trend_follow(struct trend *t, const struct history *h, __u64 nr, const struct kvmmt_vm_key *key)
{
	__u64 first = nr < TREND_NR ? 0 : nr + 1 - TREND_NR, i;
	size_t filled = 0;
	int err = 0;

	if (model_key_order(&t->key, key))
		trend_forget(t);
	t->key = *key;
	t->last = nr;
	if (first < history_begin(h))
		first = history_begin(h);
	for (i = nr + 1; !err && filled < TREND_FILL && i-- > first;) {
		struct trend_point *p = &t->points[i % TREND_NR];

		if (p->nr == i + 1)
			continue;
		err = look_up(p, h, i, key);
		filled += history_sample_bytes(h, i);
	}
	return err;
}

void trend_forget(struct trend *t)
{
	memset(t, 0, sizeof(*t));
}

const struct trend_point *trend_at(const struct trend *t, __u64 ago)
{
	const struct trend_point *p = &t->points[(t->last - ago) % TREND_NR];

	return ago < TREND_NR && ago <= t->last && p->nr == t->last - ago + 1 && p->seconds > 0 ? p : NULL;
}
