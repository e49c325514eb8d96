/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structs packed one after the other: first without their zeroes, since most counters are
 * 0, which makes little of much and costs next to nothing; then compressed. Their sizes
 * are multiples of 8; pointers in them are as they were.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* One that is written; its memory is used again for the next. */
struct image {
	__u64 *words;
	size_t nr, room;
	bool failed;	/* no memory: image_pack() tells */
	void *zstd;
};

struct packed {
	__u8 *bytes;
	size_t len, unpacked;
};

void image_begin(struct image *i);
void image_put(struct image *i, const void *from, size_t bytes);
/* Returns 0 or -ENOMEM. */
int image_pack(struct image *i, struct packed *p);
void image_free(struct image *i);

/* The image again, to be freed; NULL: no memory. */
__u64 *packed_open(const struct packed *p);
void packed_free(struct packed *p);
/* What was put is got in the same order; returns where the next begins. */
const __u64 *image_get(const __u64 *from, void *to, size_t bytes);
const __u64 *image_skip(const __u64 *from, size_t bytes);
/* A copy of what is next; NULL: it is of no @bytes, or there is no memory, as *@err says. */
void *image_take(const __u64 **from, size_t bytes, int *err);

#endif
