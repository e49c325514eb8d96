// SPDX-License-Identifier: GPL-2.0
/* kvmmt heatmap: a VM's memory over time, as a picture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "heatmap.h"
#include "kvmmt.h"

struct command_line {
	struct common common;
	const char *output;
	canvas_fn canvas;
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE.svg|FILE.png", 0,
	  "the picture (default kvmmt.svg); '-' is standard output, as SVG", 0 },
	{ "vm", 'V', "NAME|PID", 0, "this VM, instead of the one with most faults and refused slots", 0 },
	{ 0 },
};

static canvas_fn parse_suffix(const char *path, struct argp_state *state)
{
	const char *end = strrchr(path, '.');

	if (end && !strcmp(end, ".png"))
		return canvas_png;
	if (strcmp(path, "-") && (!end || strcmp(end, ".svg")))
		argp_error(state, "--output: '%s' is neither .svg nor .png", path);
	return canvas_svg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct command_line *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &c->common;
		break;
	case 'o':
		c->output = arg;
		c->canvas = parse_suffix(arg, state);
		break;
	case 'V':
		if (c->common.nr_vms)
			argp_error(state, "--vm: one VM only");
		add_vm_option(&c->common, arg, state);
		break;
	case ARGP_KEY_ARG:
		take_input(&c->common, arg, state);
		break;
	case ARGP_KEY_END:
		if (!c->common.input)
			c->common.input = "kvmmt.data";
		if (!strcmp(c->common.input, "-"))
			argp_error(state, "a heatmap reads its recording more than once: no pipe");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* What has a place in the picture: faults and refused memslots */
static __u64 events(const struct model_vm *vm)
{
	return counters_sum(vm->now.s2.fault, KVMMT_FAULT_NR + 1) +
	       counters_refused_slots(&vm->now.s2);
}

static const struct model_vm *busiest(const struct model *m)
{
	const struct model_vm *most = NULL;
	size_t i;

	for (i = 0; i < m->nr_vms; i++)
		if (!most || events(m->vms[i]) > events(most))
			most = m->vms[i];
	return most;
}

/* All of the recording, each event to source->event. Returns 0 or -errno. */
static int read_all(struct source *source, struct model *m)
{
	int stopped = REPLAY_MORE, err = 0;

	while (!err && !stop && stopped != REPLAY_END) {
		stopped = source_wait(source, ~0ull);
		if (stopped < 0)
			return stopped;
		if (stopped == REPLAY_CROWD)
			err = source_sample(source, m, false);
	}
	return err ? err : source_sample(source, m, true);
}

static void survey(void *ctx, const struct kvmmt_event *e)
{
	heatmap_survey(ctx, e);
}

static void fill(void *ctx, const struct kvmmt_event *e)
{
	heatmap_fill(ctx, e);
}

static int again(struct source *source, struct model *m, live_event_fn event, struct heatmap *h)
{
	int err = replay_rewind(source->replay);

	model_free(m);
	source->event = event;
	source->ctx = h;
	return err ? err : read_all(source, m);
}

/* Returns 0, -ENOENT: nothing happened to any VM, or -errno. */
static int draw(struct source *source, struct heatmap *h, char *name)
{
	struct model m = { 0 };
	const struct model_vm *vm;
	int err = read_all(source, &m);

	vm = busiest(&m);
	if (!err && (!vm || !events(vm)))
		err = -ENOENT;
	if (!err) {
		snprintf(name, VM_NAME_LEN, "%s", vm->name);
		heatmap_begin(h, vm->key.vm, vm->key.pid, replay_begin_ns(source->replay));
		err = again(source, &m, survey, h);
	}
	if (!err) {
		heatmap_settle(h);
		err = again(source, &m, fill, h);
		heatmap_end(h);
	}
	model_free(&m);
	return err;
}

static int write_picture(const struct command_line *c, const struct heatmap *h, const char *name)
{
	bool standard = !strcmp(c->output, "-");
	FILE *out = standard ? stdout : fopen(c->output, "we");
	int err;

	if (!out)
		return fail("heatmap", "%s: %s", c->output, strerror(errno));
	err = heatmap_draw(h, name, c->canvas, out);
	if (!standard)
		fclose(out);
	if (err && !standard)
		unlink(c->output);
	if (err == -ELIBACC)
		return fail("heatmap", "%s: PNG takes libcairo.so.2, which is not installed (SVG does not)",
			    c->output);
	return err ? fail("heatmap", "%s: %s", c->output, strerror(-err)) : 0;
}

int cmd_heatmap(int argc, char **argv)
{
	static const struct argp_child children[] = { { &input_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[FILE]",
		"Draw a VM's memory over time: what it was mapped as, and when it was invalidated or "
		"refused. From a recording (default kvmmt.data).",
		children, NULL, NULL
	};
	struct command_line c = { .common.command = "heatmap", .output = "kvmmt.svg",
				  .canvas = canvas_svg };
	struct heatmap *h = malloc(sizeof(*h));
	struct source source = { 0 };
	char name[VM_NAME_LEN];
	struct host host;
	int err, status = 1;

	argp_parse(&argp, argc, argv, 0, NULL, &c);
	catch_stop();
	if (!h)
		return fail("heatmap", "%s", strerror(ENOMEM));
	if (open_source(&c.common, &source, &host, false, 0, false))
		goto out;
	err = draw(&source, h, name);
	if (!err || err == -ENOENT)
		status = complain_of_recording(&c.common, source.replay);
	if (err == -ENOENT && !status)
		status = fail("heatmap", "%s: there is no fault of a VM in it, and no refused memslot", c.common.input);
	else if (err && err != -ENOENT)
		fail("heatmap", "%s: %s", c.common.input, strerror(-err));
	if (!err && write_picture(&c, h, name))
		status = 1;
out:
	source_close(&source);
	free(h);
	return status;
}
