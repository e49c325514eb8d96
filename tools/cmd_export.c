// SPDX-License-Identifier: GPL-2.0
/* kvmmt export: a recording in the format of another program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export.h"
#include "kvmmt.h"

static const struct export_format *const formats[] = { &export_chrome, &export_ctf, &export_csv };

#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

struct command_line {
	struct common common;
	const struct export_format *format;
	const char *output;
};

static const struct argp_option options[] = {
	{ "format", 'f', "FORMAT", 0, "chrome (for Perfetto), ctf or csv", 0 },
	{ "output", 'o', "FILE", 0, "where to; a directory for ctf; '-' is standard output", 0 },
	{ "vm", 'V', "NAME|PID", 0, "only this VM; may be given again", 0 },
	{ 0 },
};

static void list_formats(void)
{
	size_t i;

	for (i = 0; i < NR_FORMATS; i++)
		printf("%-8s %s\n", formats[i]->name, formats[i]->help);
	exit(0);
}

static const struct export_format *find_format(const char *name, struct argp_state *state)
{
	size_t i;

	for (i = 0; i < NR_FORMATS; i++)
		if (!strcmp(name, formats[i]->name))
			return formats[i];
	if (!strcmp(name, "list"))
		list_formats();
	argp_error(state, "--format: there is no format '%s'; --format list names them", name);
	return NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct command_line *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &c->common;
		break;
	case 'f':
		c->format = find_format(arg, state);
		break;
	case 'o':
		c->output = arg;
		break;
	case 'V':
		add_vm_option(&c->common, arg, state);
		break;
	case ARGP_KEY_ARG:
		take_input(&c->common, arg, state);
		break;
	case ARGP_KEY_END:
		if (!c->common.input)
			c->common.input = "kvmmt.data";
		if (!c->format || !c->output)
			argp_error(state, "--format and --output are needed");
		if (c->format->directory && !strcmp(c->output, "-"))
			argp_error(state, "--format %s is a directory, no stream", c->format->name);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int open_output(const struct command_line *c, struct export *x)
{
	char path[4096];

	x->path = c->output;
	if (c->format->directory && mkdir(c->output, 0755) && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s%s%s", c->output, c->format->directory ? "/" : "",
		 c->format->directory ? c->format->file : "");
	x->out = strcmp(c->output, "-") ? fopen(path, "we") : fdopen(dup(STDOUT_FILENO), "w");
	return x->out ? 0 : -errno;
}

struct exporting {
	struct export x;
	const struct export_format *format;
};

static void take_event(void *ctx, const struct kvmmt_event *e)
{
	struct exporting *g = ctx;
	const char *name = e->kind == KVMMT_KIND_LOST ? "" : replay_name(g->x.source->replay, e);
	struct refused what;
	bool known = kvmmt_is_refusal(e) && source_origin(g->x.source, e, &what);

	g->format->event(&g->x, e, name, known ? &what : NULL);
}

static int take_sample(struct exporting *g)
{
	int err = source_sample(g->x.source, g->x.model, false);

	if (!err && g->format->sample)
		g->format->sample(&g->x);
	return err;
}

static int run(struct exporting *g)
{
	struct replay *r = g->x.source->replay;
	__u64 until = replay_step_ns(r, EXPORT_STEP_NS);
	int stopped = REPLAY_MORE, err = source_sample(g->x.source, g->x.model, false);

	while (!err && !stop && stopped != REPLAY_END && !ferror(g->x.out)) {
		stopped = source_wait(g->x.source, until);
		if (stopped < 0)
			return stopped;
		if (stopped == REPLAY_CROWD)
			err = source_update(g->x.source, g->x.model);
		if (stopped != REPLAY_TIME)
			continue;
		err = take_sample(g);
		until = replay_step_ns(r, EXPORT_STEP_NS);
	}
	return err ? err : take_sample(g);
}

static int export(struct exporting *g)
{
	int err = g->format->begin(&g->x);

	if (!err)
		err = run(g);
	if (g->x.state)
		g->format->end(&g->x);
	if (!err && (fflush(g->x.out) || ferror(g->x.out)))
		err = errno ? -errno : -EIO;
	return err;
}

int cmd_export(int argc, char **argv)
{
	static const struct argp_child children[] = { { &input_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[FILE]",
		"Write a recording (default kvmmt.data) in the format of another program.",
		children, NULL, NULL
	};
	struct command_line c = { .common.command = "export" };
	struct model model = { 0 };
	struct source source = { 0 };
	struct exporting g = { .x = { .source = &source, .model = &model } };
	struct host host;
	int err, status = 1;

	argp_parse(&argp, argc, argv, 0, NULL, &c);
	catch_stop();
	g.format = c.format;
	source.event = take_event;
	source.ctx = &g;
	if (open_source(&c.common, &source, &host, false, 0, false))
		return 1;
	err = open_output(&c, &g.x);
	if (!err)
		err = export(&g);
	if (err)
		fail("export", "%s: %s", c.output, strerror(-err));
	else
		status = complain_of_recording(&c.common, source.replay);
	if (g.x.out)
		fclose(g.x.out);
	source_close(&source);
	model_free(&model);
	return status;
}
