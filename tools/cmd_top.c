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
#include "ui.h"

struct top {
	struct common common;
	struct host host;
	struct live *live;
	struct model model;
	struct ui ui;
	struct screen screen;
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
	case ARGP_KEY_ARG:
		argp_error(state, "there is nothing to do with '%s'", arg);
		break;
	case ARGP_KEY_END:
		if (t->common.csv || t->common.json || t->common.nr_fields)
			argp_error(state, "--json, --csv and --fields are for 'kvmmt stat'");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void add_vm(void *ctx, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
		   const char *comm)
{
	struct top *t = ctx;

	if (model_vm(&t->model, key, c, comm))
		t->err = -ENOMEM;
}

static bool add_vcpu(void *ctx, const struct kvmmt_vcpu_key *key, const struct kvmmt_vncr *c)
{
	struct top *t = ctx;
	int err = model_vcpu(&t->model, key, c);

	if (err == -ENOMEM)
		t->err = err;
	return !err;
}

static void add_event(void *ctx, const struct kvmmt_event *e)
{
	struct top *t = ctx;

	if (e->kind != KVMMT_KIND_LOST && model_refusal(&t->model, e))
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
	struct live_loss loss;
	__u64 cpu = own_cpu_ns(), wall;
	int err;

	model_sample(&t->model, live_now_ns());
	err = live_counters(t->live, add_vm, t);
	if (!err)
		err = live_vcpus(t->live, add_vcpu, t);
	if (!err)
		err = live_events(t->live, 0, false, add_event, t);
	if (!err || err == -EINTR)
		err = live_losses(t->live, &loss);
	if (err || t->err)
		return err ? err : t->err;
	memcpy(t->model.lost, loss.events, sizeof(t->model.lost));
	t->model.lost_vms = loss.vms;
	wall = t->model.now_ns - t->model.before_ns;
	t->ui.own_cpu = t->cpu_ns && wall ? 100.0 * (double)(cpu - t->cpu_ns) / (double)wall : 0;
	t->cpu_ns = cpu;
	return 0;
}

static int batch(struct top *t)
{
	unsigned long n;
	int err = 0;

	t->ui.no_keys = true;
	for (n = 0; !stop && !err && (!t->common.count || n < t->common.count); n++) {
		poll(NULL, 0, t->ui.delay_s * 1000);
		err = sample(t);
		if (!err)
			err = ui_draw(&t->ui, &t->screen, 24 + t->model.nr_vms, 80);
		if (err)
			break;
		if (n)
			puts("");
		screen_print(&t->screen, stdout);
		fflush(stdout);
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
		if (t->ui.reset)
			model_reset(&t->model);
		t->ui.reset = false;
	} while (!stop && !t->ui.quit && (key != KEY_NONE || t->ui.paused));
	return 0;
}

static int dashboard(struct top *t)
{
	unsigned long n = 0;
	int err = term_open();

	while (!err && !stop && !t->ui.quit && (!t->common.count || n++ < t->common.count)) {
		err = sample(t);
		if (!err)
			err = interact(t, live_now_ns() + t->ui.delay_s * 1e9);
	}
	term_close();
	return err;
}

int cmd_top(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "batch", 'b', NULL, 0, "print screens as text, no terminal needed", 0 },
		{ 0 },
	};
	static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, NULL,
		"Watch all VMs of this host: memory types, refusals and invalidations.",
		children, NULL, NULL
	};
	struct top t = { .common.command = "top" };
	int err;

	argp_parse(&argp, argc, argv, 0, NULL, &t);
	catch_stop();
	t.live = open_live(&t.common, &t.host, true, 0, true);
	if (!t.live)
		return 1;
	ui_init(&t.ui, &t.host, &t.model);
	gethostname(t.ui.hostname, sizeof(t.ui.hostname) - 1);
	if (t.common.interval_s)
		t.ui.delay_s = t.common.interval_s;
	if (t.common.sort)
		t.ui.sort = t.common.sort - fields;
	err = sample(&t);
	if (!err)
		err = t.batch || !term_usable() ? batch(&t) : dashboard(&t);
	live_close(t.live);
	model_free(&t.model);
	screen_free(&t.screen);
	if (err == -ENODEV)
		return fail("top", "TERM=%s: no such terminal is known; --batch needs none", getenv("TERM"));
	return err ? fail("top", "%s", strerror(-err)) : 0;
}
