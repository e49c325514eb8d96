/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Recordings: writing them to a file or keeping the latest in memory, and reading
 * them back, damaged or not. The format is that of kvmmt/recording.h.
 */
#ifndef RECORDING_H
#define RECORDING_H

#include <sys/types.h>
#include "codec.h"
#include "host.h"
#include "slots.h"

/* What the first frame says; host.tracepoint: the kinds that were recorded. */
struct recording_info {
	struct host host;
	char hostname[65];
	__s64 realtime_ns;	/* CLOCK_REALTIME minus CLOCK_MONOTONIC */
	bool refusals_only;
	bool samples;		/* it was made by a run that took samples */
};

/* host_frame.c: its text. Returns its length, 0 if there is no memory; free(*text). */
size_t host_frame_write(const struct recording_info *info, char **text);
/* Returns 0, -EPROTONOSUPPORT: of a later version, or -EBADMSG. */
int host_frame_read(const char *text, size_t len, struct recording_info *info, struct schema *schema);

/* frame.c */
void frame_put(__u8 *to, const struct kvmmt_frame *f);
/* Is this KVMMT_FRAME_BYTES of a sound header within the limits? */
bool frame_get(const __u8 *from, struct kvmmt_frame *f);
__u32 frame_crc(const void *bytes, size_t len);

/* slots_frame.c: the inside of SLOTS and ORIGINS frames */
#define RECORDING_ORIGINS   32	/* before one frame of events */
#define SLOTS_FRAME_BYTES   (KVMMT_MAX_SLOTS * 192 + 256)
#define ORIGINS_FRAME_BYTES (RECORDING_ORIGINS * 192)

/* To @to of so many bytes; returns how many it takes. */
size_t slots_frame_write(const struct vm_entry *vm, const struct vm_slots *s, __u8 *to);
size_t origins_frame_write(const struct refused *r, size_t nr, __u8 *to);
/* Returns 0 or -EBADMSG. @r has room for RECORDING_ORIGINS. */
int slots_frame_read(const __u8 *from, size_t len, struct vm_entry *vm, struct vm_slots *s);
int origins_frame_read(const __u8 *from, size_t len, struct refused *r, size_t *nr);

/* frame_ring.c: the latest frames, in memory */
struct frame_ring;
struct frame_ring *frame_ring_new(size_t max_bytes, __u64 max_ns);	/* 0: no limit */
void frame_ring_free(struct frame_ring *r);
int frame_ring_add(struct frame_ring *r, const __u8 *frame, size_t len, __u64 last_ns);
/* Hand all to @fn, oldest first. Stops at an error, which it returns. */
int frame_ring_each(const struct frame_ring *r,
		    int (*fn)(void *ctx, const __u8 *frame, size_t len), void *ctx);
void frame_ring_clear(struct frame_ring *r);

/*
 * writer.c. All return 0 or -errno; after an error the file ends with its last
 * whole frame, and nothing more is written.
 */
struct writer;

/* Fill in .slot and .backing of what @e, a refusal, was about. */
typedef void (*origin_fn)(void *ctx, const struct kvmmt_event *e, struct refused *to);

struct writer_count {
	__u64 events, lost, bytes;
};

/* @name gives VMs their names. NULL: no memory. */
struct writer *writer_new(const struct recording_info *info, vm_entry_fn name, void *ctx);
void writer_free(struct writer *w);
/* From now on it asks @origin what refused memory was, with the @ctx of the names. */
void writer_ask_origins(struct writer *w, origin_fn origin);
/* From now on to @path, "-" is standard output; what was there is replaced. */
int writer_open(struct writer *w, const char *path);
int writer_close(struct writer *w);
/* From now on into memory, the latest bytes or time; 0: no limit. */
int writer_keep(struct writer *w, size_t max_bytes, __u64 max_ns);
/* What is in memory to @path; then it is forgotten. If that fails it is kept, and so is more. */
int writer_snapshot(struct writer *w, const char *path);
int writer_event(struct writer *w, const struct kvmmt_event *e);
/* Counters were read at @time_ns: replay shows tables of that time. @last: the totals. */
int writer_sample(struct writer *w, __u64 time_ns, bool last);
/*
 * These are the VM's memslots at @time_ns; each file begins with all VMs'. Returns
 * -ENOSPC if there are too many: then all are forgotten.
 */
int writer_slots(struct writer *w, const struct vm_slots *s, __u64 time_ns);
bool writer_has_slots(const struct writer *w, struct vm_slots_key key);
/* The VM is gone. In memory its slots stay, as its events do. */
void writer_forget_slots(struct writer *w, struct vm_slots_key key);
/* No event before @time_ns will come any more. */
int writer_settled(struct writer *w, __u64 time_ns);
/* What there is becomes a frame. */
int writer_flush(struct writer *w);
/* Written or kept, of this file; the bytes without what waits for its frame. */
struct writer_count writer_count(const struct writer *w);

/* reader.c */
struct reader;

enum reader_item { READER_END, READER_EVENTS, READER_SAMPLE, READER_SLOTS, READER_ORIGINS };

/* What was found wrong so far. */
struct reader_state {
	__u64 damaged_frames, damaged_events;
	__u64 damaged_bytes;	/* passed over in search of a frame */
	__u64 cut_bytes;	/* of a frame that the file ends in */
	__u64 unknown_events;	/* of kinds that this kvmmt does not know */
	__u64 unknown_frames;	/* passed over, as are those events */
	bool complete;		/* it was closed in order */
};

/*
 * "-" is standard input. Returns 0 and *@r, or -errno: -ENODATA: empty, -ENOEXEC:
 * not a recording, -EPROTONOSUPPORT: of a later version, -EBADMSG: its first frame
 * is damaged.
 */
int reader_open(struct reader **r, const char *path);
void reader_close(struct reader *r);
const struct recording_info *reader_info(const struct reader *r);
const struct reader_state *reader_state(const struct reader *r);
/* The next frame that is sound: READER_*, or -errno. */
int reader_next(struct reader *r);
/* From now on pass over what was before that, but for slots; its frames are not checked. */
void reader_skip(struct reader *r, __u64 from_ns);
/* Of the frame that reader_next() found, until its next call. */
const struct decoded *reader_events(const struct reader *r);
/* @vm: whose they are */
const struct vm_slots *reader_slots(const struct reader *r, const struct vm_entry **vm);
/* Of refusals in the frame of events that is next */
const struct refused *reader_origins(const struct reader *r, size_t *nr);
const struct kvmmt_frame *reader_frame(const struct reader *r);
/* Back to the first frame. -ESPIPE where that cannot be. */
int reader_rewind(struct reader *r);

/* Where the frame is that reader_next() found, and what was wrong before it. */
struct reader_place {
	__u64 at_bytes;
	struct reader_state state;
};
/* Returns 0, or -ESPIPE where nobody can come back to it. */
int reader_place(const struct reader *r, struct reader_place *place);
/* reader_next() finds that frame again. Returns 0 or -errno. */
int reader_return(struct reader *r, const struct reader_place *place);

/* The file's size and how much of it is read, in bytes; 0: unknown. */
void reader_progress(const struct reader *r, __u64 *at, __u64 *size);

/* recording_end.c: the latest time in it; 0: not known, of a pipe, or where a frame is damaged */
__u64 recording_last_ns(const char *path);

/* A sentence for an error of reader_open(). */
const char *reader_error(int err);

#endif
