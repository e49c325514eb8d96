// SPDX-License-Identifier: GPL-2.0
/*
 * A part of a recording is what a recording of only these events would be, wherever it
 * begins and ends, at an event, between frames or in one, also after it was rewound.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "made_up.h"
#include "source.h"

#define EVENTS 400
#define FIRST  1000ull	/* the first one's time */
#define STEP   10	/* to the next */
#define LOSS   33	/* how long one takes */

static char whole[] = "/tmp/kvmmt-whole-XXXXXX", part[] = "/tmp/kvmmt-part-XXXXXX";
static bool disorder;	/* some events are older than what is before them */
static __u64 latest_ns;	/* that a replay came to */

static struct kvmmt_event event(int i)
{
	struct kvmmt_event e = { .time_ns = FIRST + STEP * (__u64)i, .vm = 0x1000 + i % 3, .pid = i % 3 + 1 };

	if (disorder && i % 53 == 52)
		e.time_ns -= 3 * STEP;
	e.s2_fault.ipa = 4096ull * i;
	e.s2_fault.size_bytes = 4096;
	e.s2_fault.memattr = 5;
	if (i % 41 == 0) {
		e.kind = KVMMT_KIND_S2_INVALIDATE;
		e.s2_invalidate = (struct kvmmt_s2_invalidate){ .size_bytes = 4096,
			.reason = i % 2 ? KVMMT_INVAL_TEARDOWN : KVMMT_INVAL_NOTIFIER };
	} else if (i % 29 == 0) {
		e = (struct kvmmt_event){ .kind = KVMMT_KIND_LOST, .time_ns = e.time_ns };
		e.lost = (struct kvmmt_lost){ .first_ns = e.time_ns - LOSS, .last_ns = e.time_ns };
		e.lost.count[KVMMT_KIND_S2_FAULT] = i;
	}
	return e;
}

/* A loss is of a window that it reaches into. */
static bool is_of(const struct kvmmt_event *e, __u64 from_ns, __u64 to_ns)
{
	return e->time_ns >= from_ns &&
	       (e->kind == KVMMT_KIND_LOST ? e->lost.first_ns : e->time_ns) <= to_ns;
}

/* Those from @from_ns to @to_ns, in frames of 37; marks of samples are between them. */
static void record(const char *path, __u64 from_ns, __u64 to_ns, bool samples)
{
	const struct recording_info info = { .host.tracepoint = { true, true, true }, .samples = samples };
	struct writer *w = writer_new(&info, name_vm, NULL);
	int i;

	writer_open(w, path);
	for (i = 0; i < EVENTS; i++) {
		const struct kvmmt_event e = event(i);

		if (!is_of(&e, from_ns, to_ns))
			continue;
		if (i % 37 == 0)
			writer_sample(w, e.time_ns - 1, false);
		writer_event(w, &e);
	}
	writer_close(w);
	writer_free(w);
}

static void put_event(void *ctx, const struct kvmmt_event *e)
{
	fprintf(ctx, "%llu %d %llx\n", (unsigned long long)e->time_ns, e->kind, (unsigned long long)e->vm);
}

/* The VMs come in no order. */
static void add_counters(void *ctx, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
			 const char *comm)
{
	unsigned long long *sums = ctx;

	(void)comm;
	sums[key->vm % 3] += c->fault[KVMMT_FAULT_MAPPED] * 1000 + c->inval[KVMMT_INVAL_NOTIFIER];
}

/* Its events and counters as text to be freed, in steps of @step_ns. */
static char *dump(struct replay *r, __u64 step_ns)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	unsigned long long sums[3] = { 0 };
	int stopped = REPLAY_MORE;
	struct live_loss loss;

	latest_ns = 0;
	while (stopped > 0) {
		stopped = replay_advance(r, replay_now_ns(r) + step_ns, put_event, out);
		latest_ns = replay_now_ns(r) > latest_ns ? replay_now_ns(r) : latest_ns;
	}
	replay_counters(r, add_counters, sums);
	replay_losses(r, &loss);
	fprintf(out, "%llu %llu %llu, lost %llu\n", sums[0], sums[1], sums[2],
		(unsigned long long)loss.events[KVMMT_KIND_S2_FAULT]);
	fclose(out);
	return text;
}

static char *dump_part(__u64 from_ns, __u64 to_ns)
{
	struct replay *r;
	char *text;

	record(part, from_ns, to_ns, false);
	if (replay_open(&r, part, NULL, 0))
		return NULL;
	text = dump(r, 1ull << 40);
	replay_close(r);
	return text;
}

/* Where it ends is the window's end only if there was more behind it. */
static bool times_fit(const struct replay *r, __u64 from_ns, __u64 to_ns, __u64 begin_ns, __u64 last_ns)
{
	return latest_ns <= to_ns && replay_begin_ns(r) == (from_ns > begin_ns ? from_ns : begin_ns) &&
	       (to_ns >= last_ns || replay_now_ns(r) == to_ns) && replay_is_cut(r) == (from_ns > begin_ns);
}

static void random_windows(bool samples)
{
	const __u64 last_ns = FIRST + STEP * (EVENTS - 1);
	int i, wrong = 0, wrong_times = 0, wrong_again = 0;

	record(whole, 0, ~0ull, samples);
	for (i = 0; i < 400; i++) {
		__u64 from_ns = FIRST - STEP + random_below(STEP * EVENTS), begin_ns;
		__u64 to_ns = disorder ? ~0ull : from_ns + 2 * STEP + random_below(STEP * EVENTS);
		__u64 step_ns = 1 + random_below(10 * STEP);
		char *want = dump_part(from_ns, to_ns), *got, *again;
		struct replay *r;

		if (replay_open(&r, whole, NULL, 0))
			exit(1);
		begin_ns = replay_begin_ns(r);
		replay_window(r, from_ns, to_ns);
		wrong_times += replay_now_ns(r) != replay_begin_ns(r);
		got = dump(r, step_ns);
		wrong += !want || strcmp(want, got) != 0;
		wrong_times += !times_fit(r, from_ns, to_ns, begin_ns, last_ns);
		replay_rewind(r);
		again = dump(r, 1ull << 40);
		wrong_again += strcmp(got, again) != 0 || !times_fit(r, from_ns, to_ns, begin_ns, last_ns);
		replay_close(r);
		free(want);
		free(got);
		free(again);
	}
	check(!wrong, "they are not", "events and counters are those of the window%s%s",
	      samples ? ", with samples too" : "", disorder ? ", in whatever order" : "");
	check(!wrong_times, "they are not", "its times are");
	check(!wrong_again, "they are not", "and when it is rewound");
}

/* Those of event 200 stand before the frame of events from 150 on. */
static void memslots(void)
{
	const struct recording_info info = { .host.tracepoint = { true, true, true } };
	struct writer *w = writer_new(&info, name_vm, NULL);
	const struct vm_slots_key key = { 0x1000, 1 };
	struct vm_slots s = { .key = key, .nr = 1 };
	const int to[] = { 100, 180, 250 };
	const struct vm_slots *found;
	struct replay *r;
	int i;

	writer_open(w, whole);
	for (i = 0; i < EVENTS; i++) {
		const struct kvmmt_event e = event(i);

		s.slots[0].size_bytes = 4096 * (i + 1);
		if (i % 200 == 0)
			writer_slots(w, &s, e.time_ns);
		writer_event(w, &e);
		if (i == 149)
			writer_flush(w);
	}
	writer_close(w);
	writer_free(w);
	for (i = 0; i < 3; i++) {
		replay_open(&r, whole, NULL, 0);
		replay_window(r, FIRST + 50 * STEP, FIRST + to[i] * STEP);
		free(dump(r, 1ull << 40));
		found = slot_table_get(replay_slots(r), key);
		check(found && found->slots[0].size_bytes == (to[i] < 200 ? 4096 : 201 * 4096),
		      "they are not", "memslots are those at event %d", to[i]);
		replay_close(r);
	}
}

static void from_behind_the_end(void)
{
	struct replay *r;

	replay_open(&r, whole, NULL, 0);
	replay_window(r, 1 << 20, ~0ull);
	check(!replay_next_ns(r) && replay_advance(r, ~0ull, NULL, NULL) == REPLAY_END, "there is",
	      "there is nothing from behind the end on");
	replay_close(r);
}

int main(void)
{
	check_suite = "windows";
	close(mkstemp(whole));
	close(mkstemp(part));
	random_windows(false);
	random_windows(true);
	disorder = true;
	random_windows(false);
	disorder = false;
	from_behind_the_end();
	memslots();
	unlink(whole);
	unlink(part);
	return check_status();
}
