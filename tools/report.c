// SPDX-License-Identifier: GPL-2.0
/* See report.h: reading, and the values that have names. */
#include <errno.h>
#include <string.h>

#include "names.h"
#include "play.h"
#include "report.h"
#include "storms.h"
#include "utf8.h"

#define STEP_NS 1000000000ull

static void count_event(void *ctx, const struct kvmmt_event *e)
{
	struct report *r = ctx;

	r->events[e->kind]++;
	r->nr_events += e->kind != KVMMT_KIND_LOST;
	ranges_add(r->ranges, e);
	report_refusals_add(r, e);
}

static void sum_up(struct report *r)
{
	const struct model *m = &r->model;
	size_t i;

	model_add(&r->sum, &m->rest.now);
	r->name_width = 14;
	for (i = 0; i < m->nr_vms; i++) {
		int width = utf8_columns(m->vms[i]->name);

		model_add(&r->sum, &m->vms[i]->now);
		r->name_width = width > r->name_width ? width : r->name_width;
	}
	r->nr_vms = m->nr_vms + m->nr_rest;
	r->lost = counters_sum(m->lost, KVMMT_KIND_NR);
	r->uncounted = m->lost_vms;
	r->length_ns = m->now_ns - m->start_ns;
	r->seconds = (double)r->length_ns / 1e9;
}

static int sampled(void *ctx)
{
	const struct storm_limits limits = STORM_DEFAULTS;
	struct report *r = ctx;

	return r->err ? r->err : storms_step(&r->model, &limits);
}

/*
 * To the end, second by second: a storm is a matter of time. VMs that are gone are summed
 * up when there are too many of them.
 */
static int read_all(struct report *r)
{
	struct play play = {
		.source = &r->source,
		.model = &r->model,
		.step_ns = STEP_NS,
		.crowds = true,
		.stop = &stop,
		.sampled = sampled,
		.ctx = r,
	};
	int err = play_begin(&play);

	return err ? err : play_go(&play, ~0ull);
}

int report_read(struct report *r, const struct common *common)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->common = common;
	if (open_source(common, &r->source, &r->host, false, 0, false))
		return 1;
	snprintf(r->hostname, sizeof(r->hostname), "%s", replay_info(r->source.replay)->hostname);
	r->wall.offset_ns = replay_info(r->source.replay)->realtime_ns;
	r->ranges = ranges_new();
	r->model.keep_gone = true;
	r->source.event = count_event;
	r->source.ctx = r;
	err = r->ranges ? read_all(r) : -ENOMEM;
	if (err)
		return fail(common->command, "%s: %s", common->input, strerror(-err));
	r->status = complain_of_recording(common, r->source.replay);
	sum_up(r);
	return 0;
}

void report_free(struct report *r)
{
	source_close(&r->source);
	model_free(&r->model);
	ranges_free(r->ranges);
}

static int field_value(const struct report *r, const struct field *f, double *value)
{
	char missing[160];
	__u64 v;

	if (!f->value)
		return -ENOENT;
	if (host_missing(&r->host, f->sources, missing, sizeof(missing)))
		return -ENODATA;
	v = f->value(&r->sum);
	if ((f->type == FIELD_RATIO && v == FIELD_NO_RATIO) || (f->type == FIELD_TIMES && !v))
		return -ENODATA;
	*value = f->type == FIELD_RATIO ? (double)v / 10000 : (double)v;
	return 0;
}

int report_value(const struct report *r, const char *name, double *value)
{
	const struct {
		const char *name;
		double value;
	} own[] = {
		{ "events", r->nr_events }, { "lost", r->lost },
		{ "vms", r->nr_vms }, { "seconds", r->seconds },
		{ "storms", r->model.nr_storms }, { "thrashes", r->model.nr_thrashes },
	};
	char word[64];
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (!strcmp(own[i].name, name)) {
			*value = own[i].value;
			return 0;
		}
	}
	/* vncr.hit_ratio is vncr_hit_ratio. */
	snprintf(word, sizeof(word), "%s", name);
	for (i = 0; word[i]; i++)
		if (word[i] == '.')
			word[i] = '_';
	return field_find(word, i) ? field_value(r, field_find(word, i), value) : -ENOENT;
}
