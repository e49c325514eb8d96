/* SPDX-License-Identifier: GPL-2.0 */
/* A live run that is being recorded: the writer, and the names of its VMs. */
#ifndef RECORDER_H
#define RECORDER_H

#include "recording.h"
#include "source_live.h"

#define RECORDER_MET	 1024
#define RECORDER_CHANGED 16	/* read at a time; others wait for their next event */

struct recorder {
	struct writer *writer;
	void *names;		/* tsearch() tree of VMs by address and pid */
	size_t nr_names;
	struct live *live;
	struct slot_reader *slots;	/* NULL: they cannot be had */
	struct vm_slots_key met[RECORDER_MET]; /* VMs that were met, by address, as many as fit */
	struct vm_slots_key changed[RECORDER_CHANGED]; /* whose slots have to be read */
	size_t nr_changed;
};

/* All events, only refusals, or all and the times of a live run's samples */
enum recorder_what { RECORD_EVENTS, RECORD_REFUSALS, RECORD_SAMPLES };

/* @kinds: those that are recorded, bit by kind. Returns 0 or -ENOMEM. */
int recorder_open(struct recorder *r, const struct host *host, __u32 kinds, enum recorder_what what);
void recorder_close(struct recorder *r);

/*
 * Record also what is known of VMs' memory: their slots, and what refusals were about.
 * To be called before the writer is told where to write.
 */
void recorder_follow(struct recorder *r, struct live *live);
/* As writer_event() and writer_settled(), with that. */
int recorder_event(struct recorder *r, const struct kvmmt_event *e);
int recorder_settled(struct recorder *r, __u64 time_ns);

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
