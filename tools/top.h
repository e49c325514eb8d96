/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of kvmmt top share: cmd_top.c, dashboard.c. */
#ifndef TOP_H
#define TOP_H

#include "kvmmt.h"
#include "play.h"
#include "ui_past.h"

struct top {
	struct common common;
	struct host host;
	struct source source;
	struct recorder recorder;
	const char *output;	/* a recording of the live run, or NULL */
	struct model model;
	struct play play;	/* of a recording */
	struct checkpoints checkpoints;
	__u64 told_ns;		/* when it was told how far a jump in it is */
	struct ui ui;
	struct screen screen;
	struct past past;
	bool batch;
	struct slot_reader *slots;	/* live, once a VM was looked at */
	const struct model_vm *slots_of;	/* whose were read, */
	__u64 slots_ns;			/* at which sample */
	int cost_fd;		/* open while BPF programs are measured, else -1 */
	bool measured;		/* the sample before was too */
	__u64 cpu_ns;		/* of this process at the last sample */
	int err;
};

/* cmd_top.c: a live run's sample. Returns 0 or -errno. */
int top_sample(struct top *t);
/* Does the recording come through standard input? */
bool top_reads_stdin(const struct top *t);

/* top_slots.c: a VM is looked at: its memslots, once for each sample. Returns 0 or -errno. */
int top_slots(struct top *t);

/* dashboard.c: screens and keys until the user has enough. Returns 0 or -errno. */
int dashboard(struct top *t);

#endif
