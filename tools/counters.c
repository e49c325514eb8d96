// SPDX-License-Identifier: GPL-2.0
/* See counters.h. */
#include "counters.h"

void counters_add(void *sum, const void *value, size_t bytes)
{
	__u64 *s = sum;
	const __u64 *v = value;
	size_t i;

	for (i = 0; i < bytes / sizeof(*s); i++)
		s[i] += v[i];
}

void counters_add_s2(struct kvmmt_counters *sum, const struct kvmmt_counters *c)
{
	const struct kvmmt_counters before = *sum;

	counters_add(sum, c, sizeof(*sum));
	sum->refused_ns = c->refused_ns > before.refused_ns ? c->refused_ns : before.refused_ns;
	sum->vcpus = c->vcpus > before.vcpus ? c->vcpus : before.vcpus;
}

void counters_take(void *sum, const void *value, size_t bytes)
{
	__u64 *s = sum;
	const __u64 *v = value;
	size_t i;

	for (i = 0; i < bytes / sizeof(*s); i++)
		s[i] -= v[i];
}

__u64 counters_outcome(const struct kvmmt_counters *c, enum kvmmt_outcome outcome)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= KVMMT_FAULT_NR; i++)
		if (kvmmt_fault_outcome(i) == outcome)
			sum += c->fault[i];
	return sum;
}

__u64 counters_refused_slots(const struct kvmmt_counters *c)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= KVMMT_SLOT_NR; i++)
		if (i != KVMMT_SLOT_ACCEPTED)
			sum += c->slot[i];
	return sum;
}

__u64 counters_invalidations(const struct kvmmt_counters *c)
{
	return counters_sum(c->inval, KVMMT_INVAL_NR + 1);
}

__u64 counters_sum(const __u64 *values, size_t nr)
{
	__u64 sum = 0;

	while (nr--)
		sum += values[nr];
	return sum;
}

__u64 counters_quantile_ns(const struct kvmmt_times *t, int percent)
{
	__u64 all = counters_sum(t->count, KVMMT_TIMES_NR), seen = 0;
	int i;

	for (i = 0; all && i < KVMMT_TIMES_NR; i++) {
		seen += t->count[i];
		if ((double)seen * 100 >= (double)all * percent)
			return kvmmt_time_bound_ns(i);
	}
	return 0;
}
