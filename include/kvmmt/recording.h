/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file format of recordings, as docs/kvmmt.data.5 describes it: a chain of
 * frames, each checksummed and complete in itself. Data first: what a frame's
 * header holds, its limits, and what the first frame says of the host.
 */
#ifndef KVMMT_RECORDING_H
#define KVMMT_RECORDING_H

#include "event.h"

#define KVMMT_RECORDING_VERSION 1	/* a reader refuses what is above its own */

#define KVMMT_FRAME_MAGIC 0x524d564bu	/* "KVMR" */
#define KVMMT_FRAME_BYTES 44		/* of the header, little-endian, no holes */

/* X(NAME, number, "what it is") */
#define KVMMT_FRAMES(X)                                                     \
	X(HOST, 1, "host facts and the schema, as text; the first frame")   \
	X(EVENTS, 2, "events, by columns, compressed with zstd")            \
	X(SAMPLE, 3, "a live run read its counters at this time")           \
	X(END, 4, "the recording was closed in order")                      \
	X(SLOTS, 5, "a VM's memslots, from here on")                        \
	X(ORIGINS, 6, "what memory the refusals of the next frame were about")

#define X(name, number, ...) KVMMT_FRAME_##name = (number),
enum kvmmt_frame_type { KVMMT_FRAMES(X) };
#undef X

struct kvmmt_frame {
	__u32 type;		/* enum kvmmt_frame_type; others are left out */
	__u32 stored_bytes;	/* that follow the header */
	__u32 raw_bytes;	/* of them after decompression */
	__u32 events;		/* SAMPLE: 1 if it is the last, for the totals */
	__u32 payload_crc;	/* CRC-32 of the stored bytes */
	__u64 first_ns;		/* times of the events in it */
	__u64 last_ns;
};

/* What a reader takes at most, so that no file makes it allocate more. */
#define KVMMT_FRAME_STORED_MAX (8u << 20)
#define KVMMT_FRAME_RAW_MAX    (16u << 20)
#define KVMMT_FRAME_EVENTS_MAX 65536u

/* What the writer puts into a frame; a frame is what a crash can cost. */
#define KVMMT_EVENTS_PER_FRAME 8192u

#endif
