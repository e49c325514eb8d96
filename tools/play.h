/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording in steps: as the live run sampled it, if it did, or at equal distances from
 * its beginning. A model after a step depends on where that is, not on the way there.
 */
#ifndef PLAY_H
#define PLAY_H

#include "checkpoints.h"
#include "source.h"

struct play {
	struct source *source;		/* its replay at the beginning */
	struct model *model;
	__u64 step_ns;			/* 0: to where the live run sampled */
	bool crowds;			/* a sample also where many VMs are gone: few are kept */
	bool ended;			/* the last step led to the end */
	const volatile int *stop;	/* set by a signal */
	int (*sampled)(void *ctx);	/* after each sample; returns 0 or -errno */
	void *ctx;

	/* For who goes back and forth, all of it optional: */
	struct checkpoints *checkpoints; /* of this recording, empty at the beginning */
	__u64 lead;			/* samples to go through before the one that is asked for */
	bool (*enough)(void *ctx);	/* asked often on the way: shall it end here? */
	int (*jumped)(void *ctx);	/* the model is of elsewhere; returns 0 or -errno */
	bool reset;			/* totals are not from the beginning, until it goes back */

	__u64 nr;			/* samples so far; these are play.c's own */
	__u64 until_ns;			/* of a step that was not finished, or 0 */
};

/* The first sample. Returns 0 or -errno. */
int play_begin(struct play *p);
/*
 * A step on. Returns 1, 0 if nothing comes any more or a signal stopped it, or -errno;
 * -EINTR: it was enough before the step was done, and the next call goes on with it.
 */
int play_step(struct play *p);
/*
 * To the first step at or after @to_ns, also back. Returns 0 or -errno; -ESPIPE: back is
 * not possible in a pipe, and nothing was done; -EINTR: it was enough on the way.
 */
int play_go(struct play *p, __u64 to_ns);
/* From now on in other steps, where it is. Returns 0 or -errno. */
int play_set_step(struct play *p, __u64 step_ns);

#endif
