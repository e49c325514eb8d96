/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command of the operator's that is run for each message, one after the other, with the
 * message's fields as its environment and the last of them on its standard input. What fails is
 * tried again; what comes meanwhile waits, up to a limit. A VM's messages keep their
 * order; those of other VMs do not wait for them. Reads no clock.
 */
#ifndef HOOK_H
#define HOOK_H

#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#define HOOK_BACKLOG  64
#define HOOK_TRIES    8		/* after 2, 4 … 128 s: a receiver may be away for four minutes */
#define HOOK_LIMIT_NS (30 * 1000000000ull) /* a run that takes longer is killed */

struct hook_message {
	char **env;
	char *vm;
	const char *input;	/* part of .env */
	__u64 due_ns;		/* the next try; 0: at once */
	int tries;
};

struct hook {
	const char *command;	/* for /bin/sh; NULL: nothing is run */
	struct hook_message waiting[HOOK_BACKLOG]; /* the oldest first */
	size_t nr;
	size_t running;		/* the message that it runs for, if .pid */
	pid_t pid;		/* 0: none runs */
	__u64 since_ns;		/* it runs */
	__u64 done, failed, dropped; /* messages */
};

/*
 * Take "NAME=value" @fields, @nr of them, a message about @vm; the last one's value is
 * what the command can read. If too many wait, the oldest of the VM that most are about
 * is dropped.
 */
void hook_add(struct hook *h, const char *vm, const char *const *fields, size_t nr);
/* Now and then: look after the one that runs, start the next. */
void hook_step(struct hook *h, __u64 now_ns);
/* Forget what waits; what runs ends by itself. Returns how many nobody was told of. */
size_t hook_free(struct hook *h);

#endif
