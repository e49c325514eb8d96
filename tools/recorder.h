/* SPDX-License-Identifier: GPL-2.0 */
/* A live run that is being recorded: the writer, and the names of its VMs. */
#ifndef RECORDER_H
#define RECORDER_H

#include "recording.h"

struct recorder {
	struct writer *writer;
	void *names;		/* tsearch() tree of VMs by address and pid */
	size_t nr_names;
};


/* @kinds: those that are recorded, bit by kind. Returns 0 or -ENOMEM. */
int recorder_open(struct recorder *r, const struct host *host, __u32 kinds, bool refusals_only);
void recorder_close(struct recorder *r);

/* Names are looked up anew. */
void recorder_rename(struct recorder *r);

/* A vm_entry_fn, @ctx the recorder: a VM has the name it had when it was first met. */
void recorder_identify(void *ctx, struct vm_entry *entry, const char *comm);

/*
 * @path becomes PATH.1, PATH.1 becomes PATH.2, up to PATH.@keep, if PATH is a
 * regular file. Returns 0 or -errno.
 */
int recorder_rotate(const char *path, unsigned int keep);

#endif
