/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of writer.c share. */
#ifndef WRITER_STATE_H
#define WRITER_STATE_H

#include <zstd.h>

#include "recording.h"

#define SAMPLES	 64		/* that can wait for the events before them */

struct writer {
	struct encoder *encoder;
	vm_entry_fn name;
	origin_fn origin;
	void *ctx;
	struct slot_table slots;	/* which each file begins with */
	__u64 slots_ns;			/* when they were read last */
	struct refused origins[RECORDING_ORIGINS]; /* of refusals among .events */
	size_t nr_origins;
	ZSTD_CCtx *zstd;
	__u8 *host, *frame;	/* the first frame; the one being made */
	size_t host_len, room;
	struct kvmmt_event events[KVMMT_EVENTS_PER_FRAME];
	size_t nr;
	struct kvmmt_frame samples[SAMPLES];
	size_t nr_samples;
	__u64 first_ns, last_ns;	/* of all events */
	int fd;
	bool regular;			/* a file that can be cut */
	struct frame_ring *ring;	/* where frames go if there is no file */
	struct writer_count count;
	int err;
};

/* writer.c: w->frame has @room bytes. 0 or -ENOMEM. */
int writer_make_room(struct writer *w, size_t room);
/* @f, its payload stands in @frame where it goes, to the file or into memory; w->err. */
int writer_emit(struct writer *w, __u8 *frame, struct kvmmt_frame f);

/* writer_memory.c: @e is a refusal and the next event */
void writer_note_origin(struct writer *w, const struct kvmmt_event *e);
/* Before the frame of events @f. */
int writer_put_origins(struct writer *w, struct kvmmt_frame f);
/* At the beginning of a file. */
int writer_put_slots(struct writer *w);

#endif
