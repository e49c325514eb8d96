/* SPDX-License-Identifier: GPL-2.0 */
/* The counters that are arrays by type, by reason or by time, as tables. */
#ifndef BREAKDOWN_H
#define BREAKDOWN_H

#include "model.h"

struct breakdown {
	const char *name;	/* JSON key */
	const char *head;	/* in a sentence */
	__u32 kinds;		/* the tracepoints that feed it, bit by kind */
	size_t counts, bytes;	/* offsets in struct model_counts; .bytes 0: none */
	size_t nr;		/* places, the one of unknown reasons with them */
	const char *(*word)(unsigned int);
	const char *(*why)(unsigned int);
};

extern const struct breakdown breakdowns[];
extern const size_t nr_breakdowns;

/* Those that are histograms of times */
struct histogram {
	const char *name;	/* JSON key */
	const char *head;	/* in a sentence */
	__u32 kinds;
	size_t times;		/* offset in struct model_counts */
};

extern const struct histogram histograms[];
extern const size_t nr_histograms;

static inline const struct kvmmt_times *histogram_times(const struct histogram *h,
							const struct model_counts *c)
{
	return (const struct kvmmt_times *)((const char *)c + h->times);
}

static inline const __u64 *breakdown_counts(const struct breakdown *b, const struct model_counts *c)
{
	return (const __u64 *)((const char *)c + b->counts);
}

static inline const __u64 *breakdown_bytes(const struct breakdown *b, const struct model_counts *c)
{
	return b->bytes ? (const __u64 *)((const char *)c + b->bytes) : NULL;
}

#endif
