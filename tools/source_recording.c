// SPDX-License-Identifier: GPL-2.0
/* See source_recording.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source_recording_state.h"

/* A loss is told when it is over: one that began before .to_ns, so much after it at most. */
#define LATE_NS 1000000000ull

static int take_slots(struct replay *r)
{
	const struct vm_entry *vm;

	reader_slots(r->reader, &vm);
	replay_vms_name(r->vms, vm, 1);
	return replay_memory_slots(&r->memory, r->reader);
}

static void next_item(struct replay *r)
{
	int err = 0;

	r->memory.nr_origins = 0;
	while (!err) {
		r->item = reader_next(r->reader);
		/* They may stand before older events. */
		if (r->item == READER_SLOTS && reader_frame(r->reader)->first_ns <= r->to_ns)
			err = take_slots(r);
		else if (r->item == READER_SLOTS)
			continue;
		else if (r->item == READER_ORIGINS)
			replay_memory_origins(&r->memory, r->reader);
		else
			break;
	}
	if (err)
		r->item = err;
	r->frame = r->item == READER_EVENTS ? reader_events(r->reader) : NULL;
	r->at = 0;
	if (r->frame)
		replay_vms_name(r->vms, r->frame->vms, r->frame->nr_vms);
}

/* To .from_ns. A sample that was taken just then ends nothing that is in the window. */
static void skip(struct replay *r)
{
	reader_skip(r->reader, r->from_ns);
	r->cut = r->begin_ns < r->from_ns;
	if (!r->cut)
		return;
	r->begin_ns = r->now_ns = r->from_ns;
	while (r->item > 0 && reader_frame(r->reader)->last_ns < r->from_ns + (r->item == READER_SAMPLE))
		next_item(r);
	while (r->frame && r->at < r->frame->nr && r->frame->events[r->at].time_ns < r->from_ns)
		r->at++;
}

static int begin(struct replay *r)
{
	replay_vms_free(r->vms);
	replay_memory_clear(&r->memory);
	r->vms = replay_vms_new(r->names, r->nr_names);
	if (!r->vms)
		return -ENOMEM;
	r->over = false;
	r->idle = 0;
	reader_skip(r->reader, 0);
	next_item(r);
	r->samples = reader_info(r->reader)->samples || r->item == READER_SAMPLE;
	if (r->item > 0)
		r->begin_ns = r->frame && r->frame->nr ? r->frame->events[0].time_ns :
							 reader_frame(r->reader)->first_ns;
	r->now_ns = r->begin_ns;
	skip(r);
	return r->item < 0 ? r->item : 0;
}

int replay_open(struct replay **out, const char *path, const char *const *vms, size_t nr_vms)
{
	struct replay *r = calloc(1, sizeof(*r));
	int err = r ? reader_open(&r->reader, path) : -ENOMEM;

	if (!err) {
		r->names = vms;
		r->nr_names = nr_vms;
		r->to_ns = ~0ull;
		err = begin(r);
	}
	if (err)
		replay_close(r);
	else
		*out = r;
	return err;
}

int replay_window(struct replay *r, __u64 from_ns, __u64 to_ns)
{
	r->from_ns = from_ns;
	r->to_ns = to_ns;
	skip(r);
	return r->item < 0 ? r->item : 0;
}

void replay_close(struct replay *r)
{
	if (!r)
		return;
	reader_close(r->reader);
	replay_vms_free(r->vms);
	replay_memory_clear(&r->memory);
	free(r);
}

int replay_rewind(struct replay *r)
{
	int err = reader_rewind(r->reader);

	return err ? err : begin(r);
}

/* What comes next is at @next_ns. Where is it to stop before that? REPLAY_MORE: nowhere. */
static int stop_before(struct replay *r, __u64 next_ns, __u64 until_ns)
{
	if (next_ns > until_ns && until_ns < r->to_ns)
		return REPLAY_TIME;
	if (next_ns <= r->to_ns)
		return REPLAY_MORE;
	r->over = true;
	return until_ns == r->to_ns ? REPLAY_TIME : REPLAY_END;
}

/* The frame's events up to @until_ns. REPLAY_MORE: there are no more in it. */
static int hand_out(struct replay *r, __u64 until_ns, live_event_fn fn, void *ctx)
{
	for (; r->at < r->frame->nr; r->at++) {
		const struct kvmmt_event *e = &r->frame->events[r->at];
		int stopped = stop_before(r, e->time_ns, until_ns), folded;

		if (stopped != REPLAY_MORE)
			return stopped;
		if (e->time_ns < r->from_ns)
			continue;
		if (replay_vms_gone(r->vms) >= REPLAY_GONE_MAX)
			return REPLAY_CROWD;
		folded = replay_vms_fold(r->vms, e);
		if (folded < 0)
			return folded;
		r->now_ns = e->time_ns;
		if (fn && folded)
			fn(ctx, e);
	}
	return REPLAY_MORE;
}

static int take_sample(struct replay *r, __u64 until_ns)
{
	const struct kvmmt_frame *f = reader_frame(r->reader);
	int stopped = stop_before(r, f->first_ns, until_ns);
	bool last = f->events;

	if (stopped != REPLAY_MORE)
		return stopped;
	r->now_ns = f->first_ns;
	next_item(r);
	return last ? REPLAY_TOTALS : REPLAY_SAMPLE;
}

/* The window is over: losses that began in it. */
static void take_late_losses(struct replay *r, live_event_fn fn, void *ctx)
{
	__u64 late_ns = r->to_ns < ~0ull - LATE_NS ? r->to_ns + LATE_NS : ~0ull;

	for (; r->item > 0 && reader_frame(r->reader)->first_ns <= late_ns; next_item(r))
		for (; r->frame && r->at < r->frame->nr; r->at++) {
			const struct kvmmt_event *e = &r->frame->events[r->at];

			if (e->kind != KVMMT_KIND_LOST || e->lost.first_ns > r->to_ns)
				continue;
			replay_vms_fold(r->vms, e);
			if (fn)
				fn(ctx, e);
		}
}

int replay_advance(struct replay *r, __u64 until_ns, live_event_fn fn, void *ctx)
{
	int stopped = REPLAY_END;

	if (r->over)
		return REPLAY_END;
	if (r->item == READER_SAMPLE) {
		stopped = take_sample(r, until_ns);
	} else if (r->item == READER_EVENTS) {
		stopped = hand_out(r, until_ns, fn, ctx);
		if (stopped == REPLAY_MORE)
			next_item(r);
	}
	if (stopped == REPLAY_TIME)
		r->now_ns = until_ns;
	else if (r->over)
		r->now_ns = r->to_ns;
	if (r->over)
		take_late_losses(r, fn, ctx);
	return r->item < 0 ? r->item : stopped;
}

__u64 replay_next_ns(const struct replay *r)
{
	if (r->item <= 0)
		return 0;
	return r->frame && r->at < r->frame->nr ? r->frame->events[r->at].time_ns :
						  reader_frame(r->reader)->last_ns;
}

__u64 replay_step_ns(struct replay *r, __u64 step_ns)
{
	__u64 now = r->now_ns, next = replay_next_ns(r), gap = next > now ? next - now : 0;

	if (gap > step_ns)
		r->idle += 1 + replay_vms_here(r->vms);
	if (gap / 3600 > step_ns || (gap > step_ns && r->idle > REPLAY_IDLE_MAX))
		return next;
	return now + step_ns > now ? now + step_ns : ~0ull;
}

void replay_counters(struct replay *r, live_counters_fn fn, void *ctx)
{
	replay_vms_counters(r->vms, fn, ctx);
}

void replay_causes(struct replay *r, live_cause_fn fn, void *ctx)
{
	replay_vms_causes(r->vms, fn, ctx);
}

void replay_vcpus(struct replay *r, live_vcpu_fn fn, void *ctx)
{
	replay_vms_vcpus(r->vms, fn, ctx);
}

static bool ignore_vcpu(void *ctx, const struct kvmmt_vcpu_key *key, const struct kvmmt_vncr *c)
{
	(void)ctx, (void)key, (void)c;
	return true;
}

void replay_forget(struct replay *r)
{
	replay_vms_vcpus(r->vms, ignore_vcpu, NULL);
}

void replay_losses(const struct replay *r, struct live_loss *loss)
{
	*loss = *replay_vms_loss(r->vms);
}

__u64 replay_uncounted(const struct replay *r)
{
	return replay_vms_loss(r->vms)->vms;
}

void replay_identify(void *ctx, struct vm_entry *entry, const char *comm)
{
	struct replay *r = ctx;
	const struct vm_entry *known = replay_vms_find(r->vms, entry->vm, entry->pid);

	if (known) {
		*entry = *known;
	} else {
		vm_clean_name(entry->name, comm, strlen(comm));
		entry->name_source = VM_NAME_RECORDING;
	}
}

const char *replay_name(struct replay *r, const struct kvmmt_event *e)
{
	const struct vm_entry *known = replay_vms_find(r->vms, e->vm, e->pid);

	return known ? known->name : "?";
}

const struct slot_table *replay_slots(const struct replay *r)
{
	return &r->memory.slots;
}

bool replay_origin(const struct replay *r, const struct kvmmt_event *e, struct refused *to)
{
	return replay_memory_of(&r->memory, e, to);
}

size_t replay_met(const struct replay *r)
{
	return replay_vms_met(r->vms);
}

__u64 replay_begin_ns(const struct replay *r)
{
	return r->begin_ns;
}

__u64 replay_now_ns(const struct replay *r)
{
	return r->now_ns;
}

bool replay_has_samples(const struct replay *r)
{
	return r->samples;
}

bool replay_is_cut(const struct replay *r)
{
	return r->cut;
}

bool replay_is_over(const struct replay *r)
{
	return r->over;
}

const struct recording_info *replay_info(const struct replay *r)
{
	return reader_info(r->reader);
}

const struct reader_state *replay_state(const struct replay *r)
{
	return reader_state(r->reader);
}

void replay_progress(const struct replay *r, __u64 *at, __u64 *size)
{
	reader_progress(r->reader, at, size);
}
