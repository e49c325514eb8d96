// SPDX-License-Identifier: GPL-2.0
/* kvmmt stat: what each VM's stage 2 did, at intervals or over a command. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "json.h"
#include "kvmmt.h"
#include "play.h"
#include "source.h"
#include "table.h"

struct stat {
	struct common common;
	struct model model;
	struct host host;
	struct source source;
	struct recorder recorder;
	const char *output;	/* a recording of the live run, or NULL */
	__u64 told_lost;	/* on stderr so far */
	bool vncr;		/* a row for each vCPU of guest hypervisors */
	char **child;
	int child_pid;		/* 0: none, or it has ended */
	int child_status;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "record the events too; 'stat -i FILE' shows the same tables", 0 },
	{ "vncr", 'N', NULL, 0, "guest hypervisors: a row for each vCPU and its VNCR pseudo-TLB", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat *s = state->input;

	switch (key) {
	case 'o':
		s->output = arg;
		break;
	case 'N':
		s->vncr = true;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->common;
		break;
	case ARGP_KEY_ARG:
		return take_recording(&s->common, arg, state) ? 0 : ARGP_ERR_UNKNOWN;
	case ARGP_KEY_ARGS:
		s->child = state->argv + state->next;
		s->common.runs_command = true;
		break;
	case ARGP_KEY_SUCCESS:
		if (s->common.input && (s->child || s->output))
			argp_error(state, "a COMMAND and --output are for a live run, --input is a recording");
		if (s->child && s->common.count && !s->common.interval_s)
			argp_error(state, "--count with a COMMAND needs --interval");
		if (s->common.ring_bytes && !s->output)
			argp_error(state, "--buffer needs --output: else no events are on their way");
		check_fields(&s->common, s->vncr, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static bool replayed(const struct stat *s)
{
	return s->source.replay;
}

/* Events that no VM's counters have. */
static __u64 lost(const struct stat *s)
{
	return replayed(s) ? counters_sum(s->model.lost, KVMMT_KIND_NR) : s->model.lost_vms;
}

/* What was lost belongs to no VM that could be named. In text it is told when it grows. */
static void print_loss(struct stat *s)
{
	struct json j;

	if (s->common.json) {
		json_begin(&j, stdout);
		json_number(&j, "lost_events", lost(s));
		json_end(&j);
		return;
	}
	if (lost(s) == s->told_lost)
		return;
	s->told_lost = lost(s);
	if (replayed(s))
		fail("stat", "%llu events were lost when this was recorded",
		     (unsigned long long)lost(s));
	else
		fail("stat", "%llu events of VMs beyond the %d, or of guest hypervisors' vCPUs "
			     "beyond the %d, that are counted for certain were lost",
		     (unsigned long long)lost(s), KVMMT_MAX_VMS, KVMMT_MAX_VCPUS);
}

/* A line above a table: when it ends, in seconds since the start */
static void print_head(const struct stat *s, bool total, bool first)
{
	printf("%s%s%.3f s\n", first ? "" : "\n", total ? "total of " : "",
	       (double)(s->model.now_ns - s->model.start_ns) / 1e9);
}

/* @tables: this is one of several; @first: the first of them */
static int print(struct stat *s, bool total, bool tables, bool first)
{
	const struct model *m = &s->model;
	struct table t = {
		.fields = s->common.fields,
		.nr_fields = s->common.nr_fields,
		.sort = s->common.sort,
		.host = &s->host,
		.total = total,
		.seconds = (double)(m->now_ns - (total ? m->start_ns : m->before_ns)) / 1e9,
		.nested = m->nested,
		.vcpus = s->vncr,
	};
	struct model_vm rest;
	size_t nr;
	struct table_row *rows = table_rows(&t, m, &rest, &nr);

	if (!rows)
		return -ENOMEM;
	table_sort(&t, rows, nr);
	if (s->common.json) {
		table_json(&t, rows, nr, stdout);
	} else if (s->common.csv) {
		table_csv(&t, rows, nr, first, stdout);
	} else {
		if (tables)
			print_head(s, total, first);
		table_text(&t, rows, nr, stdout);
	}
	print_loss(s);
	free(rows);
	return 0;
}

static void reap(struct stat *s)
{
	if (s->child_pid && child_ended(s->child_pid, &s->child_status)) {
		s->child_pid = 0;
		stop = 1;
	}
}

/* Until @when_ns, a signal to stop, or the child's end. Returns 0 or -errno. */
static int wait_until(struct stat *s, __u64 when_ns)
{
	int err = 0;

	for (;;) {
		__u64 now = live_now_ns();

		reap(s);
		if (err < 0 || stop || now >= when_ns)
			return err < 0 ? err : 0;
		err = source_wait(&s->source, when_ns - now > 50000000 && s->child_pid ?
						      now + 50000000 :
						      when_ns);
	}
}

static int sample(struct stat *s, bool totals)
{
	return source_sample(&s->source, &s->model, totals);
}

static bool enough(const struct stat *s, unsigned long printed)
{
	return stop || (s->common.count && printed >= s->common.count);
}

static int run(struct stat *s)
{
	bool tables = !s->child || s->common.interval_s;
	__u64 step_ns = (s->common.interval_s ? s->common.interval_s : 1) * 1e9;
	__u64 next = live_now_ns();
	unsigned long printed = 0;
	int err = sample(s, false), finish_err;

	while (!err && !enough(s, printed)) {
		next += step_ns;
		/* After a long stop (SIGSTOP, a suspended host) go on from now. */
		if (next < live_now_ns())
			next = live_now_ns() + step_ns;
		err = wait_until(s, next);
		if (err || !tables || stop)
			continue;
		err = sample(s, false);
		if (!err)
			err = print(s, false, true, !printed++);
	}
	finish_err = source_finish(&s->source);
	if (!err)
		err = finish_err;
	if (err || (!stop && !s->child))
		return err;
	/* Stopped: the totals. */
	err = sample(s, true);
	return err ? err : print(s, true, printed, !printed);
}

/*
 * The tables of the live run that recorded, at its times; or at intervals of the
 * recording's time.
 */
static int run_replay(struct stat *s)
{
	bool as_live = replay_has_samples(s->source.replay) && !s->common.interval_s;
	struct play play = {
		.source = &s->source,
		.model = &s->model,
		.step_ns = as_live ? 0 : (s->common.interval_s ? s->common.interval_s : 1) * 1e9,
		.stop = &stop,
	};
	unsigned long printed = 0;
	int err = play_begin(&play);

	while (!err && !enough(s, printed)) {
		err = play_step(&play);
		if (err < 0 || play.ended || stop)
			break;
		err = print(s, false, true, !printed++);
	}
	if (err < 0)
		return err;
	return play.ended || stop ? print(s, true, printed, !printed) : 0;
}

static int run_live(struct stat *s, int release)
{
	int err = s->output ? open_recorder(&s->source, &s->recorder, &s->host, s->output) : 0;

	if (err)
		return fail("stat", "%s: %s", s->output, strerror(-err));
	if (s->child)
		child_release(release);
	err = run(s);
	if (s->child_pid)
		s->child_status = child_end(s->child_pid);
	if (!err && s->output)
		err = writer_close(s->recorder.writer);
	if (err)
		return fail("stat", "%s%s%s", s->source.err ? s->output : "", s->source.err ? ": " : "",
			    strerror(-err));
	return s->child ? s->child_status : 0;
}

int cmd_stat(int argc, char **argv)
{
	static const struct argp_child children[] = { { &stat_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[FILE]\n[-- COMMAND...]",
		"Count what each VM's stage 2 does: faults by the memory type they were given, "
		"refusals, invalidations; and what the VNCR pseudo-TLB of guest hypervisors does."
		"\vPrints a table every second, or as -d says, and the totals at the end (Ctrl-C). "
		"With a COMMAND and no -d, only the totals when it ends.",
		children, NULL, NULL
	};
	struct stat s = { .common.command = "stat" };
	int release = -1, status = 1, err;

	argp_parse(&argp, argc, argv, 0, NULL, &s);
	if (s.child) {
		s.child_pid = child_prepare(s.child, &release);
		if (s.child_pid < 0)
			return fail("stat", "%s: %s", s.child[0], strerror(-s.child_pid));
	}
	catch_stop();
	if (open_source(&s.common, &s.source, &s.host, true, s.output ? KVMMT_TRACED : 0, false))
		return 1;
	if (s.vncr && !host_has(&s.host, KVMMT_VNCR_KINDS)) {
		fail("stat", "--vncr: there is nothing to show");
	} else if (replayed(&s)) {
		err = run_replay(&s);
		status = err ? fail("stat", "%s: %s", s.common.input, strerror(-err)) :
			       complain_of_recording(&s.common, s.source.replay);
	} else {
		status = run_live(&s, release);
	}
	source_close(&s.source);
	model_free(&s.model);
	return status;
}
