// SPDX-License-Identifier: GPL-2.0
/* kvmmt script: one decoded line for each event, as it happens. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event_field.h"
#include "event_text.h"
#include "kvmmt.h"
#include "names.h"

struct script {
	struct common common;
	struct source source;
	struct event_printer printer;
	struct event_fields fields;
	__u32 kinds;
	bool refused;
	char **child;
	unsigned long printed;
	bool by_wall;
	struct wall wall;	/* times of day, if they are asked for */
	struct model names;	/* remembers VM names past the end of their processes */
};

enum { OPT_REFUSED = 'r', OPT_KIND = 'k' };

static const struct argp_option options[] = {
	{ "kind", OPT_KIND, "KIND", 0,
	  "only s2_fault, s2_slot, s2_invalidate, vncr_lookup, vncr_walk, vncr_invalidate or "
	  "nested_tlbi; may be given again", 0 },
	{ "refused", OPT_REFUSED, NULL, 0, "only refusals", 0 },
	{ "wall", 'w', NULL, 0, "times of day, instead of since boot", 0 },
	{ "fields", 'F', "A,B,...", 0, "these fields, in this order ('list' names them)", 0 },
	{ 0 },
};

static void parse_fields(struct script *s, const char *arg, struct argp_state *state)
{
	char bad[64];

	if (!strcmp(arg, "list")) {
		event_fields_list(stdout);
		exit(0);
	}
	if (event_fields_parse(&s->fields, arg, bad, sizeof(bad)))
		argp_error(state, "--fields: there is no field '%s'; --fields list names them", bad);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct script *s = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->common;
		break;
	case 'F':
		parse_fields(s, arg, state);
		break;
	case 'w':
		s->by_wall = true;
		break;
	case OPT_KIND:
		s->kinds |= parse_kind(arg, state);
		break;
	case OPT_REFUSED:
		s->refused = true;
		break;
	case ARGP_KEY_ARG:
		return take_recording(&s->common, arg, state) ? 0 : ARGP_ERR_UNKNOWN;
	case ARGP_KEY_ARGS:
		s->child = state->argv + state->next;
		s->common.runs_command = true;
		break;
	case ARGP_KEY_END:
		if (s->common.json && s->fields.nr)
			argp_error(state, "--json and --fields exclude each other");
		if (s->child && s->common.input)
			argp_error(state, "a COMMAND is for a live run, --input is a recording");
		if (s->refused && s->kinds)
			argp_error(state, "--refused and --kind exclude each other");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const char *remember_name(struct script *s, const struct kvmmt_event *e)
{
	static const struct kvmmt_counters none;
	const struct kvmmt_vm_key key = { .vm = e->vm, .pid = e->pid };
	const struct model_vm *vm = model_find(&s->names, e->vm, e->pid);
	char comm[KVMMT_COMM_LEN];

	memcpy(comm, e->comm, sizeof(comm));
	if (!vm && !model_vm(&s->names, &key, &none, comm))
		vm = model_find(&s->names, e->vm, e->pid);
	return vm ? vm->name : "?";
}

/* Of a recording; live, the kernel leaves the others out. */
static bool asked_for(const struct script *s, const struct kvmmt_event *e)
{
	if (s->refused)
		return kvmmt_is_refusal(e);
	return s->kinds >> e->kind & 1;
}

static void print_event(void *ctx, const struct kvmmt_event *e)
{
	struct script *s = ctx;
	const struct refused *memory;
	struct refused what;
	const char *name;

	if (s->common.count && s->printed == s->common.count)
		return;
	if (s->source.replay && e->kind != KVMMT_KIND_LOST && !asked_for(s, e))
		return;
	name = e->kind == KVMMT_KIND_LOST ? "" :
	       s->source.replay		  ? replay_name(s->source.replay, e) :
					    remember_name(s, e);
	if (e->kind != KVMMT_KIND_LOST)
		s->printed++;
	memory = kvmmt_is_refusal(e) && source_origin(&s->source, e, &what) ? &what : NULL;
	if (s->common.json)
		event_json(e, name, memory, s->printer.wall, stdout);
	else if (s->common.csv)
		event_fields_csv(&s->fields, e, name, memory, stdout);
	else if (s->fields.nr)
		event_fields_text(&s->fields, e, name, memory, stdout);
	else
		event_print(&s->printer, e, name, memory, stdout);
}

static void tell_time_of_day(struct script *s)
{
	s->wall.offset_ns = s->source.replay ? replay_info(s->source.replay)->realtime_ns :
					       wall_offset_ns();
	s->printer.wall = s->fields.wall = &s->wall;
}

static bool enough(const struct script *s, __u64 end_ns)
{
	return stop || (s->common.count && s->printed >= s->common.count) ||
	       (end_ns && live_now_ns() >= end_ns);
}

static int run_replay(struct script *s)
{
	struct replay *r = s->source.replay;
	__u64 length_ns = s->common.interval_s * 1e9, end_ns = replay_begin_ns(r) + length_ns;
	__u64 until = length_ns && end_ns > length_ns ? end_ns : ~0ull;
	int stopped = REPLAY_MORE;

	/* Nobody waits for these lines one by one. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	s->source.event = print_event;
	s->source.ctx = s;
	while (stopped > 0 && stopped != REPLAY_TIME && !enough(s, 0)) {
		stopped = source_wait(&s->source, until);
		if (stopped == REPLAY_CROWD)
			replay_forget(r);
	}
	if (stopped < 0)
		return fail("script", "%s: %s", s->common.input, strerror(-stopped));
	return stopped == REPLAY_END ? complain_of_recording(&s->common, r) : 0;
}

static void complain_of_loss(const struct script *s, struct live *live)
{
	struct live_loss loss;
	__u64 sum = 0;
	int kind;

	if (live_losses(live, &loss))
		return;
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		sum += loss.events[kind];
	if (sum)
		fail(s->common.command, "%llu events were lost; a larger --buffer may hold them",
		     (unsigned long long)sum);
}

/* Until enough was seen or the child ended; its exit status, else 0. */
static int run(struct script *s, struct live *live, int child)
{
	__u64 end_ns = s->common.interval_s ? live_now_ns() + s->common.interval_s * 1e9 : 0;
	int err = 0, status = 0;

	while (!enough(s, end_ns)) {
		live_find_vfio(live);
		err = live_events(live, 100, false, print_event, s);
		if (err && err != -EINTR)
			return fail(s->common.command, "reading events: %s", strerror(-err));
		if (child > 0 && child_ended(child, &status)) {
			child = 0;
			break;
		}
	}
	if (child > 0)
		status = child_end(child);
	live_detach(live);
	live_events(live, 0, true, print_event, s);
	complain_of_loss(s, live);
	return status;
}

int cmd_script(int argc, char **argv)
{
	static const struct argp_child children[] = { { &script_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[FILE]\n[-- COMMAND...]",
		"Print one decoded line for each event of stage 2 and of the VNCR pseudo-TLB, live or "
		"of a recording, in order of time."
		"\vWith a COMMAND, until it ends.",
		children, NULL, NULL
	};
	struct script s = { .common.command = "script", .common.origins = true };
	int release = -1, child = 0, status = 1;
	struct host host;

	argp_parse(&argp, argc, argv, 0, NULL, &s);
	if (!s.kinds && !s.refused)
		s.kinds = KVMMT_TRACED;
	if (s.common.csv && !s.fields.nr)
		event_fields_all(&s.fields);
	if (s.child) {
		child = child_prepare(s.child, &release);
		if (child < 0)
			return fail("script", "%s: %s", s.child[0], strerror(-child));
	}
	catch_stop();
	if (!open_source(&s.common, &s.source, &host, false, s.kinds, s.refused)) {
		if (s.by_wall)
			tell_time_of_day(&s);
		if (s.common.csv)
			event_fields_csv_head(&s.fields, stdout);
		if (child)
			child_release(release);
		status = s.source.replay ? run_replay(&s) : run(&s, s.source.live, child);
		source_close(&s.source);
	}
	model_free(&s.names);
	return status;
}
