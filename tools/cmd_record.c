// SPDX-License-Identifier: GPL-2.0
/* kvmmt record: events into a file, or the latest of them kept in memory. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvmmt.h"
#include "recorder.h"
#include "snapshots.h"

struct record {
	struct common common;
	__u32 kinds;
	bool refused, quiet;
	const char *output;
	size_t size_bytes;
	unsigned int rotate;	/* older files that stay */
	size_t keep_bytes;	/* flight recorder: these, or */
	__u64 keep_ns;
	char **child;
	struct recorder recorder;
	struct snapshots snapshots;
	__u64 start_ns, told_ns;
	const char *at;		/* what failed with */
	int err;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "write here, '-' is standard output (default kvmmt.data)", 0 },
	{ "kind", 'k', "KIND", 0, "only this kind of event; may be given again", 0 },
	{ "refused", 'r', NULL, 0, "only refusals", 0 },
	{ "size", 'S', "SIZE", 0, "stop, or go on in a new file, at this size", 0 },
	{ "rotate", 'R', "N", 0, "at --size begin a new file and keep N older ones, FILE.1 ...", 0 },
	{ "keep", 'K', "SECONDS|SIZE", 0,
	  "flight recorder: keep the latest in memory; SIGUSR2 has it written", 0 },
	{ "on-refusal", 'U', NULL, 0, "with --keep: write at a refusal too", 0 },
	{ "on-storm", 'T', "WHAT=N,...", OPTION_ARG_OPTIONAL,
	  "with --keep: write when a storm of invalidations begins, or a VNCR pseudo-TLB thrashes; what these are as for kvmmt exporter", 0 },
	{ "quiet", 'q', NULL, 0, "no progress and no summary", 0 },
	{ 0 },
};

/* 30 or 0.5: seconds; 64M: bytes. */
static void parse_keep(struct record *r, const char *arg, struct argp_state *state)
{
	char *end;
	double seconds = strtod(arg, &end);

	if (end == arg || *end)
		r->keep_bytes = parse_size("keep", arg, state);
	else if (seconds >= 0.1 && seconds <= 86400)
		r->keep_ns = seconds * 1e9;
	else
		argp_error(state, "--keep: '%s' is neither 0.1 to 86400 seconds nor a size such as 64M",
			   arg);
}

static void check_options(const struct record *r, struct argp_state *state)
{
	bool flight = r->keep_bytes || r->keep_ns, piped = !strcmp(r->output, "-");

	if (r->refused && r->kinds)
		argp_error(state, "--refused and --kind exclude each other");
	if (r->snapshots.on_refusal && !flight)
		argp_error(state, "--on-refusal needs --keep");
	if (r->snapshots.on_storm && !flight)
		argp_error(state, "--on-storm needs --keep");
	if (flight && r->size_bytes)
		argp_error(state, "--keep and --size exclude each other");
	if (r->rotate && !r->size_bytes && !flight)
		argp_error(state, "--rotate needs --size or --keep");
	if (piped && (flight || r->rotate))
		argp_error(state, "standard output can be no series of files");
	if (piped && isatty(STDOUT_FILENO))
		argp_error(state, "a recording is nothing for a terminal: --output FILE");
	if (strlen(r->output) > PATH_MAX - 16)
		argp_error(state, "--output: the name is too long");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct record *r = state->input;
	char *end;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &r->common;
		break;
	case 'o':
		r->output = arg;
		break;
	case 'k':
		r->kinds |= parse_kind(arg, state);
		break;
	case 'r':
		r->refused = true;
		break;
	case 'S':
		r->size_bytes = parse_size("size", arg, state);
		break;
	case 'R':
		r->rotate = strtoul(arg, &end, 10);
		if (*arg < '0' || *arg > '9' || *end || !r->rotate || r->rotate > 1000)
			argp_error(state, "--rotate: '%s' is not a number from 1 to 1000", arg);
		break;
	case 'K':
		parse_keep(r, arg, state);
		break;
	case 'U':
		r->snapshots.on_refusal = true;
		break;
	case 'T':
		r->snapshots.on_storm = true;
		if (arg)
			parse_storm("on-storm", &r->snapshots.storms.limits, arg, state);
		break;
	case 'q':
		r->quiet = true;
		break;
	case ARGP_KEY_ARGS:
		r->child = state->argv + state->next;
		r->common.runs_command = true;
		break;
	case ARGP_KEY_END:
		check_options(r, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static bool flight(const struct record *r)
{
	return r->keep_bytes || r->keep_ns;
}

/* What is there by this name stays, as FILE.1. */
static int open_file(struct record *r)
{
	int err = 0;

	if (strcmp(r->output, "-"))
		err = recorder_rotate(r->output, r->rotate ? r->rotate : 1);
	return err ? err : writer_open(r->recorder.writer, r->output);
}

static void take_event(void *ctx, const struct kvmmt_event *e)
{
	struct record *r = ctx;

	if (r->common.count && writer_count(r->recorder.writer).events >= r->common.count)
		return;
	snapshots_event(&r->snapshots, e);
	if (!r->err)
		r->err = recorder_event(&r->recorder, e);
}

/* Is there something that the flight recorder is to write now? */
static int look(struct record *r, struct source *source, bool last)
{
	return snapshots_step(&r->snapshots, r->recorder.writer, source, last);
}

static int check_size(struct record *r)
{
	int err;

	if (!r->size_bytes || writer_count(r->recorder.writer).bytes < r->size_bytes)
		return 0;
	if (!r->rotate) {
		stop = 1;
		return 0;
	}
	err = writer_close(r->recorder.writer);
	return err ? err : open_file(r);
}

static void tell(struct record *r, const char *begin, const char *end)
{
	struct writer_count c = writer_count(r->recorder.writer);

	fprintf(stderr, "%skvmmt record: %s: %.1f s  %llu events  lost %llu  (%llu bytes)%s", begin,
		flight(r) ? "in memory" : r->output, (double)(live_now_ns() - r->start_ns) / 1e9,
		(unsigned long long)c.events, (unsigned long long)c.lost, (unsigned long long)c.bytes,
		end);
}

static void progress(struct record *r)
{
	__u64 now = live_now_ns();

	if (r->quiet || !isatty(STDERR_FILENO) || now - r->told_ns < 1000000000)
		return;
	r->told_ns = now;
	tell(r, "\r", "\033[K");
}

static bool enough(const struct record *r)
{
	return stop || r->err ||
	       (r->common.count && writer_count(r->recorder.writer).events >= r->common.count) ||
	       (r->common.interval_s && live_now_ns() - r->start_ns >= r->common.interval_s * 1e9);
}

/* Until enough is recorded or the child ended; its exit status, else 0. */
static int run(struct record *r, struct live *live, int *child)
{
	struct source source = { .live = live };
	int status = 0, err;

	r->start_ns = live_now_ns();
	while (!enough(r)) {
		err = live_events(live, 100, false, take_event, r);
		if (err && err != -EINTR) {
			r->at = "reading events";
			r->err = err;
		}
		if (!r->err && !err)
			r->err = recorder_settled(&r->recorder, live_settled_ns(live));
		if (!r->err)
			r->err = flight(r) ? look(r, &source, false) : check_size(r);
		if (*child > 0 && child_ended(*child, &status)) {
			*child = 0;
			break;
		}
		progress(r);
	}
	live_detach(live);
	if (!r->err)
		live_events(live, 0, true, take_event, r);
	if (!r->err && flight(r))
		r->err = look(r, &source, true);
	if (!r->err && !flight(r))
		r->err = writer_close(r->recorder.writer);
	return status;
}

/* A command that runs is not ended because its recording could not go on. */
static int end_child(const struct record *r, int child, int status)
{
	while (child > 0 && r->err && !stop && !child_ended(child, &status))
		poll(NULL, 0, 50);
	return child > 0 && (!r->err || stop) ? child_end(child) : status;
}

static int begin(struct record *r, struct live *live, const struct host *host)
{
	int err = recorder_open(&r->recorder, host, r->refused ? KVMMT_TRACED : r->kinds,
				r->refused ? RECORD_REFUSALS : RECORD_EVENTS);

	if (!err)
		recorder_follow(&r->recorder, live);
	if (!err && flight(r))
		return writer_keep(r->recorder.writer, r->keep_bytes, r->keep_ns);
	return err ? err : open_file(r);
}

static int record(struct record *r, struct live *live, const struct host *host, int child,
		  int release)
{
	int status = 0;

	r->at = r->output;
	r->err = begin(r, live, host);
	if (!r->err) {
		if (child)
			child_release(release);
		status = run(r, live, &child);
	} else if (child) {
		close(release);
	}
	if (!r->quiet && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (r->err)
		fail("record", "%s: %s", r->at, strerror(-r->err));
	else if (!r->quiet)
		tell(r, "", "\n");
	if (!r->err && flight(r) && !r->snapshots.nr && !r->quiet)
		fail("record", "nothing was written: nothing asked for it");
	status = end_child(r, child, status);
	return r->err ? 1 : status;
}

int cmd_record(int argc, char **argv)
{
	static const struct argp_child children[] = { { &record_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[-- COMMAND...]",
		"Keep stage-2 events in a file, for 'kvmmt report', 'script', 'stat' and 'top' -i FILE."
		"\vUntil Ctrl-C, for the time that -d says, or until COMMAND ends. What FILE was "
		"before becomes FILE.1.",
		children, NULL, NULL
	};
	struct record r = { .common.command = "record", .output = "kvmmt.data",
			    .snapshots.storms.limits = STORM_DEFAULTS };
	int release = -1, child = 0, status = 1;
	struct live *live;
	struct host host;

	argp_parse(&argp, argc, argv, 0, NULL, &r);
	if (!r.kinds && !r.refused)
		r.kinds = KVMMT_TRACED;
	if (r.child) {
		child = child_prepare(r.child, &release);
		if (child < 0)
			return fail("record", "%s: %s", r.child[0], strerror(-child));
	}
	catch_stop();
	r.snapshots.path = r.output;
	r.snapshots.rotate = r.rotate;
	r.snapshots.quiet = r.quiet;
	if (flight(&r))
		snapshots_open(&r.snapshots);
	r.common.origins = true;
	r.common.causes = r.snapshots.on_storm;
	r.common.refault_s = r.snapshots.storms.limits.within_s;
	live = open_live(&r.common, &host, r.snapshots.on_storm, r.kinds, r.refused);
	if (live) {
		status = record(&r, live, &host, child, release);
		live_close(live);
	}
	recorder_close(&r.recorder);
	snapshots_close(&r.snapshots);
	return status;
}
