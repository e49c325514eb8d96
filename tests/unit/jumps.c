// SPDX-License-Identifier: GPL-2.0
/*
 * Back and forth in a recording: whatever a jump lands on is what steps come to there, also
 * when it was interrupted, with VMs that end and others in their place, guest hypervisors,
 * refusals, causes, refaults and losses.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "made_up.h"
#include "play.h"
#include "storms.h"

#define S	1000000000ull
#define SECONDS 300
#define EVENTS	40	/* a second */
#define LEAD	5

static char path[] = "/tmp/kvmmt-jumps-XXXXXX";
static const int never;
static struct source source;
static struct model model;
static struct play play;
static struct checkpoints checkpoints;
static __u64 from_ns, to_ns = ~0ull; /* of the recording only this is looked at */
static int patience;		/* how often it is asked before it was enough; 0: for ever */
static __u64 since_jump;	/* samples, */
static bool cut;		/* and one was not gone through to its end */

static struct kvmmt_event some_event(__u64 time_ns)
{
	__u32 vm = random_below(6), what = random_below(200);
	struct kvmmt_event e = { .time_ns = time_ns, .vm = 0x1000 * (vm + 1), .pid = vm + 1,
				 .vcpu = random_below(4), .tid = 7, .comm = "task" };

	if (what < 100) {
		e.s2_fault.ipa = e.s2_fault.fault_ipa = 4096ull * random_below(8);
		e.s2_fault.size_bytes = 4096;
		e.s2_fault.memattr = 5;
		e.s2_fault.reason = what ? KVMMT_FAULT_MAPPED : KVMMT_FAULT_UNSAFE_CACHEABLE;
	} else if (what < 150) {
		e.kind = KVMMT_KIND_S2_INVALIDATE;
		snprintf(e.comm, sizeof(e.comm), "who-%c", 'a' + what % 5);
		e.s2_invalidate = (struct kvmmt_s2_invalidate){
			.start = 4096ull * random_below(8), .size_bytes = 4096, .process = what % 5,
			.reason = what == 149 ? KVMMT_INVAL_TEARDOWN : KVMMT_INVAL_NOTIFIER,
		};
	} else if (what < 199) {
		e.kind = KVMMT_KIND_VNCR_LOOKUP;
		e.vncr_lookup.reason = what % 2 ? KVMMT_VNCR_LOOKUP_HIT : KVMMT_VNCR_LOOKUP_VA;
	} else {
		e.kind = KVMMT_KIND_LOST;
		e.lost = (struct kvmmt_lost){ .first_ns = time_ns, .last_ns = time_ns };
		e.lost.count[0] = 3;
	}
	return e;
}

static void tell_origin(void *ctx, const struct kvmmt_event *e, struct refused *to)
{
	(void)ctx;
	to->slot = e->pid;
	snprintf(to->backing, sizeof(to->backing), "at %llu", (unsigned long long)e->time_ns);
}

static void change_slots(struct writer *w, __u64 i)
{
	static struct vm_slots slots;

	slots.key = (struct vm_slots_key){ 0x1000 * (i % 6 + 1), i % 6 + 1 };
	slots.nr = i % 3;
	slots.slots[0].ipa = i;
	writer_slots(w, &slots, i);
}

static void record(bool samples)
{
	struct recording_info info = { 0 };
	struct writer *w;
	__u64 i;
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		info.host.tracepoint[kind] = true;
	w = writer_new(&info, name_vm, NULL);
	writer_ask_origins(w, tell_origin);
	writer_open(w, path);
	for (i = 0; i < SECONDS * EVENTS; i++) {
		const struct kvmmt_event e = some_event(100 * S + i * (S / EVENTS));

		if (samples && i % (EVENTS + 13) == 0)
			writer_sample(w, e.time_ns, false);
		if (i % 97 == 0)
			change_slots(w, i);
		writer_event(w, &e);
	}
	if (samples)
		writer_sample(w, (100 + SECONDS) * S, true);
	writer_close(w);
	writer_free(w);
}

static void add_refusal(void *ctx, const struct kvmmt_event *e)
{
	struct refused what;

	(void)ctx;
	if (!kvmmt_is_refusal(e))
		return;
	if (!model_find(&model, e->vm, e->pid))
		source_update(&source, &model);
	source_origin(&source, e, &what);
	model_refusal(&model, e, what.backing, what.slot);
}

static int sampled(void *ctx)
{
	static const struct storm_limits limits = { .per_s = 2, .raise_s = 1, .clear_s = 1 };

	(void)ctx;
	since_jump++;
	return storms_step(&model, &limits);
}

static bool enough(void *ctx)
{
	(void)ctx;
	return patience && !--patience;
}

static int jumped(void *ctx)
{
	(void)ctx;
	since_jump = 0;
	cut = false;
	return 0;
}

static void begin(__u64 step_ns)
{
	replay_open(&source.replay, path, NULL, 0);
	replay_window(source.replay, from_ns, to_ns);
	source.event = add_refusal;
	play = (struct play){
		.source = &source, .model = &model, .step_ns = step_ns, .stop = &never,
		.sampled = sampled, .enough = enough, .jumped = jumped,
	};
	play_begin(&play);
}

static void end(void)
{
	source_close(&source);
	model_free(&model);
	checkpoints_free(&checkpoints);
}

static void put_counts(FILE *out, const void *counts, size_t bytes)
{
	const unsigned char *p = counts;
	__u32 sum = 0;
	size_t i;

	for (i = 0; i < bytes; i++)
		sum = sum * 31 + p[i];
	fprintf(out, " %08x", sum);
}

static int put_slots(void *ctx, const struct vm_slots *s)
{
	put_counts(ctx, s->slots, s->nr * sizeof(s->slots[0]));
	return 0;
}

/* All that the model knows, and the VMs' slots, as text to be freed. */
static char *dump(void)
{
	char *text;
	size_t len, i, k;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, "%llu %llu lost %llu storms %llu refusals %llu rest %llu\n", model.before_ns,
		model.now_ns, model.lost[0], model.nr_storms, model.nr_refusals, model.nr_rest);
	for (i = 0; i < model.nr_vms; i++) {
		const struct model_vm *vm = model.vms[i];

		fprintf(out, "%s %u", vm->name, vm->key.generation);
		put_counts(out, &vm->before, sizeof(vm->before));
		put_counts(out, &vm->now, sizeof(vm->now));
		for (k = 0; k < vm->nr_vcpus; k++)
			put_counts(out, &vm->vcpus[k].now, sizeof(vm->vcpus[k].now));
		for (k = 0; k < vm->nr_causes; k++)
			put_counts(out, &vm->causes[k], sizeof(vm->causes[k]));
		for (k = 0; k < vm->nr_kept; k++)
			put_counts(out, &vm->refusals[k], sizeof(vm->refusals[k]));
		put_counts(out, &vm->storm->spell, sizeof(vm->storm->spell));
		fprintf(out, " refaults %llu\n", vm->now.s2.refault_bytes);
	}
	slot_table_each(replay_slots(source.replay), put_slots, out);
	fclose(out);
	return text;
}

static char *dumps[2 * SECONDS];
static __u64 times[2 * SECONDS];
static int nr_dumps;

static bool as_known(void)
{
	int i = 0;
	char *now = dump();
	bool same;

	while (i < nr_dumps - 1 && times[i] < model.now_ns)
		i++;
	same = !strcmp(now, dumps[i]);
	if (!same)
		fprintf(stderr, "have:\n%sshould be:\n%s", now, dumps[i]);
	free(now);
	return same;
}

static void walk(__u64 step_ns)
{
	begin(step_ns);
	nr_dumps = 0;
	do {
		times[nr_dumps] = model.now_ns;
		dumps[nr_dumps++] = dump();
	} while (play_step(&play) > 0);
	end();
}

/* Totals that begin anew go on so, but not back, and no checkpoint keeps them. */
static void reset_totals(void)
{
	__u64 start_ns;

	begin(S);
	checkpoints.span = 1;
	play.checkpoints = &checkpoints;
	play_go(&play, 110 * S);
	start_ns = model.start_ns;
	model_reset(&model);
	play.reset = true;
	play_go(&play, 150 * S);
	check(model.start_ns == 110 * S, "they are not",
	      "totals from a reset on stay so on the way on");
	play_go(&play, 105 * S);
	check(model.start_ns == start_ns, "they are not", "before it they are from the beginning");
	play_go(&play, 150 * S);
	play_go(&play, 130 * S);
	play_go(&play, 150 * S);
	check(model.start_ns == start_ns, "they are not", "and then everywhere");
	end();
}

static void jump_about(const char *how, __u64 step_ns)
{
	int i, wrong = 0, late = 0, interrupted = 0, short_lead = 0;

	walk(step_ns);
	begin(step_ns);
	checkpoints.span = 1;
	play.checkpoints = &checkpoints;
	play.lead = LEAD;
	for (i = 0; i < 200 && !wrong; i++) {
		int to = (int)random_below(nr_dumps), err;

		patience = i % 3 ? 0 : 1 + (int)random_below(20);
		err = i % 5 ? play_go(&play, times[to]) : play_go(&play, model.before_ns);
		interrupted += err == -EINTR;
		cut |= err == -EINTR;
		/* What was refused since is told already. */
		wrong += !err && !as_known();
		late += !err && i % 5 && model.now_ns != times[to];
		short_lead += !err && !cut && since_jump < LEAD && play.nr > since_jump;
		patience = 0;
		play_step(&play);
		wrong += !as_known();
	}
	check(!wrong, "it is not", "%s: wherever a jump leads, it is as steps find it", how);
	check(!late, "elsewhere", "%s: and it leads to where it should", how);
	check(interrupted > 20, "none was", "%s: also when one was interrupted", how);
	check(!short_lead, "they are not", "%s: the samples before are gone through", how);
	check(checkpoints.nr > 20 && checkpoints.nr <= CHECKPOINTS_MAX && checkpoints.span > 1,
	      "they are not", "%s: checkpoints are many, but not too many", how);
	end();
	while (nr_dumps)
		free(dumps[--nr_dumps]);
}

int main(void)
{
	check_suite = "jumps";
	close(mkstemp(path));
	record(false);
	jump_about("in equal steps", S);
	reset_totals();
	record(true);
	jump_about("as the live run sampled", 0);
	from_ns = 120 * S + 5;
	to_ns = 370 * S + 5;
	jump_about("in a window, in equal steps", S);
	jump_about("in a window, as the live run sampled", 0);
	unlink(path);
	return check_status();
}
