// SPDX-License-Identifier: GPL-2.0
/*
 * The metrics of a recording, as they were at its end: all of it goes through model,
 * series and alerts at the live exporter's steps, and nothing is told or run.
 */
#include <errno.h>
#include <string.h>

#include "exporter.h"
#include "play.h"

static void take_refusals(struct exporter *x)
{
	__s64 offset_ns = replay_info(x->source.replay)->realtime_ns;
	size_t i;

	for (i = 0; i < x->nr_due; i++) {
		const struct kvmmt_event *e = &x->refusals_due[i].event;
		const struct refused *memory = &x->refusals_due[i].memory;
		const struct refusal_vm who = exporter_refused_vm(x, e);

		if (exporter_is_end(e, memory))
			continue;
		refusal_add(&x->refusals, &who, e, memory->backing, memory->slot,
			    ((__u64)offset_ns + e->time_ns) / 1000000000);
	}
	x->nr_due = 0;
}

static int sampled(void *ctx)
{
	struct exporter *x = ctx;
	int err = series_update(&x->set, &x->model);
	size_t i;

	for (i = 0; !err && i < x->set.nr; i++) {
		struct series *s = x->set.all[i];

		storm_step(&s->storm, &x->storm, &x->model, s->vm);
		thrash_step(&s->thrash, &x->storm, &x->model, s->vm);
	}
	if (err)
		return err;
	take_refusals(x);
	refusal_expire(&x->refusals, x->model.now_ns);
	return x->err;
}

static int read_all(struct exporter *x)
{
	struct play play = {
		.source = &x->source,
		.model = &x->model,
		.step_ns = x->interval_s * 1e9,
		.stop = &stop,
		.sampled = sampled,
		.ctx = x,
	};
	int err = play_begin(&play);

	return err ? err : play_go(&play, ~0ull);
}

int exporter_replay(struct exporter *x)
{
	const struct common common = { .command = "exporter", .input = x->input };
	int err;

	x->source.event = exporter_event;
	x->source.ctx = x;
	if (open_source(&common, &x->source, &x->host, false, 0, false))
		return 1;
	x->metrics.recorded = x->set.recorded = true;
	err = read_all(x);
	if (err)
		return fail("exporter", "%s: %s", x->input, strerror(-err));
	if (strcmp(x->textfile, "-"))
		exporter_write(x);
	else
		metrics_print(&x->metrics, stdout);
	return complain_of_recording(&common, x->source.replay) || x->write_failed;
}
