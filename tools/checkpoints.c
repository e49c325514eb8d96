// SPDX-License-Identifier: GPL-2.0
/* See checkpoints.h. */
#include <errno.h>
#include <stdlib.h>

#include "checkpoints.h"
#include "model_image.h"

/* Work is bytes of the file; a sample is about as much as so many of them. */
#define SAMPLE_BYTES   4096
#define SPAN_BYTES_MIN (1u << 20)

static void drop(struct checkpoints *c, size_t i)
{
	c->bytes -= c->all[i].packed.len;
	packed_free(&c->all[i].packed);
}

/* Every second one, and there will be half as many from now on. */
static void thin(struct checkpoints *c)
{
	size_t i, kept = 0;

	for (i = 0; i < c->nr; i++)
		if (i % 2)
			c->all[kept++] = c->all[i];
		else
			drop(c, i);
	c->nr = kept;
	c->span *= 2;
}

static int pack(struct checkpoints *c, const struct replay *r, const struct model *m,
		struct packed *packed)
{
	int err;

	image_begin(&c->image);
	err = replay_put(r, &c->image);
	if (err)
		return err;
	model_put(m, &c->image);
	return image_pack(&c->image, packed);
}

static __u64 first_span(__u64 size)
{
	return size / CHECKPOINTS_MAX > SPAN_BYTES_MIN ? size / CHECKPOINTS_MAX : SPAN_BYTES_MIN;
}

int checkpoints_add(struct checkpoints *c, const struct replay *r, const struct model *m, __u64 nr)
{
	struct checkpoint new = { .time_ns = m->now_ns, .nr = nr };
	__u64 at_bytes, size;
	int err;

	replay_progress(r, &at_bytes, &size);
	new.work = at_bytes + nr * SAMPLE_BYTES;
	if (!c->span)
		c->span = first_span(size);
	if (new.work < (c->nr ? c->all[c->nr - 1].work : 0) + c->span)
		return 0;
	err = pack(c, r, m, &new.packed);
	if (err)
		return err == -ESPIPE ? 0 : err;
	while (c->nr == CHECKPOINTS_MAX || (c->nr && c->bytes + new.packed.len > CHECKPOINTS_BYTES))
		thin(c);
	c->all[c->nr++] = new;
	c->bytes += new.packed.len;
	return 0;
}

const struct checkpoint *checkpoints_before(const struct checkpoints *c, __u64 time_ns, __u64 lead)
{
	size_t nr = c->nr, i;

	while (nr && c->all[nr - 1].time_ns > time_ns)
		nr--;
	for (i = nr; i && c->all[i - 1].nr + lead > c->all[nr - 1].nr; i--)
		;
	return i ? &c->all[i - 1] : NULL;
}

int checkpoint_return(const struct checkpoint *at, struct replay *r, struct model *m)
{
	__u64 *image = packed_open(&at->packed);
	const __u64 *from = image;
	int err = image ? replay_take(r, &from) : -ENOMEM;

	if (!err) {
		model_free(m);
		err = model_take(m, &from);
	}
	free(image);
	return err;
}

void checkpoints_clear(struct checkpoints *c)
{
	while (c->nr)
		drop(c, --c->nr);
	c->span = 0;
}

void checkpoints_free(struct checkpoints *c)
{
	checkpoints_clear(c);
	image_free(&c->image);
}
