/* SPDX-License-Identifier: GPL-2.0 */
/* Sums of what was counted. */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stddef.h>
#include <kvmmt/counters.h>

/* Structs of counts alone, of @bytes: *sum += *value, *sum -= *value */
void counters_add(void *sum, const void *value, size_t bytes);
void counters_take(void *sum, const void *value, size_t bytes);
/* *sum += *c; of the times of refusals, the later stays. */
void counters_add_s2(struct kvmmt_counters *sum, const struct kvmmt_counters *c);

/* Sums over reasons. */
__u64 counters_outcome(const struct kvmmt_counters *c, enum kvmmt_outcome outcome);
__u64 counters_refused_slots(const struct kvmmt_counters *c);
__u64 counters_invalidations(const struct kvmmt_counters *c);

__u64 counters_sum(const __u64 *values, size_t nr);
/*
 * The bound that at least @percent of the times are not above: 0 if there are none, ~0
 * if that is beyond the last bound.
 */
__u64 counters_quantile_ns(const struct kvmmt_times *t, int percent);

#endif
