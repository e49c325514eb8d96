// SPDX-License-Identifier: GPL-2.0
/*
 * See history.h. A sample is packed as the structs that it consists of, one after the
 * other: first without their zeroes, since most counters are 0, which makes little of
 * much and costs next to nothing; then compressed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "history.h"
#include "model_vms.h"
#include "storms.h"

/* Structs are read and written as words. */
typedef __u64 __attribute__((may_alias)) word;

struct sample {
	__u64 time_ns;
	size_t len, unpacked;
	__u8 *packed;
};

struct history {
	struct sample *samples;	/* ring of .max */
	size_t max, max_bytes, bytes;
	__u64 begin, end;
	ZSTD_CCtx *ctx;
	__u64 *image;		/* of the sample that is being packed */
	size_t room;
};

struct history *history_new(size_t max, size_t max_bytes)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->max = max;
	h->max_bytes = max_bytes;
	h->samples = calloc(max, sizeof(*h->samples));
	h->ctx = ZSTD_createCCtx();
	if (h->samples && h->ctx)
		return h;
	history_free(h);
	return NULL;
}

static struct sample *sample_of(const struct history *h, __u64 nr)
{
	return &h->samples[nr % h->max];
}

static void drop_oldest(struct history *h)
{
	struct sample *s = sample_of(h, h->begin++);

	h->bytes -= s->len;
	free(s->packed);
	s->packed = NULL;
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
	ZSTD_freeCCtx(h->ctx);
	free(h->image);
	free(h->samples);
	free(h);
}

static size_t refusals_bytes(const struct model_vm *vm)
{
	return vm->refusals ? MODEL_REFUSALS * sizeof(*vm->refusals) : 0;
}

static size_t causes_bytes(const struct model_vm *vm)
{
	return vm->causes ? MODEL_CAUSES * sizeof(*vm->causes) : 0;
}

static size_t slots_bytes(const struct model_vm *vm)
{
	return vm->nr_slots * sizeof(*vm->slots);
}

static size_t storm_bytes(const struct model_vm *vm)
{
	return vm->storm ? sizeof(*vm->storm) : 0;
}

static size_t thrash_bytes(const struct model_vm *vm)
{
	return vm->thrash ? sizeof(*vm->thrash) : 0;
}

/* At most: with no zero in it, a word for each 64 or less, and one that does not stay. */
static size_t image_bound(const struct model *m)
{
	size_t bytes = sizeof(*m), i;

	for (i = 0; i < m->nr_vms; i++) {
		const struct model_vm *vm = m->vms[i];

		bytes += sizeof(*vm) + vm->nr_vcpus * sizeof(*vm->vcpus) + refusals_bytes(vm) +
			 causes_bytes(vm) + slots_bytes(vm) + storm_bytes(vm) + thrash_bytes(vm);
	}
	return bytes + bytes / 64 + (2 + 7 * m->nr_vms) * sizeof(__u64);
}

/*
 * For each 64 words of a struct, which of them are not 0, and those. Each is written,
 * and stays if it is not 0: which ones are cannot be foreseen, so that branches cost more.
 */
static __u64 *put(__u64 *to, const void *from, size_t bytes)
{
	const word *words = from;
	size_t i, nr = bytes / sizeof(*words);
	__u64 *which = to;

	for (i = 0; i < nr; i++) {
		if (i % 64 == 0) {
			which = to++;
			*which = 0;
		}
		*to = words[i];
		*which |= (__u64)!!words[i] << i % 64;
		to += !!words[i];
	}
	return to;
}

static const __u64 *get(const __u64 *from, void *to, size_t bytes)
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

/* Returns its size in bytes. */
static size_t put_image(const struct model *m, __u64 *image)
{
	__u64 *to = image;
	size_t i;

	to = put(to, m, sizeof(*m));
	for (i = 0; i < m->nr_vms; i++) {
		const struct model_vm *vm = m->vms[i];

		to = put(to, vm, sizeof(*vm));
		to = put(to, vm->vcpus, vm->nr_vcpus * sizeof(*vm->vcpus));
		to = put(to, vm->refusals, refusals_bytes(vm));
		to = put(to, vm->causes, causes_bytes(vm));
		to = put(to, vm->slots, slots_bytes(vm));
		to = put(to, vm->storm, storm_bytes(vm));
		to = put(to, vm->thrash, thrash_bytes(vm));
	}
	return (to - image) * sizeof(*to);
}

static int pack(struct history *h, struct sample *s)
{
	size_t bound = ZSTD_compressBound(s->unpacked);
	__u8 *packed = malloc(bound), *fitting;

	if (!packed)
		return -ENOMEM;
	s->len = ZSTD_compressCCtx(h->ctx, packed, bound, h->image, s->unpacked, 1);
	if (ZSTD_isError(s->len)) {
		free(packed);
		return -ENOMEM;
	}
	fitting = realloc(packed, s->len);
	s->packed = fitting ? fitting : packed;
	return 0;
}

int history_add(struct history *h, const struct model *m)
{
	struct sample s = { .time_ns = m->now_ns };
	size_t bound = image_bound(m);
	int err;

	if (bound > h->room) {
		__u64 *image = realloc(h->image, bound);

		if (!image)
			return -ENOMEM;
		h->image = image;
		h->room = bound;
	}
	s.unpacked = put_image(m, h->image);
	err = pack(h, &s);
	if (err)
		return err;
	if (h->end - h->begin == h->max)
		drop_oldest(h);
	*sample_of(h, h->end++) = s;
	h->bytes += s.len;
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

/* A copy of what is next in the image; NULL if that is nothing, or if there is no memory. */
static void *take(const __u64 **from, size_t bytes, int *err)
{
	void *copy = bytes ? malloc(bytes) : NULL;

	if (copy)
		*from = get(*from, copy, bytes);
	else if (bytes)
		*err = -ENOMEM;
	return copy;
}

static int take_vm(struct model *m, const __u64 **from)
{
	struct model_vm was, *vm;
	int err = 0;

	*from = get(*from, &was, sizeof(was));
	vm = model_add_vm(m, &was.key);
	if (!vm)
		return -ENOMEM;
	was.vcpus = take(from, was.nr_vcpus * sizeof(*was.vcpus), &err);
	was.refusals = err ? NULL : take(from, refusals_bytes(&was), &err);
	was.causes = err ? NULL : take(from, causes_bytes(&was), &err);
	was.slots = err ? NULL : take(from, slots_bytes(&was), &err);
	was.storm = err ? NULL : take(from, storm_bytes(&was), &err);
	was.thrash = err ? NULL : take(from, thrash_bytes(&was), &err);
	*vm = was;
	return err;
}

static int take_image(struct model *m, const __u64 *from)
{
	size_t nr;
	int err = 0;

	from = get(from, m, sizeof(*m));
	nr = m->nr_vms;
	m->vms = NULL;
	m->nr_vms = m->room = 0;
	m->by_key = m->latest = NULL;
	while (!err && m->nr_vms < nr)
		err = take_vm(m, &from);
	return err;
}

/* The sample's image, to be freed; NULL: no memory. */
static __u64 *unpack(const struct sample *s)
{
	__u64 *image = malloc(s->unpacked);

	if (image && ZSTD_decompress(image, s->unpacked, s->packed, s->len) == s->unpacked)
		return image;
	free(image);
	return NULL;
}

int history_get(const struct history *h, __u64 nr, struct model *m)
{
	__u64 *image = unpack(sample_of(h, nr));
	int err;

	model_free(m);
	err = image ? take_image(m, image) : -ENOMEM;
	free(image);
	return err;
}

static const __u64 *skip(const __u64 *from, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes / sizeof(*from); i += 64)
		from += 1 + __builtin_popcountll(*from);
	return from;
}

int history_delta(const struct history *h, __u64 nr, const struct kvmmt_vm_key *key,
		  struct model_counts *counts, double *seconds)
{
	__u64 *image = unpack(sample_of(h, nr));
	const __u64 *from = image;
	struct model_vm vm = { 0 };
	struct model m = { 0 };
	int found = 0;

	if (!image)
		return -ENOMEM;
	from = get(from, &m, sizeof(m));
	for (; !found && m.nr_vms; m.nr_vms--) {
		from = get(from, &vm, sizeof(vm));
		found = !model_key_order(&vm.key, key);
		from = skip(from, vm.nr_vcpus * sizeof(*vm.vcpus));
		from = skip(from, refusals_bytes(&vm));
		from = skip(from, causes_bytes(&vm));
		from = skip(from, slots_bytes(&vm));
		from = skip(from, storm_bytes(&vm));
		from = skip(from, thrash_bytes(&vm));
	}
	if (found)
		*counts = model_delta(&vm.before, &vm.now);
	*seconds = (double)(m.now_ns - m.before_ns) / 1e9;
	free(image);
	return found;
}
