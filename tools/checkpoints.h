/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moments of a recording that can be returned to without going through all that was
 * before: the model and the replay as they were, packed. Whatever it is long, there are
 * at most CHECKPOINTS_MAX, about as far from each other in work.
 */
#ifndef CHECKPOINTS_H
#define CHECKPOINTS_H

#include "image.h"
#include "model.h"
#include "source_recording.h"

#define CHECKPOINTS_MAX   128
#define CHECKPOINTS_BYTES (64ul << 20)	/* packed, together */

struct checkpoint {
	__u64 time_ns, nr;		/* of the sample, and how many were before it */
	__u64 work;
	struct packed packed;
};

struct checkpoints {
	struct checkpoint all[CHECKPOINTS_MAX];
	size_t nr, bytes;
	__u64 span;			/* work from one to the next; 0: none yet */
	struct image image;		/* of the one that is being packed */
};

/* After sample @nr: keep it if it is far enough from the one before. Returns 0 or -ENOMEM. */
int checkpoints_add(struct checkpoints *c, const struct replay *r, const struct model *m, __u64 nr);
/* The latest that is at least @lead samples before whatever is at @time_ns; NULL: none is. */
const struct checkpoint *checkpoints_before(const struct checkpoints *c, __u64 time_ns, __u64 lead);
/* Makes @m, which is freed before, and @r what they were. Returns 0 or -errno. */
int checkpoint_return(const struct checkpoint *at, struct replay *r, struct model *m);
void checkpoints_clear(struct checkpoints *c);
void checkpoints_free(struct checkpoints *c);

#endif
