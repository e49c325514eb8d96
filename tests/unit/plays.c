// SPDX-License-Identifier: GPL-2.0
/*
 * A recording in steps: the screen of a moment is the same whichever way leads to it, and
 * where a live run sampled, it is the live run's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "made_up.h"
#include "play.h"
#include "ui.h"

#define S 1000000000ull
#define TEXT 8192

static char path[] = "/tmp/kvmmt-plays-XXXXXX";
static const int never;
static struct source source;
static struct model model;
static struct play play;
static struct ui ui;

static void fault(struct writer *w, __u64 time_ns)
{
	struct kvmmt_event e = { .time_ns = time_ns, .vm = 0x1000, .pid = 1, .comm = "task" };

	e.s2_fault.memattr = 5;
	e.s2_fault.size_bytes = 4096;
	writer_event(w, &e);
}

static struct writer *begin_record(void)
{
	const struct recording_info info = { .host.tracepoint = { true, true, true }, .samples = true };
	struct writer *w = writer_new(&info, name_vm, NULL);

	writer_open(w, path);
	return w;
}

static void end_record(struct writer *w)
{
	writer_close(w);
	writer_free(w);
}

/* Ten seconds from second 100 on, the n-th with n * n faults; a half more of what is left. */
static void record(const __u64 *samples, size_t nr)
{
	struct writer *w = begin_record();
	__u64 s, i;
	size_t k = 0;

	for (s = 0; s <= 10; s++)
		for (i = 0; i < (s < 10 ? s * s + 1 : 5); i++) {
			__u64 at = 100 * S + s * S + i * 9000000;

			for (; k < nr && samples[k] <= at; k++)
				writer_sample(w, samples[k], k + 1 == nr);
			fault(w, at);
		}
	for (; k < nr; k++)
		writer_sample(w, samples[k], k + 1 == nr);
	end_record(w);
}

static void begin(__u64 step_ns)
{
	static struct host host;

	replay_open(&source.replay, path, NULL, 0);
	host = replay_info(source.replay)->host;
	play = (struct play){ .source = &source, .model = &model, .step_ns = step_ns, .stop = &never };
	ui_init(&ui, &host, &model);
	play_begin(&play);
}

static void end(void)
{
	source_close(&source);
	model_free(&model);
}

static const char *screen(char *text)
{
	FILE *out = fmemopen(text, TEXT, "w");
	struct screen s = { 0 };

	ui.zero_ns = replay_begin_ns(source.replay);
	ui_draw(&ui, &s, 24, 80);
	screen_print(&s, out);
	fclose(out);
	screen_free(&s);
	return text;
}

static void steps(int nr)
{
	while (nr--)
		play_step(&play);
}

static __u64 at(double s)
{
	return replay_begin_ns(source.replay) + (__u64)(s * 1e9);
}

/* One way to second 7 is by steps; the others have to end there too. */
static void ways(const char *how, __u64 step_ns, double second, int nr)
{
	char want[TEXT], got[TEXT];

	begin(step_ns);
	steps(nr);
	screen(want);
	check(strstr(want, "vm-1") && model.now_ns == at(second), want, "%s: steps come to a second", how);
	steps(2);
	check(strcmp(want, screen(got)), got, "%s: and later ones show something else", how);
	play_go(&play, at(second));
	check(!strcmp(want, screen(got)), got, "%s: back to it is the same", how);
	play_go(&play, at(second + 2));
	play_go(&play, model.before_ns);
	play_go(&play, model.before_ns);
	check(model.now_ns <= at(second), got, "%s: so are single steps back", how);
	play_go(&play, at(second));
	check(!strcmp(want, screen(got)), got, "%s: and on again", how);
	end();
	begin(step_ns);
	play_go(&play, at(second));
	check(!strcmp(want, screen(got)), got, "%s: and a jump from the beginning", how);
	play_go(&play, ~0ull);
	check(play.ended && !play_step(&play), "it goes on", "%s: there is an end", how);
	check(model.vms[0]->now.s2.fault[KVMMT_FAULT_MAPPED] == 300 &&
		      model.vms[0]->before.s2.fault[KVMMT_FAULT_MAPPED] < 300,
	      screen(want), "%s: with the rates of what came last", how);
	screen(want);
	play_go(&play, at(second));
	steps(20);
	check(play.ended && !strcmp(want, screen(got)), got, "%s: which steps reach too", how);
	end();
}

static void other_steps(void)
{
	char want[TEXT], got[TEXT];

	begin(2 * S);
	steps(3);
	screen(want);
	end();
	begin(S);
	steps(6);
	play_set_step(&play, 2 * S);
	check(!strcmp(want, screen(got)), got, "other steps: the screen is that of the new ones");
	end();
}

/* An event that is a recording's beginning and its end */
static void moment(void)
{
	struct writer *w = begin_record();
	char got[TEXT];

	fault(w, 100 * S);
	end_record(w);
	begin(S);
	steps(1);
	check(play.ended && strstr(screen(got), "vm-1"), got, "a recording of one moment is shown");
	end();
}

/* A window that ends with a step ends with that step's rates, also after a way back. */
static void window_end(void)
{
	char want[TEXT], got[TEXT];

	begin(S);
	steps(5);
	screen(want);
	end();
	begin(S);
	play.checkpoints = &(struct checkpoints){ 0 };
	replay_window(source.replay, 100 * S, 105 * S);
	steps(5);
	check(!play.ended && !strcmp(want, screen(got)), got, "a window's last step is as without it");
	check(!play_step(&play) && play.ended && !strcmp(want, screen(got)), got, "and the end");
	play_go(&play, 102 * S);
	play_go(&play, 105 * S);
	check(!play_step(&play) && play.ended && !strcmp(want, screen(got)), got, "so it is after a way back");
	checkpoints_free(play.checkpoints);
	end();
}

/* What happened between a live run's beginning and its first sample is in no rate. */
static void late_sample(void)
{
	struct writer *w = begin_record();
	const struct model_vm *vm;
	int i;

	for (i = 0; i < 10; i++)
		fault(w, 100 * S + i);
	writer_sample(w, 101 * S, false);
	fault(w, 101 * S + 5);
	writer_sample(w, 102 * S, false);
	end_record(w);
	begin(0);
	check(replay_has_samples(source.replay) && model.now_ns == 101 * S, "elsewhere",
	      "the first sample may be behind events");
	steps(1);
	vm = model.vms[0];
	check(vm->now.s2.fault[KVMMT_FAULT_MAPPED] == 11 && vm->before.s2.fault[KVMMT_FAULT_MAPPED] == 10,
	      "they are", "which are not in the rates of the next");
	end();
}

/* VMs that are gone at once */
static void record_crowd(int nr)
{
	struct writer *w = begin_record();
	struct kvmmt_event e = { .kind = KVMMT_KIND_S2_INVALIDATE, .pid = 1, .comm = "task",
				 .s2_invalidate = { .reason = KVMMT_INVAL_TEARDOWN, .size_bytes = 1 << 30 } };
	int i;

	for (i = 0; i < nr; i++) {
		e.vm = 0x1000 + i;
		e.time_ns = 100 * S + i;
		writer_event(w, &e);
	}
	end_record(w);
}

static void crowds(void)
{
	record_crowd(10000);
	begin(S);
	steps(1);
	check(model.nr_vms == 10000, "they are not", "of a step all VMs are there, however many are gone");
	end();
	begin(S);
	play.crowds = true;
	steps(1);
	check(model.nr_vms + model.nr_rest == 10000 && model.nr_vms < 5000, "they are not",
	      "with samples of crowds most are summed up");
	end();
}

/* What came after the live run's last sample */
static void after_totals(void)
{
	static const __u64 samples[] = { 100 * S, 105 * S };

	record(samples, 2);
	begin(S);
	play_go(&play, ~0ull);
	check(model.vms[0]->now.s2.fault[KVMMT_FAULT_MAPPED] == 300, "it is not",
	      "in steps, what follows a live run's totals is there too");
	end();
}

static void pipes(void)
{
	int fds[2], saved = dup(STDIN_FILENO), err;
	char bytes[65536], want[TEXT], got[TEXT];
	ssize_t len = read(open(path, O_RDONLY | O_CLOEXEC), bytes, sizeof(bytes));

	if (pipe(fds) || write(fds[1], bytes, len) != len)
		return;
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	strcpy(path, "-");
	begin(S);
	steps(5);
	screen(want);
	err = play_go(&play, at(2));
	check(err == -ESPIPE && !strcmp(want, screen(got)), got,
	      "a pipe does not go back, and shows what it did");
	check(play_step(&play) == 1 && model.now_ns == at(6), got, "but on");
	end();
	dup2(saved, STDIN_FILENO);
}

int main(void)
{
	static const __u64 samples[] = { 100 * S, 101 * S, 102 * S + S / 2, 104 * S, 107 * S + S / 4,
					 109 * S, 110 * S + S / 3 };
	char file[sizeof(path)];

	check_suite = "plays";
	close(mkstemp(path));
	record(samples, 7);
	ways("as the live run sampled", 0, 7.25, 4);
	ways("in equal steps", S, 7, 7);
	record(NULL, 0);
	ways("without samples", S, 7, 7);
	other_steps();
	window_end();
	moment();
	late_sample();
	crowds();
	after_totals();
	record(NULL, 0);
	strcpy(file, path);
	pipes();
	unlink(file);
	return check_status();
}
