// SPDX-License-Identifier: GPL-2.0
/* See image.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "image.h"

/* Structs are read and written as words. */
typedef __u64 __attribute__((may_alias)) word;

void image_begin(struct image *i)
{
	i->nr = 0;
	i->failed = false;
}

/* For @nr words, none of them 0: a word for each 64 or less, and one that does not stay. */
static bool make_room(struct image *i, size_t nr)
{
	size_t room = i->nr + nr + nr / 64 + 2;
	__u64 *words;

	if (room <= i->room)
		return true;
	room += room / 2;
	words = realloc(i->words, room * sizeof(*words));
	if (!words)
		return false;
	i->words = words;
	i->room = room;
	return true;
}

/*
 * Which of at most 64 words are not 0, and those. Each is written, and stays if it is not
 * 0: which ones are cannot be foreseen, so that branches cost more.
 */
static __u64 *put_some(__u64 *to, const word *words, size_t nr)
{
	__u64 *which = to++, bits = 0;
	size_t k;

	for (k = 0; k < nr; k++) {
		*to = words[k];
		bits |= (__u64)!!words[k] << k;
		to += !!words[k];
	}
	*which = bits;
	return to;
}

void image_put(struct image *i, const void *from, size_t bytes)
{
	size_t k, nr = bytes / sizeof(word);
	const word *words = from;
	__u64 *to;

	if (i->failed || !make_room(i, nr)) {
		i->failed = true;
		return;
	}
	to = i->words + i->nr;
	for (k = 0; k < nr; k += 64)
		to = put_some(to, words + k, nr - k < 64 ? nr - k : 64);
	i->nr = to - i->words;
}

const __u64 *image_get(const __u64 *from, void *to, size_t bytes)
{
	__u64 which = 0;
	word *words = to;
	size_t i, nr = bytes / sizeof(*words);

	for (i = 0; i < nr; i++) {
		if (i % 64 == 0)
			which = *from++;
		words[i] = which >> i % 64 & 1 ? *from++ : 0;
	}
	return from;
}

const __u64 *image_skip(const __u64 *from, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*from); i += 64)
		from += 1 + __builtin_popcountll(*from);
	return from;
}

void *image_take(const __u64 **from, size_t bytes, int *err)
{
	void *copy = bytes ? malloc(bytes) : NULL;

	if (copy)
		*from = image_get(*from, copy, bytes);
	else if (bytes)
		*err = -ENOMEM;
	return copy;
}

int image_pack(struct image *i, struct packed *p)
{
	size_t bytes = i->nr * sizeof(*i->words), bound = ZSTD_compressBound(bytes);
	__u8 *packed, *fitting;

	if (!i->zstd)
		i->zstd = ZSTD_createCCtx();
	packed = i->zstd && !i->failed ? malloc(bound) : NULL;
	if (!packed)
		return -ENOMEM;
	p->unpacked = bytes;
	p->len = ZSTD_compressCCtx(i->zstd, packed, bound, i->words, bytes, 1);
	if (ZSTD_isError(p->len)) {
		free(packed);
		return -ENOMEM;
	}
	fitting = realloc(packed, p->len);
	p->bytes = fitting ? fitting : packed;
	return 0;
}

void image_free(struct image *i)
{
	ZSTD_freeCCtx(i->zstd);
	free(i->words);
	memset(i, 0, sizeof(*i));
}

__u64 *packed_open(const struct packed *p)
{
	__u64 *image = malloc(p->unpacked);

	if (image && ZSTD_decompress(image, p->unpacked, p->bytes, p->len) == p->unpacked)
		return image;
	free(image);
	return NULL;
}

void packed_free(struct packed *p)
{
	free(p->bytes);
	memset(p, 0, sizeof(*p));
}
