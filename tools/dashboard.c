// SPDX-License-Identifier: GPL-2.0
/* The dashboard on a terminal: keys answered at once, and samples when they are due. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "term.h"
#include "top.h"

#define TELL_NS 200000000ull	/* after so long, and so often, it is told how far it is */
#define REFRESH_S 0.05	/* at most so often; what plays faster goes several steps at once */

/* How long a step of a recording takes, of its own time. */
static double step_s(const struct top *t)
{
	double s = (double)(t->model.now_ns - t->model.before_ns) / 1e9;

	if (t->play.step_ns)
		return (double)t->play.step_ns / 1e9;
	return s < 0.1 ? 0.1 : s > 10 ? 10 : s;
}

static double wait_s(const struct top *t)
{
	double s = t->source.replay ? step_s(t) / t->ui.speed : t->ui.delay_s;

	return s < REFRESH_S ? REFRESH_S : s;
}

/* Returns 0 or -ENOMEM. */
static int draw(struct top *t, int *rows)
{
	int cols, err = t->ui.view == VIEW_VM ? past_trend(&t->past, &t->ui) : 0;

	term_size(rows, &cols);
	if (!err)
		err = top_slots(t);
	if (!err)
		err = ui_draw(&t->ui, &t->screen, *rows, cols);
	if (!err)
		term_draw(&t->screen);
	return err;
}

/* Wait for the next sample's time, with keys answered at once. */
static int interact(struct top *t, __u64 until_ns)
{
	int rows, err, key;

	do {
		__u64 now = live_now_ns();

		err = draw(t, &rows);
		if (err)
			return err;
		key = term_key(t->ui.paused ? 1000 : now < until_ns ? (until_ns - now) / 1000000 + 1 : 0);
		ui_key(&t->ui, key, rows);
		if (t->source.live)
			err = past_follow(&t->past, &t->ui, &t->model);
		if (t->ui.reset && !err)
			err = model_reset(&t->model);
		t->play.reset |= t->ui.reset;
		t->ui.reset = false;
		if (!err && t->source.recorder)
			err = source_pump(&t->source);
	} while (!stop && !err && !t->ui.quit && !t->ui.go && !t->ui.step && !t->ui.new_delay &&
		 (key != KEY_NONE || t->ui.paused));
	return err;
}

static void stop_measuring(struct top *t)
{
	if (t->cost_fd >= 0)
		close(t->cost_fd);
	t->cost_fd = -1;
	t->ui.cost = t->measured = false;
}

/* At a sample: what the BPF programs cost since the one before, if that was asked for. */
static void measure(struct top *t)
{
	int err;

	if (!t->ui.cost) {
		stop_measuring(t);
		return;
	}
	if (t->cost_fd < 0)
		t->cost_fd = live_measure();
	memcpy(t->ui.costs_before, t->ui.costs, sizeof(t->ui.costs));
	err = t->cost_fd < 0 ? t->cost_fd : live_costs(t->source.live, t->ui.costs);
	if (err) {
		ui_say(&t->ui, "what BPF costs cannot be measured: %s", strerror(-err));
		stop_measuring(t);
		return;
	}
	t->ui.costs_s = t->measured ? (double)(t->model.now_ns - t->model.before_ns) / 1e9 : 0;
	t->measured = true;
}

/* As many steps as one refresh shows. */
static int play_on(struct top *t)
{
	double s = step_s(t) / t->ui.speed, done = 0;
	int stepped = 1;

	for (; stepped > 0 && done < REFRESH_S; done += s)
		stepped = play_step(&t->play);
	return stepped < 0 ? stepped : 0;
}

/* On a long way: how far it is, and has its user enough? */
static bool enough(void *ctx)
{
	struct top *t = ctx;
	__u64 at, size;
	int rows, key;

	if (live_now_ns() < t->told_ns + TELL_NS)
		return false;
	t->told_ns = live_now_ns();
	replay_progress(t->source.replay, &at, &size);
	if (size)
		ui_say(&t->ui, "reading: %.0f%% of the recording; any key stops that",
		       100 * (double)at / (double)size);
	else
		ui_say(&t->ui, "reading: %llu MiB; any key stops that", at >> 20);
	draw(t, &rows);
	key = term_key(0);
	t->ui.quit |= key == 'q';
	return key != KEY_NONE && key != K_RESIZE;
}

/* To where the user wants to be in the recording, or on. */
static int go(struct top *t)
{
	__u64 began_ns = t->told_ns = live_now_ns();
	int err;

	if (t->ui.go)
		err = play_go(&t->play, t->ui.go_ns);
	else if (t->ui.step < 0)
		err = play_go(&t->play, t->model.before_ns);
	else if (t->ui.step > 0)
		err = play_step(&t->play);
	else if (t->ui.new_delay)
		err = play_set_step(&t->play, t->ui.delay_s * 1e9);
	else
		err = play_on(t);
	if (t->told_ns != began_ns)
		t->ui.said[0] = '\0';
	return err;
}

static int follow(struct top *t)
{
	int err = go(t);

	t->ui.go = t->ui.new_delay = false;
	t->ui.step = 0;
	t->ui.ended = t->play.ended;
	t->ui.paused |= t->play.ended;
	if (err == -ESPIPE)
		ui_say(&t->ui, "what came through a pipe is gone: only a file can go back");
	else if (err == -EINTR)
		ui_say(&t->ui, "stopped on the way, at %.1f s", ui_seconds(&t->ui));
	return err < 0 && err != -ESPIPE && err != -EINTR ? err : 0;
}

int dashboard(struct top *t)
{
	unsigned long n = 0;
	int err;

	t->cost_fd = -1;
	err = term_open(top_reads_stdin(t));

	if (!err)
		err = past_open(&t->past, &t->ui);
	t->ui.history &= !t->source.replay;	/* a recording has its own */
	t->play.checkpoints = &t->checkpoints;
	t->play.enough = enough;
	if (!err)
		err = history_add(t->past.history, &t->model);

	while (!err && !stop && !t->ui.quit && (!t->common.count || n++ < t->common.count)) {
		err = interact(t, live_now_ns() + (__u64)(wait_s(t) * 1e9));
		if (err || t->ui.quit)
			break;
		if (t->source.replay)
			err = follow(t);
		else
			err = top_sample(t);
		if (!err && t->source.live)
			measure(t);
		t->ui.new_delay = false;
		if (!err && t->source.live)
			err = past_follow(&t->past, &t->ui, &t->model);
	}
	stop_measuring(t);
	term_close();
	return err;
}
