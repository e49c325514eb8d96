// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into what is done with a recording: its counters, VMs, slots, refusals
 * and storms, in steps, back and forth, and of a part of it. The first bytes say how; the
 * rest is a file, or changes to a sound one.
 */
#include "play.h"
#include "sound.h"
#include "storms.h"

#define NR	400	/* events of the sound file */
#define SAMPLES 40	/* then it is enough */
#define S	1000000000ull

static struct bytes whole;
static struct source source;
static struct model model;
static struct checkpoints checkpoints;
static int stop_now, samples;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct kvmmt_event events[NR];
	const struct recording_info info = { .samples = true };
	int i;

	(void)argc, (void)argv;
	for (i = 0; i < NR; i++) {
		struct kvmmt_event *e = &events[i];

		*e = (struct kvmmt_event){ .time_ns = S + i * (S / 20), .kind = i % KVMMT_KIND_NR,
					   .vm = 1 + i % 3, .vcpu = i % 4, .tid = i % 7, .comm = "task" };
		if (e->kind == KVMMT_KIND_S2_FAULT)
			e->s2_fault = (struct kvmmt_s2_fault){
				.ipa = i * 4096, .fault_ipa = i * 4096, .size_bytes = 4096, .memattr = 5,
				.reason = i % 5 ? KVMMT_FAULT_MAPPED : KVMMT_FAULT_UNSAFE_CACHEABLE };
		if (e->kind == KVMMT_KIND_S2_INVALIDATE)
			e->s2_invalidate = (struct kvmmt_s2_invalidate){
				.start = i * 4096, .size_bytes = 4096,
				.reason = i % 97 ? KVMMT_INVAL_NOTIFIER : KVMMT_INVAL_TEARDOWN };
	}
	whole = sound_file(&info, events, NR);
	return 0;
}

static void add_refusal(void *ctx, const struct kvmmt_event *e)
{
	struct refused what;

	(void)ctx;
	if (!kvmmt_is_refusal(e))
		return;
	source_origin(&source, e, &what);
	source_refusal(&source, &model, e, &what);
}

static int sampled(void *ctx)
{
	static const struct storm_limits limits = { .per_s = 2, .raise_s = 1, .clear_s = 1 };

	(void)ctx;
	stop_now = ++samples > SAMPLES;
	return storms_step(&model, &limits);
}

/* Here and there, by the bytes of @how. */
static void play(const __u8 how[4])
{
	struct play p = {
		.source = &source, .model = &model, .step_ns = how[0] & 1 ? 0 : S, .stop = &stop_now,
		.sampled = sampled, .crowds = how[0] & 2,
		.checkpoints = how[0] & 4 ? &checkpoints : NULL, .lead = how[0] >> 6,
	};
	__u64 begin_ns = replay_begin_ns(source.replay);

	checkpoints.span = 40000;
	if (how[0] & 8)
		replay_window(source.replay, begin_ns + how[1] * (S / 10), begin_ns + how[2] * (S / 8));
	play_begin(&p);
	play_go(&p, begin_ns + how[3] * (S / 10));
	play_go(&p, begin_ns + how[2] * (S / 10));
	play_set_step(&p, S / 2);
	play_go(&p, ~0ull);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	bool change;
	__u8 *bytes;

	if (len < 4)
		return 0;
	change = data[0] & 16;
	bytes = change ? sound_changed(whole, data + 4, len - 4) : NULL;
	stop_now = samples = 0;
	if (!replay_open(&source.replay, change ? sound_path(bytes, whole.len) : sound_path(data + 4, len - 4),
			 NULL, 0)) {
		source.event = add_refusal;
		play(data);
	}
	source_close(&source);
	model_free(&model);
	checkpoints_free(&checkpoints);
	free(bytes);
	return 0;
}
