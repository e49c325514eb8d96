/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a live run's samples were: the model as it was at each of the latest, packed.
 * The oldest are forgotten beyond HISTORY_MAX of them or HISTORY_BYTES.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include "model.h"

#define HISTORY_MAX   3600		/* an hour of seconds */
#define HISTORY_BYTES (32ul << 20)	/* packed, together */

struct history;

struct history *history_new(size_t max, size_t max_bytes);	/* NULL: no memory */
void history_free(struct history *h);

/* Keep the model's sample. Returns 0 or -ENOMEM. */
int history_add(struct history *h, const struct model *m);

/*
 * Which sample: they are numbered as they come. The oldest that is kept; one beyond the
 * latest; the latest that was not after @time_ns, or the oldest.
 */
__u64 history_begin(const struct history *h);
__u64 history_end(const struct history *h);
__u64 history_at(const struct history *h, __u64 time_ns);
__u64 history_begin_ns(const struct history *h);	/* the oldest's time */
size_t history_bytes(const struct history *h);
size_t history_sample_bytes(const struct history *h, __u64 nr);	/* to unpack it */

/* Forget all; numbers begin at 0 again. */
void history_clear(struct history *h);

/*
 * What this VM did between sample @nr and the one before it, and in how many seconds.
 * Returns 1, 0: there was no such VM, or -ENOMEM.
 */
int history_delta(const struct history *h, __u64 nr, const struct kvmmt_vm_key *key,
		  struct model_counts *counts, double *seconds);

/* Makes @m, which is freed before, what the model was. Returns 0 or -ENOMEM. */
int history_get(const struct history *h, __u64 nr, struct model *m);

#endif
