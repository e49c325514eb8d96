// SPDX-License-Identifier: GPL-2.0
/* The header of a frame, in bytes: see kvmmt/recording.h. */
#include <zlib.h>

#include "recording.h"
#include "varint.h"

__u32 frame_crc(const void *bytes, size_t len)
{
	return crc32(0, bytes, len);
}

void frame_put(__u8 *to, const struct kvmmt_frame *f)
{
	put_le32(to, KVMMT_FRAME_MAGIC);
	put_le32(to + 4, f->type);
	put_le32(to + 8, f->stored_bytes);
	put_le32(to + 12, f->raw_bytes);
	put_le32(to + 16, f->events);
	put_le32(to + 20, f->payload_crc);
	put_le64(to + 24, f->first_ns);
	put_le64(to + 32, f->last_ns);
	put_le32(to + 40, frame_crc(to, 40));
}

/* A fuzzer would never get past a checksum. */
static bool sound(const __u8 *from)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	(void)from;
	return true;
#else
	return get_le32(from + 40) == frame_crc(from, 40);
#endif
}

bool frame_get(const __u8 *from, struct kvmmt_frame *f)
{
	if (get_le32(from) != KVMMT_FRAME_MAGIC || !sound(from))
		return false;
	f->type = get_le32(from + 4);
	f->stored_bytes = get_le32(from + 8);
	f->raw_bytes = get_le32(from + 12);
	f->events = get_le32(from + 16);
	f->payload_crc = get_le32(from + 20);
	f->first_ns = get_le64(from + 24);
	f->last_ns = get_le64(from + 32);
	return f->stored_bytes <= KVMMT_FRAME_STORED_MAX && f->raw_bytes <= KVMMT_FRAME_RAW_MAX &&
	       f->events <= KVMMT_FRAME_EVENTS_MAX;
}
