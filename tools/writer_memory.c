// SPDX-License-Identifier: GPL-2.0
/* What a recording says of VMs' memory: their slots, and what refusals were about. */
#include <errno.h>

#include "writer_state.h"

void writer_ask_origins(struct writer *w, origin_fn origin)
{
	w->origin = origin;
}

/* What @e, a refusal, was about, once for each frame. */
void writer_note_origin(struct writer *w, const struct kvmmt_event *e)
{
	struct refused r = { .vm = { e->vm, e->pid }, .hva = kvmmt_origin_hva(e), .slot = -1 };
	size_t i;

	for (i = 0; i < w->nr_origins; i++)
		if (same_vm_slots(w->origins[i].vm, r.vm) && w->origins[i].hva == r.hva)
			return;
	if (i == RECORDING_ORIGINS)
		return;
	w->origin(w->ctx, e, &r);
	w->origins[w->nr_origins++] = r;
}

/* Leaves those of which nothing is known out. */
static size_t known_origins(struct writer *w)
{
	size_t i, nr = 0;

	for (i = 0; i < w->nr_origins; i++)
		if (refused_known(&w->origins[i]))
			w->origins[nr++] = w->origins[i];
	w->nr_origins = 0;
	return nr;
}

int writer_put_origins(struct writer *w, struct kvmmt_frame f)
{
	f.events = known_origins(w);
	if (!f.events || w->err)
		return w->err;
	w->err = writer_make_room(w, KVMMT_FRAME_BYTES + ORIGINS_FRAME_BYTES);
	if (w->err)
		return w->err;
	f.type = KVMMT_FRAME_ORIGINS;
	f.stored_bytes = f.raw_bytes =
		origins_frame_write(w->origins, f.events, w->frame + KVMMT_FRAME_BYTES);
	return writer_emit(w, w->frame, f);
}

static int put_slots(void *ctx, const struct vm_slots *s)
{
	struct vm_entry vm = { .vm = s->key.vm, .pid = s->key.pid };
	struct kvmmt_frame f = { .type = KVMMT_FRAME_SLOTS, .events = s->nr };
	struct writer *w = ctx;

	if (!w->err)
		w->err = writer_make_room(w, KVMMT_FRAME_BYTES + SLOTS_FRAME_BYTES);
	if (w->err)
		return w->err;
	w->name(w->ctx, &vm, "");
	f.first_ns = f.last_ns = w->slots_ns;
	f.stored_bytes = f.raw_bytes = slots_frame_write(&vm, s, w->frame + KVMMT_FRAME_BYTES);
	return writer_emit(w, w->frame, f);
}

int writer_put_slots(struct writer *w)
{
	return slot_table_each(&w->slots, put_slots, w);
}

int writer_slots(struct writer *w, const struct vm_slots *s, __u64 time_ns)
{
	int changed = slot_table_put(&w->slots, s);

	w->slots_ns = time_ns;
	if (changed == -ENOSPC)
		slot_table_clear(&w->slots);
	if (changed <= 0)
		return changed;
	return w->ring || w->fd < 0 ? w->err : put_slots(w, s);
}

bool writer_has_slots(const struct writer *w, struct vm_slots_key key)
{
	return slot_table_get(&w->slots, key);
}

void writer_forget_slots(struct writer *w, struct vm_slots_key key)
{
	if (!w->ring)
		slot_table_drop(&w->slots, key);
}
