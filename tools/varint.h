/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of variable length: seven bits a byte, least significant first. */
#ifndef VARINT_H
#define VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/types.h>

#define VARINT_MAX 10	/* bytes that one can take */

/* Bytes that are being read. `bad` once something was not there. */
struct span {
	const __u8 *at, *end;
	bool bad;
};

/* Small differences of either sign become small numbers. */
static inline __u64 zigzag(__u64 v)
{
	return v << 1 ^ (__u64)((__s64)v >> 63);
}

static inline __u64 unzigzag(__u64 v)
{
	return v >> 1 ^ -(v & 1);
}

/* @to has VARINT_MAX bytes; returns what is behind the last one written. */
static inline __u8 *varint_put(__u8 *to, __u64 v)
{
	while (v >= 0x80) {
		*to++ = v | 0x80;
		v >>= 7;
	}
	*to++ = v;
	return to;
}

static inline __u64 varint_get(struct span *s)
{
	__u64 v = 0;
	int shift;

	for (shift = 0; shift < 70 && s->at < s->end; shift += 7) {
		__u8 byte = *s->at++;

		v |= (__u64)(byte & 0x7f) << (shift & 63);
		if (byte < 0x80)
			return v;
	}
	s->bad = true;
	return 0;
}

/* The next @len bytes as a span of their own. */
static inline struct span span_take(struct span *s, __u64 len)
{
	struct span part = { s->at, s->at, false };

	if (s->bad || len > (__u64)(s->end - s->at)) {
		s->bad = part.bad = true;
		return part;
	}
	part.end = s->at += len;
	return part;
}

static inline void put_le32(__u8 *to, __u32 v)
{
	to[0] = v;
	to[1] = v >> 8;
	to[2] = v >> 16;
	to[3] = v >> 24;
}

static inline __u32 get_le32(const __u8 *from)
{
	return from[0] | from[1] << 8 | from[2] << 16 | (__u32)from[3] << 24;
}

static inline __u64 get_le64(const __u8 *from)
{
	return get_le32(from) | (__u64)get_le32(from + 4) << 32;
}

static inline void put_le64(__u8 *to, __u64 v)
{
	put_le32(to, v);
	put_le32(to + 4, v >> 32);
}

#endif
