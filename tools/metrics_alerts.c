// SPDX-License-Identifier: GPL-2.0
/* Refusals, and recordings of what alerts are about: see metrics_text.h. */
#include "metrics_text.h"

static void refusal_line(FILE *out, const char *name, const struct refusal *r, double value)
{
	const char *reason = refusal_reason(&r->event);
	char comma = '{', slot[16] = "";

	fputs(name, out);
	metrics_label(out, &comma, "vm", r->vm.name);
	metrics_label(out, &comma, "name_from", r->vm.name_from);
	metrics_label(out, &comma, "pod", r->vm.pod);
	metrics_label(out, &comma, "at", refusal_at(&r->event));
	metrics_label(out, &comma, "reason", reason ? reason : "unknown");
	metrics_label(out, &comma, "missing", refusal_missing(&r->event));
	if (r->slot >= 0)
		snprintf(slot, sizeof(slot), "%d", r->slot);
	metrics_label(out, &comma, "slot", slot);
	metrics_label(out, &comma, "backing", r->backing);
	fprintf(out, "} %.15g\n", value);
}

static void print_refusals(const struct metrics *m, FILE *out)
{
	const struct refusal_log *log = m->refusals;
	size_t i;

	metrics_head(m, out, "kvmmt_refusal_timestamp_seconds", GAUGE, "seconds",
		     "When KVM last refused this, told for 15 minutes, also of a VM that is gone.");
	for (i = 0; i < log->nr; i++)
		refusal_line(out, "kvmmt_refusal_timestamp_seconds", &log->kept[i],
			     log->kept[i].time_s);
	metrics_head(m, out, "kvmmt_refusal_first_timestamp_seconds", GAUGE, "seconds",
		     "When KVM first refused this, of those that kvmmt_refusal_repeats counts.");
	for (i = 0; i < log->nr; i++)
		refusal_line(out, "kvmmt_refusal_first_timestamp_seconds", &log->kept[i],
			     log->kept[i].first_s);
	metrics_head(m, out, "kvmmt_refusal_age_seconds", GAUGE, "seconds",
		     "How long ago that was, whatever clocks say.");
	for (i = 0; i < log->nr; i++)
		refusal_line(out, "kvmmt_refusal_age_seconds", &log->kept[i],
			     (double)(model_age_ns(m->model, log->kept[i].event.time_ns) / 1000000) / 1e3);
	metrics_head(m, out, "kvmmt_refusal_repeats", GAUGE, "",
		     "How often KVM refused this of late.");
	for (i = 0; i < log->nr; i++)
		refusal_line(out, "kvmmt_refusal_repeats", &log->kept[i], log->kept[i].count);
	metrics_head(m, out, "kvmmt_refusals_forgotten", COUNTER, "",
		     "Refusals that made room for those of other kinds: a VM has 16, all have 64.");
	metrics_number(out, "kvmmt_refusals_forgotten", COUNTER, log->forgotten);
	metrics_head(m, out, "kvmmt_refusals_untold", COUNTER, "",
		     "Refusals that were due a message, of VMs that had eight within a minute.");
	metrics_number(out, "kvmmt_refusals_untold", COUNTER, log->untold);
}

static void print_recordings(const struct metrics *m, FILE *out)
{
	const struct flight *f = m->flight;
	size_t i;

	if (!f->dir)
		return;
	metrics_head(m, out, "kvmmt_recording_info", GAUGE, "",
		     "The recording that has a VM's latest refusal or storm, or one like it.");
	for (i = 0; i < f->nr; i++) {
		char comma = '{';

		if (!f->entries[i].path[0])
			continue;
		fputs("kvmmt_recording_info", out);
		metrics_label(out, &comma, "vm", f->entries[i].vm);
		metrics_label(out, &comma, "kind", flight_kind_word(f->entries[i].kind));
		metrics_label(out, &comma, "recording", f->entries[i].path);
		fputs("} 1\n", out);
	}
	metrics_head(m, out, "kvmmt_recordings", COUNTER, "",
		     "Recordings of refusals and storms, by what became of them.");
	fprintf(out, "kvmmt_recordings_total{result=\"written\"} %llu\n", (ull)f->written);
	fprintf(out, "kvmmt_recordings_total{result=\"lost\"} %llu\n", (ull)f->failed);
	metrics_head(m, out, "kvmmt_recordings_removed", COUNTER, "",
		     "Old recordings removed: the 16 latest stay.");
	metrics_number(out, "kvmmt_recordings_removed", COUNTER, f->removed);
}

void metrics_alerts(const struct metrics *m, FILE *out)
{
	print_refusals(m, out);
	print_recordings(m, out);
}
