// SPDX-License-Identifier: GPL-2.0
/* See thrash.h. */
#include <stdio.h>

#include "field.h"
#include "names.h"
#include "thrash.h"

#define SHORTEST_NS 400000000ull /* between two looks at rates */

struct sums {
	__u64 walks, lookups, misses, left, most;
	__u32 reason;
};

/* What came from @from to @to. */
static struct sums sum(const struct kvmmt_vncr *from, const struct kvmmt_vncr *to)
{
	struct sums s = { 0 };
	__u32 i;

	for (i = 0; i <= KVMMT_VNCR_WALK_NR; i++)
		s.walks += to->walk[i] - from->walk[i];
	for (i = 0; i <= KVMMT_VNCR_LOOKUP_NR; i++) {
		s.lookups += to->lookup[i] - from->lookup[i];
		if (i != KVMMT_VNCR_LOOKUP_HIT)
			s.misses += to->lookup[i] - from->lookup[i];
	}
	for (i = 0; i <= KVMMT_VNCR_INVAL_NR; i++) {
		__u64 n = to->inval[i] - from->inval[i];

		s.left += n;
		if (n > s.most) {
			s.most = n;
			s.reason = i;
		}
	}
	return s;
}

static double ratio(__u64 part, __u64 all)
{
	return all ? (double)part / (double)all : 0;
}

static bool above(const struct storm_limits *l, const struct sums *s, double seconds, double part)
{
	return (double)s->walks / seconds >= l->walks_per_s * part &&
	       ratio(s->misses, s->lookups) >= l->miss;
}

static void average(struct thrash *t, const struct kvmmt_vncr *now, __u64 now_ns)
{
	const struct sums s = sum(&t->from, now);
	double seconds = (double)(now_ns - t->spell.since_ns) / 1e9;

	t->per_s = seconds > 0 ? (double)s.walks / seconds : 0;
	t->miss = ratio(s.misses, s.lookups);
	t->reason = s.reason;
	t->part = ratio(s.most, s.left);
}

enum storm_change thrash_step(struct thrash *t, const struct storm_limits *l, const struct model *m,
			      const struct model_vm *vm)
{
	const struct kvmmt_vncr *now = &vm->now.vncr;
	enum storm_change change = STORM_SAME;
	struct sums sums;
	double seconds;
	bool high;

	if (vm->gone) {
		change = t->spell.on ? STORM_CLEARED : STORM_SAME;
		t->spell.on = false;
		return change;
	}
	if (!vm->nr_vcpus || (t->last_ns && m->now_ns < t->last_ns + SHORTEST_NS))
		return STORM_SAME;
	if (t->last_ns) {
		seconds = (double)(m->now_ns - t->last_ns) / 1e9;
		sums = sum(&t->last, now);
		high = above(l, &sums, seconds, 1);
		if (high && !t->spell.since_ns) {
			t->spell.since_ns = t->last_ns;
			t->from = t->last;
		}
		if (t->spell.since_ns && !t->spell.calm_ns)
			average(t, now, m->now_ns);
		change = spell_step(&t->spell, l, m->now_ns, high, !above(l, &sums, seconds, 0.5));
	}
	t->last = *now;
	t->last_ns = m->now_ns;
	return change;
}

void thrash_text(const struct thrash *t, const struct model *m, char *buf, size_t len)
{
	char rate[NAME_LEN];
	const char *why = name_vncr_inval_why(t->reason);

	snprintf(buf, len, "%s walks/s for %.0f s, %.0f%% of the lookups missed; %.0f%% of the entries "
		 "left because %s", field_short(t->per_s, FIELD_COUNT, rate),
		 (double)(m->now_ns - t->spell.since_ns) / 1e9, 100 * t->miss, 100 * t->part,
		 why ? why : "of what this kvmmt does not know");
}
