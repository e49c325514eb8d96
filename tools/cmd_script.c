// SPDX-License-Identifier: GPL-2.0
/* kvmmt script: one decoded line for each event, as it happens. */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "event_text.h"
#include "kvmmt.h"
#include "names.h"

struct script {
	struct common common;
	__u32 kinds;
	bool refused;
	char **child;
	unsigned long printed;
	struct model names;	/* remembers VM names past the end of their processes */
};

enum { OPT_REFUSED = 'r', OPT_KIND = 'k' };

static const struct argp_option options[] = {
	{ "kind", OPT_KIND, "KIND", 0, 
	  "only s2_fault, s2_slot, s2_invalidate, vncr_lookup, vncr_walk, vncr_invalidate or "
	  "nested_tlbi; may be given again", 0 },
	{ "refused", OPT_REFUSED, NULL, 0, "only refusals", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct script *s = state->input;
	unsigned int kind;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->common;
		break;
	case OPT_KIND:
		for (kind = 0; kind < KVMMT_KIND_NR && strcmp(arg, name_kind(kind)); kind++)
			;
		if (kind == KVMMT_KIND_NR || kind == KVMMT_KIND_LOST)
			argp_error(state, "--kind: there is no kind '%s'", arg);
		s->kinds |= 1u << kind;
		break;
	case OPT_REFUSED:
		s->refused = true;
		break;
	case ARGP_KEY_ARGS:
		s->child = state->argv + state->next;
		break;
	case ARGP_KEY_END:
		if (s->common.csv || s->common.nr_fields || s->common.sort)
			argp_error(state, "--csv, --fields and --sort are for stat and top");
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

static void print_event(void *ctx, const struct kvmmt_event *e)
{
	struct script *s = ctx;
	const char *name = e->kind == KVMMT_KIND_LOST ? "" : remember_name(s, e);

	if (s->common.count && s->printed == s->common.count)
		return;
	if (e->kind != KVMMT_KIND_LOST)
		s->printed++;
	if (s->common.json)
		event_json(e, name, stdout);
	else
		event_print(e, name, stdout);
}

static bool enough(const struct script *s, __u64 end_ns)
{
	return stop || (s->common.count && s->printed >= s->common.count) ||
	       (end_ns && live_now_ns() >= end_ns);
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
	static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[-- COMMAND...]",
		"Print one decoded line for each event of stage 2 and of the VNCR pseudo-TLB, live, in order of time."
		"\vWith a COMMAND, until it ends.",
		children, NULL, NULL
	};
	struct script s = { .common.command = "script" };
	int release = -1, child = 0, status = 1;
	struct live *live;
	struct host host;

	argp_parse(&argp, argc, argv, 0, NULL, &s);
	if (!s.kinds && !s.refused)
		s.kinds = KVMMT_TRACED;
	if (s.child) {
		child = child_prepare(s.child, &release);
		if (child < 0)
			return fail("script", "%s: %s", s.child[0], strerror(-child));
	}
	catch_stop();
	live = open_live(&s.common, &host, false, s.kinds, s.refused);
	if (live) {
		if (child)
			child_release(release);
		status = run(&s, live, child);
		live_close(live);
	}
	model_free(&s.names);
	return status;
}
