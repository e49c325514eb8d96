// SPDX-License-Identifier: GPL-2.0
/* kvmmt top: the dashboard, or its screens as text where there is no terminal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "term.h"
#include "storms.h"
#include "top.h"
#include "wall.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct top *t = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = &t->common;
		break;
	case 'b':
		t->batch = true;
		break;
	case 'o':
		t->output = arg;
		break;
	case ARGP_KEY_ARG:
		take_input(&t->common, arg, state);
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
	struct refused what;

	if (!kvmmt_is_refusal(e) || t->err)
		return;
	source_origin(&t->source, e, &what);
	t->err = source_refusal(&t->source, &t->model, e, &what);
}

static const struct storm_limits storm_limits = STORM_DEFAULTS;

static __u64 own_cpu_ns(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000ull +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000ull;
}

bool top_reads_stdin(const struct top *t)
{
	return t->common.input && !strcmp(t->common.input, "-");
}

int top_sample(struct top *t)
{
	__u64 cpu = own_cpu_ns(), wall;
	int err = source_sample(&t->source, &t->model, false);

	if (!err)
		err = storms_step(&t->model, &storm_limits);
	if (!err)
		err = source_pump(&t->source);
	if (err || t->err)
		return err ? err : t->err;
	wall = t->model.now_ns - t->model.before_ns;
	t->ui.own_cpu = t->cpu_ns && wall ? 100.0 * (double)(cpu - t->cpu_ns) / (double)wall : 0;
	t->cpu_ns = cpu;
	return t->past.history ? history_add(t->past.history, &t->model) : 0;
}

/* A recording's sample was taken. */
static int played(void *ctx)
{
	struct top *t = ctx;

	if (!t->err)
		t->err = storms_step(&t->model, &storm_limits);
	return t->err || !t->past.history ? t->err : history_add(t->past.history, &t->model);
}

/* What comes is not what follows. */
static int jumped(void *ctx)
{
	struct top *t = ctx;

	if (t->past.history)
		history_clear(t->past.history);
	trend_forget(&t->ui.trend);
	t->slots_of = NULL;
	return 0;
}

/* As wide as COLUMNS says, where nobody can be asked. */
static int batch_columns(void)
{
	const char *word = getenv("COLUMNS");
	int columns = word ? atoi(word) : 0;

	return columns >= 20 && columns <= 1000 ? columns : 80;
}

static int print_screen(struct top *t, bool first)
{
	int err = ui_draw(&t->ui, &t->screen, 24 + t->model.nr_vms, batch_columns());

	if (err)
		return err;
	if (!first)
		puts("");
	screen_print(&t->screen, stdout);
	return fflush(stdout) ? -errno : 0;
}

/* Events that are recorded end a wait before its time. */
static int wait_live(struct top *t, __u64 until_ns)
{
	int err;

	do {
		err = source_wait(&t->source, until_ns);
	} while (err >= 0 && !stop && live_now_ns() < until_ns);
	return err;
}

/* Returns 1, 0 if there is no more to show, or -errno. */
static int next_screen(struct top *t, bool first)
{
	bool as_live = t->source.replay && !t->play.step_ns;
	int err;

	if (t->source.replay) {
		err = play_step(&t->play);
		/* A live run shows no screen of what comes after its last one. */
		return err > 0 && t->play.ended && as_live && !first ? 0 : err;
	}
	err = wait_live(t, live_now_ns() + (__u64)(t->ui.delay_s * 1e9));
	if (err >= 0)
		err = top_sample(t);
	return err ? err : 1;
}

static int batch(struct top *t)
{
	unsigned long n;
	int err = 0, more = 1;

	t->ui.no_keys = true;
	for (n = 0; !stop && !err && (!t->common.count || n < t->common.count); n++) {
		more = next_screen(t, !n);
		if (more <= 0)
			return more;
		err = print_screen(t, !n);
	}
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
	if (t->source.replay) {
		const struct recording_info *info = replay_info(t->source.replay);

		snprintf(t->ui.hostname, sizeof(t->ui.hostname), "%s", info->hostname);
		t->ui.realtime_ns = info->realtime_ns;
		t->ui.zero_ns = replay_begin_ns(t->source.replay);
		t->ui.recording = t->common.input;
	} else {
		gethostname(t->ui.hostname, sizeof(t->ui.hostname) - 1);
		t->ui.realtime_ns = wall_offset_ns();
	}
	t->ui.replay = t->source.replay;
	if (t->common.interval_s)
		t->ui.delay_s = t->common.interval_s;
	if (t->common.sort)
		t->ui.sort = t->common.sort - fields;
}

/* The first sample. */
static int first_sample(struct top *t)
{
	bool as_live = t->source.replay && replay_has_samples(t->source.replay) &&
		       !t->common.interval_s;

	if (t->source.live)
		return top_sample(t);
	t->play = (struct play){
		.source = &t->source,
		.model = &t->model,
		.step_ns = as_live ? 0 : t->ui.delay_s * 1e9,
		.stop = &stop,
		.sampled = played,
		.jumped = jumped,
		.lead = TREND_NR,
		.ctx = t,
	};
	return play_begin(&t->play);
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
	struct top t = { .common = { .command = "top", .causes = true, .origins = true } };
	int err = 0, status = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &t);
	catch_stop();
	if (open_source(&t.common, &t.source, &t.host, true, t.output ? KVMMT_TRACED : 0, true))
		return 1;
	begin(&t);
	if (t.output)
		err = open_recorder(&t.source, &t.recorder, &t.host, t.output);
	if (!err)
		err = first_sample(&t);
	if (!err)
		err = t.batch || !term_usable(top_reads_stdin(&t)) ? batch(&t) : dashboard(&t);
	if (!err)
		err = finish(&t);
	if (err == -ENODEV)
		status = fail("top", "TERM=%s: no such terminal is known; --batch needs none", getenv("TERM"));
	else if (err)
		status = fail("top", "%s%s%s", t.output ? t.output : "", t.output ? ": " : "", strerror(-err));
	else if (t.source.replay)
		status = complain_of_recording(&t.common, t.source.replay);
	slot_reader_close(t.slots);
	source_close(&t.source);
	model_free(&t.model);
	past_close(&t.past);
	checkpoints_free(&t.checkpoints);
	screen_free(&t.screen);
	return status;
}
