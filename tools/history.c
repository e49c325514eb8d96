// SPDX-License-Identifier: GPL-2.0
/* See history.h. */
#include <errno.h>
#include <stdlib.h>

#include "history.h"
#include "model_image.h"

struct sample {
	__u64 time_ns;
	struct packed packed;
};

struct history {
	struct sample *samples;	/* ring of .max */
	size_t max, max_bytes, bytes;
	__u64 begin, end;
	struct image image;	/* of the sample that is being packed */
};

struct history *history_new(size_t max, size_t max_bytes)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->max = max;
	h->max_bytes = max_bytes;
	h->samples = calloc(max, sizeof(*h->samples));
	if (h->samples)
		return h;
	free(h);
	return NULL;
}

static struct sample *sample_of(const struct history *h, __u64 nr)
{
	return &h->samples[nr % h->max];
}

static void drop_oldest(struct history *h)
{
	struct sample *s = sample_of(h, h->begin++);

	h->bytes -= s->packed.len;
	packed_free(&s->packed);
}

void history_clear(struct history *h)
{
	while (h->begin < h->end)
		drop_oldest(h);
	h->begin = h->end = 0;
}

void history_free(struct history *h)
{
	if (!h)
		return;
	history_clear(h);
	image_free(&h->image);
	free(h->samples);
	free(h);
}

int history_add(struct history *h, const struct model *m)
{
	struct sample s = { .time_ns = m->now_ns };
	int err;

	image_begin(&h->image);
	model_put(m, &h->image);
	err = image_pack(&h->image, &s.packed);
	if (err)
		return err;
	if (h->end - h->begin == h->max)
		drop_oldest(h);
	*sample_of(h, h->end++) = s;
	h->bytes += s.packed.len;
	while (h->bytes > h->max_bytes && h->begin + 1 < h->end)
		drop_oldest(h);
	return 0;
}

__u64 history_begin(const struct history *h)
{
	return h->begin;
}

__u64 history_end(const struct history *h)
{
	return h->end;
}

__u64 history_begin_ns(const struct history *h)
{
	return sample_of(h, h->begin)->time_ns;
}

size_t history_bytes(const struct history *h)
{
	return h->bytes;
}

size_t history_sample_bytes(const struct history *h, __u64 nr)
{
	return sample_of(h, nr)->packed.unpacked;
}

__u64 history_at(const struct history *h, __u64 time_ns)
{
	__u64 low = h->begin, high = h->end;

	while (low < high) {
		__u64 mid = low + (high - low) / 2;

		if (sample_of(h, mid)->time_ns <= time_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low > h->begin ? low - 1 : h->begin;
}

int history_get(const struct history *h, __u64 nr, struct model *m)
{
	__u64 *image = packed_open(&sample_of(h, nr)->packed);
	const __u64 *from = image;
	int err;

	model_free(m);
	err = image ? model_take(m, &from) : -ENOMEM;
	free(image);
	return err;
}

int history_delta(const struct history *h, __u64 nr, const struct kvmmt_vm_key *key,
		  struct model_counts *counts, double *seconds)
{
	__u64 *image = packed_open(&sample_of(h, nr)->packed);
	struct model_vm vm = { 0 };
	struct model m = { 0 };
	int found;

	if (!image)
		return -ENOMEM;
	found = model_find_in_image(image, key, &m, &vm);
	if (found)
		*counts = model_delta(&vm.before, &vm.now);
	*seconds = (double)(m.now_ns - m.before_ns) / 1e9;
	free(image);
	return found;
}
