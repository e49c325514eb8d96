// SPDX-License-Identifier: GPL-2.0
/* The latest frames in memory, for the flight recorder: see recording.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

struct kept {
	struct kept *next;
	__u64 last_ns;
	size_t len;
	__u8 frame[];
};

struct frame_ring {
	struct kept *first, **end;
	size_t bytes, max_bytes;
	__u64 max_ns;
};

struct frame_ring *frame_ring_new(size_t max_bytes, __u64 max_ns)
{
	struct frame_ring *r = calloc(1, sizeof(*r));

	if (r) {
		r->end = &r->first;
		r->max_bytes = max_bytes;
		r->max_ns = max_ns;
	}
	return r;
}

static void drop_first(struct frame_ring *r)
{
	struct kept *k = r->first;

	r->first = k->next;
	if (!r->first)
		r->end = &r->first;
	r->bytes -= k->len;
	free(k);
}

void frame_ring_clear(struct frame_ring *r)
{
	while (r->first)
		drop_first(r);
}

void frame_ring_free(struct frame_ring *r)
{
	if (r)
		frame_ring_clear(r);
	free(r);
}

static bool too_old(const struct frame_ring *r, const struct kept *k, __u64 now_ns)
{
	return r->max_ns && k->last_ns < now_ns && now_ns - k->last_ns > r->max_ns;
}

int frame_ring_add(struct frame_ring *r, const __u8 *frame, size_t len, __u64 last_ns)
{
	struct kept *k = malloc(sizeof(*k) + len);

	if (!k)
		return -ENOMEM;
	k->next = NULL;
	k->last_ns = last_ns;
	k->len = len;
	memcpy(k->frame, frame, len);
	*r->end = k;
	r->end = &k->next;
	r->bytes += len;
	while (r->first != k &&
	       (too_old(r, r->first, last_ns) || (r->max_bytes && r->bytes > r->max_bytes)))
		drop_first(r);
	return 0;
}

int frame_ring_each(const struct frame_ring *r,
		    int (*fn)(void *ctx, const __u8 *frame, size_t len), void *ctx)
{
	const struct kept *k;
	int err = 0;

	for (k = r->first; k && !err; k = k->next)
		err = fn(ctx, k->frame, k->len);
	return err;
}
