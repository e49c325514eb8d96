// SPDX-License-Identifier: GPL-2.0
/* Where a recording is, to an image and back: see source_recording.h. */
#include <errno.h>

#include "source_recording_state.h"

/* Where it is. */
struct place {
	struct reader_place frame;
	__u64 at, now_ns, idle, over;
};

int replay_put(const struct replay *r, struct image *to)
{
	struct place place = { .at = r->at, .now_ns = r->now_ns, .idle = r->idle,
			       .over = r->over };
	int err = reader_place(r->reader, &place.frame);

	if (err)
		return err;
	image_put(to, &place, sizeof(place));
	replay_memory_put(&r->memory, to);
	replay_vms_put(r->vms, r->now_ns, to);
	return 0;
}

int replay_take(struct replay *r, const __u64 **from)
{
	struct place place;
	int err;

	*from = image_get(*from, &place, sizeof(place));
	err = reader_return(r->reader, &place.frame);
	if (err)
		return err;
	r->item = reader_next(r->reader);
	r->frame = r->item == READER_EVENTS ? reader_events(r->reader) : NULL;
	r->at = place.at;
	r->over = place.over;
	err = replay_memory_take(&r->memory, from);
	if (err)
		return err;
	r->now_ns = place.now_ns;
	r->idle = place.idle;
	replay_vms_free(r->vms);
	r->vms = replay_vms_new(r->names, r->nr_names);
	err = r->vms ? replay_vms_take(r->vms, from) : -ENOMEM;
	return r->item < 0 ? r->item : err;
}
