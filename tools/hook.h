/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command of the operator's that is run for each message, one after the other, with the
 * message's fields as its environment. What fails is tried again; what comes meanwhile
 * waits, up to a limit. Reads no clock.
 */
#ifndef HOOK_H
#define HOOK_H

#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#define HOOK_BACKLOG  64
#define HOOK_TRIES    8		/* after 2, 4 … 128 s: a receiver may be away for four minutes */
#define HOOK_LIMIT_NS (30 * 1000000000ull) /* a run that takes longer is killed */

struct hook {
	const char *command;	/* for /bin/sh; NULL: nothing is run */
	char **waiting[HOOK_BACKLOG]; /* environments, the oldest first */
	size_t nr;
	pid_t pid;		/* runs for waiting[0]; 0: none */
	__u64 since_ns;		/* it runs, or the next try is due */
	int tries;
	__u64 done, failed, dropped; /* messages */
};

/* Take "NAME=value" @fields, @nr of them, as an environment; dropped if too many wait. */
void hook_add(struct hook *h, const char *const *fields, size_t nr);
/* Now and then: look after the one that runs, start the next. */
void hook_step(struct hook *h, __u64 now_ns);
/* Forget what waits; what runs ends by itself. */
void hook_free(struct hook *h);

#endif
