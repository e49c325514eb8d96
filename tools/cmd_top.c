// SPDX-License-Identifier: GPL-2.0
/* kvmmt top: the dashboard, or its screens as text where there is no terminal. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kvmmt.h"
#include "term.h"
#include "ui_past.h"

struct top {
	struct common common;
	struct host host;
	struct source source;
	struct recorder recorder;
	const char *output;	/* a recording of the live run, or NULL */
	struct model model;
	struct ui ui;
	struct screen screen;
	struct past past;
	bool batch;
	__u64 cpu_ns;		/* of this process at the last sample */
	int err;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct top *t = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &t->common;
		break;
	case 'b':
		t->batch = true;
		break;
	case 'o':
		t->output = arg;
		break;
	case ARGP_KEY_ARG:
		if (!take_recording(&t->common, arg, state))
			argp_error(state, "there is nothing to do with '%s'", arg);
		break;
	case ARGP_KEY_END:
		check_fields(&t->common, false, state);
		if (t->common.input && t->output)
			argp_error(state, "--output is for a live run, --input is a recording");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void add_event(void *ctx, const struct kvmmt_event *e)
{
	struct top *t = ctx;

	if (!kvmmt_is_refusal(e))
		return;
	/* In replay a VM's first refusal may come before the sample that brings the VM. */
	if (t->source.replay && !model_find(&t->model, e->vm, e->pid))
		t->err = source_update(&t->source, &t->model);
	if (model_refusal(&t->model, e))
		t->err = -ENOMEM;
}

static __u64 own_cpu_ns(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000ull +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000ull;
}

static int sample(struct top *t)
{
	__u64 cpu = own_cpu_ns(), wall;
	int err = source_sample(&t->source, &t->model, false);

	if (!err)
		err = source_pump(&t->source);
	if (err || t->err)
		return err ? err : t->err;
	wall = t->model.now_ns - t->model.before_ns;
	t->ui.own_cpu = t->cpu_ns && wall ? 100.0 * (double)(cpu - t->cpu_ns) / (double)wall : 0;
	t->ui.at_s = (double)(t->model.now_ns - t->model.start_ns) / 1e9;
	t->cpu_ns = cpu;
	return t->past.history ? history_add(t->past.history, &t->model) : 0;
}

/* Let events come until @until_ns, or to a sample of the live run's if @as_live. */
static int advance(struct top *t, __u64 until_ns, bool as_live)
{
	int stopped;

	do {
		stopped = source_wait(&t->source, until_ns);
		if (stopped == REPLAY_CROWD)
			t->err = source_update(&t->source, &t->model);
	} while (!stop && !t->err &&
		 (stopped == REPLAY_CROWD || stopped == REPLAY_MORE ||
		  (stopped == REPLAY_SAMPLE && !as_live)));
	return t->err ? t->err : stopped;
}

/* To @at_s from the beginning of the recording, which may be back. */
static int go(struct top *t, double at_s)
{
	struct replay *r = t->source.replay;
	double to = (double)replay_begin_ns(r) + at_s * 1e9;
	__u64 to_ns = to < 1.8e19 ? (__u64)to : ~0ull;
	int stopped;

	if (to_ns < replay_now_ns(r)) {
		stopped = replay_rewind(r);
		model_free(&t->model);
		if (!stopped)
			stopped = sample(t);
		if (stopped)
			return stopped;
	}
	stopped = advance(t, to_ns, false);
	if (stopped == REPLAY_END || stopped == REPLAY_TOTALS)
		t->ui.paused = true;
	return stopped < 0 ? stopped : sample(t);
}

static int print_screen(struct top *t, bool first)
{
	int err = ui_draw(&t->ui, &t->screen, 24 + t->model.nr_vms, 80);

	if (err)
		return err;
	if (!first)
		puts("");
	screen_print(&t->screen, stdout);
	return fflush(stdout) ? -errno : 0;
}

/* The time of the next screen. */
static __u64 next_ns(const struct top *t)
{
	__u64 step_ns = t->ui.delay_s * 1e9;

	if (t->source.replay)
		return replay_step_ns(t->source.replay, step_ns);
	return live_now_ns() + step_ns;
}

static int batch(struct top *t)
{
	bool as_live = t->source.replay && replay_has_samples(t->source.replay) &&
		       !t->common.interval_s;
	unsigned long n;
	int err = 0, stopped = 0;

	t->ui.no_keys = true;
	/* The first sample of the live run is the one that was taken already. */
	if (as_live)
		advance(t, ~0ull, true);
	for (n = 0; !stop && !err && (!t->common.count || n < t->common.count); n++) {
		stopped = advance(t, as_live ? ~0ull : next_ns(t), as_live);
		if (stopped < 0)
			return stopped;
		if (stopped == REPLAY_END && n)
			break;
		err = sample(t);
		if (!err)
			err = print_screen(t, !n);
		if (stopped == REPLAY_END || stopped == REPLAY_TOTALS)
			break;
	}
	return err;
}

/* Wait for the next sample's time, with keys answered at once. */
static int interact(struct top *t, __u64 until_ns)
{
	int rows, cols, err, key;

	do {
		__u64 now = live_now_ns();

		term_size(&rows, &cols);
		err = ui_draw(&t->ui, &t->screen, rows, cols);
		if (err)
			return err;
		term_draw(&t->screen);
		key = term_key(t->ui.paused ? 1000 : now < until_ns ? (until_ns - now) / 1000000 + 1 : 0);
		ui_key(&t->ui, key, rows);
		if (t->past.history)
			err = past_follow(&t->past, &t->ui, &t->model);
		if (t->ui.reset)
			model_reset(&t->model);
		t->ui.reset = false;
		if (!err && t->source.recorder)
			err = source_pump(&t->source);
	} while (!stop && !err && !t->ui.quit && !t->ui.go && (key != KEY_NONE || t->ui.paused));
	return err;
}

static int dashboard(struct top *t)
{
	unsigned long n = 0;
	int err = term_open();

	if (!err && t->source.live)
		err = past_open(&t->past, &t->ui);
	if (!err && t->source.live)
		err = history_add(t->past.history, &t->model);

	while (!err && !stop && !t->ui.quit && (!t->common.count || n++ < t->common.count)) {
		err = interact(t, live_now_ns() + t->ui.delay_s * 1e9);
		if (err || t->ui.quit)
			break;
		if (!t->ui.go)
			t->ui.go_s = t->ui.at_s + t->ui.delay_s * t->ui.speed;
		t->ui.go = false;
		err = t->source.replay ? go(t, t->ui.go_s) : sample(t);
		if (!err && t->past.history)
			err = past_follow(&t->past, &t->ui, &t->model);
	}
	term_close();
	return err;
}

static int finish(struct top *t)
{
	int err = source_finish(&t->source);

	if (!err && t->source.recorder)
		err = source_sample(&t->source, &t->model, true);
	if (!err && t->source.recorder)
		err = writer_close(t->recorder.writer);
	return err;
}

static void begin(struct top *t)
{
	t->source.event = add_event;
	t->source.ctx = t;
	ui_init(&t->ui, &t->host, &t->model);
	if (t->source.replay)
		snprintf(t->ui.hostname, sizeof(t->ui.hostname), "%s",
			 replay_info(t->source.replay)->hostname);
	else
		gethostname(t->ui.hostname, sizeof(t->ui.hostname) - 1);
	t->ui.replay = t->source.replay;
	if (t->common.interval_s)
		t->ui.delay_s = t->common.interval_s;
	if (t->common.sort)
		t->ui.sort = t->common.sort - fields;
}

int cmd_top(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "output", 'o', "FILE", 0, "record the events too, for 'top -i FILE'", 0 },
		{ "batch", 'b', NULL, 0, "print screens as text, no terminal needed", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &top_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[FILE]",
		"Watch all VMs of this host, or of a recording: memory types, refusals and invalidations.",
		children, NULL, NULL
	};
	struct top t = { .common.command = "top" };
	int err = 0, status = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &t);
	catch_stop();
	if (open_source(&t.common, &t.source, &t.host, true, t.output ? KVMMT_TRACED : 0, true))
		return 1;
	begin(&t);
	if (t.output)
		err = open_recorder(&t.source, &t.recorder, &t.host, t.output);
	if (!err)
		err = sample(&t);
	if (!err)
		err = t.batch || !term_usable() ? batch(&t) : dashboard(&t);
	if (!err)
		err = finish(&t);
	if (err == -ENODEV)
		status = fail("top", "TERM=%s: no such terminal is known; --batch needs none", getenv("TERM"));
	else if (err)
		status = fail("top", "%s%s%s", t.output ? t.output : "", t.output ? ": " : "", strerror(-err));
	else if (t.source.replay)
		status = complain_of_recording(&t.common, t.source.replay);
	source_close(&t.source);
	model_free(&t.model);
	past_close(&t.past);
	screen_free(&t.screen);
	return status;
}
