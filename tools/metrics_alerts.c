// SPDX-License-Identifier: GPL-2.0
/* What alerts are made of: see metrics_text.h. */
#include "metrics_text.h"
#include "names.h"

static void vm_line(FILE *out, const char *name, enum metric_type type, const struct series *s,
		    double value)
{
	char comma = '{';

	fprintf(out, "%s%s", name, type == COUNTER ? "_total" : "");
	metrics_label(out, &comma, "vm", s->label);
	fprintf(out, "} %.9g\n", value);
}

static void storm_cause(FILE *out, const struct series *s, const struct storm_cause *c)
{
	const char *reason = name_inval_reason(c->reason);
	char comma = '{', word[STORM_WORD_LEN];

	fputs("kvmmt_vm_storm_cause_ratio", out);
	metrics_label(out, &comma, "vm", s->label);
	metrics_label(out, &comma, "kind", storm_cause_kind(c, s->vm));
	metrics_label(out, &comma, "cause", storm_cause_word(c, word));
	metrics_label(out, &comma, "reason", reason ? reason : "unknown");
	fprintf(out, "} %.9g\n",
		s->storm.count > c->count ? (double)c->count / (double)s->storm.count : 1);
}

#define DURING(alert, member) \
	offsetof(struct series, alert.spell.on), offsetof(struct series, alert.member)

/* A number that there is while the alert is on: @on and @value are DURING() of a series. */
static void print_during(const struct metrics *m, FILE *out, const char *name, size_t on,
			 size_t value, const char *help)
{
	size_t i;

	metrics_head(m, out, name, GAUGE, "", help);
	for (i = 0; i < m->set->nr; i++) {
		const char *s = (const char *)m->set->all[i];

		if (*(const bool *)(s + on))
			vm_line(out, name, GAUGE, m->set->all[i], *(const double *)(s + value));
	}
}

/* Storms are few: a VM that has one is told by name, also among the others. */
static void print_storms(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i, c;

	if (!m->host->tracepoint[KVMMT_KIND_S2_INVALIDATE])
		return;
	metrics_head(m, out, "kvmmt_vm_storm", GAUGE, "", "Is there a storm of invalidations now?");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own || set->all[i]->storm.spell.on)
			vm_line(out, "kvmmt_vm_storm", GAUGE, set->all[i],
				set->all[i]->storm.spell.on);
	metrics_head(m, out, "kvmmt_vm_storms", COUNTER, "", "Storms of invalidations so far.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own)
			vm_line(out, "kvmmt_vm_storms", COUNTER, set->all[i],
				set->all[i]->storm.spell.raised);
	print_during(m, out, "kvmmt_vm_storm_rate", DURING(storm, per_s),
		     "Invalidations a second since the storm began.");
	print_during(m, out, "kvmmt_vm_storm_refault_ratio", DURING(storm, refault),
		     "Part of the invalidated memory that was mapped again meanwhile.");
	metrics_head(m, out, "kvmmt_vm_storm_cause_ratio", GAUGE, "",
		     "Part of a storm's invalidations that this caused: the three that cause most.");
	for (i = 0; i < set->nr; i++) {
		const struct storm *storm = &set->all[i]->storm;

		for (c = 0; storm->spell.on && c < storm->nr_causes && c < 3; c++)
			storm_cause(out, set->all[i], &storm->causes[c]);
	}
}

static void thrash_cause(FILE *out, const struct series *s)
{
	const char *reason = name_vncr_inval(s->thrash.reason);
	char comma = '{';

	fputs("kvmmt_vm_vncr_thrash_cause_ratio", out);
	metrics_label(out, &comma, "vm", s->label);
	metrics_label(out, &comma, "reason", reason ? reason : "unknown");
	fprintf(out, "} %.9g\n", s->thrash.part);
}

/* As storms: of guest hypervisors alone. */
static void print_thrash(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i;

	if (!metrics_fed(m->host, VNCR_LOOKUP | VNCR_WALK | VNCR_INVAL))
		return;
	metrics_head(m, out, "kvmmt_vm_vncr_thrash", GAUGE, "",
		     "Does the VNCR pseudo-TLB thrash now?");
	for (i = 0; i < set->nr; i++)
		if ((set->all[i]->own && set->all[i]->vm->nr_vcpus) || set->all[i]->thrash.spell.on)
			vm_line(out, "kvmmt_vm_vncr_thrash", GAUGE, set->all[i],
				set->all[i]->thrash.spell.on);
	print_during(m, out, "kvmmt_vm_vncr_thrash_rate", DURING(thrash, per_s),
		     "Walks a second since it began to thrash.");
	print_during(m, out, "kvmmt_vm_vncr_thrash_miss_ratio", DURING(thrash, miss),
		     "Part of the lookups that missed meanwhile.");
	metrics_head(m, out, "kvmmt_vm_vncr_thrash_cause_ratio", GAUGE, "",
		     "Part of the entries that left meanwhile for the most frequent reason.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->thrash.spell.on)
			thrash_cause(out, set->all[i]);
}

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
	print_storms(m, out);
	print_thrash(m, out);
	print_refusals(m, out);
	print_recordings(m, out);
}
