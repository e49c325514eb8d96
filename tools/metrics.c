// SPDX-License-Identifier: GPL-2.0
/* See metrics.h. */
#include <string.h>

#include "kvmmt.h"
#include "metrics.h"
#include "names.h"

typedef unsigned long long ull;

enum type { GAUGE, COUNTER, HISTOGRAM };

static const char *fault_outcome(unsigned int reason)
{
	return name_outcome(kvmmt_fault_outcome(reason));
}

static const char *slot_outcome(unsigned int reason)
{
	return kvmmt_slot_refused(reason) ? name_outcome(KVMMT_OUTCOME_REFUSED) : "accepted";
}

static const char *walk_outcome(unsigned int reason)
{
	return name_outcome(kvmmt_walk_outcome(reason));
}

#define PLACE(member)							\
	offsetof(struct model_counts, member),				\
	sizeof(((struct model_counts *)0)->member) / sizeof(__u64)
#define FAULT	    KVMMT_KIND_BIT(S2_FAULT)
#define SLOT	    KVMMT_KIND_BIT(S2_SLOT)
#define INVAL	    KVMMT_KIND_BIT(S2_INVALIDATE)
#define VNCR_LOOKUP KVMMT_KIND_BIT(VNCR_LOOKUP)
#define VNCR_WALK   KVMMT_KIND_BIT(VNCR_WALK)
#define VNCR_INVAL  KVMMT_KIND_BIT(VNCR_INVALIDATE)
#define TLBI	    KVMMT_KIND_BIT(NESTED_TLBI)

/* Each array of a VM's counters is a metric; a place in it has these labels. */
static const struct family {
	const char *name, *unit, *help;
	const char *label;	/* NULL: a single counter */
	const char *(*word)(unsigned int place);
	const char *label2;
	const char *(*word2)(unsigned int place);
	size_t offset, nr;
	__u32 sources;		/* the tracepoints that feed it, bit by kind */
} families[] = {
	{ "kvmmt_vm_stage2_faults", "", "Stage-2 faults that KVM decided.", "reason", name_fault_reason,
	  "outcome", fault_outcome, PLACE(s2.fault), FAULT },
	{ "kvmmt_vm_stage2_mappings", "", "Faults that mapped, by the memory type the guest got.",
	  "type", name_s2_type, NULL, NULL, PLACE(s2.mapped), FAULT },
	{ "kvmmt_vm_stage2_mapped_bytes", "bytes", "Memory newly mapped, by the type the guest got.",
	  "type", name_s2_type, NULL, NULL, PLACE(s2.mapped_bytes), FAULT },
	{ "kvmmt_vm_memslot_changes", "", "Memslot changes that KVM decided.", "reason",
	  name_slot_reason, "outcome", slot_outcome, PLACE(s2.slot), SLOT },
	{ "kvmmt_vm_stage2_invalidations", "",
	  "Stage-2 ranges invalidated, also of nested guests' shadow stage 2.", "reason",
	  name_inval_reason, NULL, NULL, PLACE(s2.inval), INVAL },
	{ "kvmmt_vm_stage2_invalidated_bytes", "bytes",
	  "Size of the ranges invalidated in the VM's own stage 2.", "reason", name_inval_reason, NULL,
	  NULL, PLACE(s2.inval_bytes), INVAL },
	{ "kvmmt_vm_stage2_shadow_invalidations", "",
	  "Ranges invalidated in nested guests' shadow stage 2.", NULL, NULL, NULL, NULL,
	  PLACE(s2.inval_shadow), INVAL },
	{ "kvmmt_vm_vncr_lookups", "", "Lookups in the VNCR pseudo-TLB, by result.", "result",
	  name_vncr_lookup, NULL, NULL, PLACE(vncr.lookup), VNCR_LOOKUP },
	{ "kvmmt_vm_vncr_walks", "", "Walks for VNCR aborts.", "reason", name_vncr_walk, "outcome",
	  walk_outcome, PLACE(vncr.walk), VNCR_WALK },
	{ "kvmmt_vm_vncr_invalidations", "", "Entries that left the VNCR pseudo-TLB.", "reason",
	  name_vncr_inval, NULL, NULL, PLACE(vncr.inval), VNCR_INVAL },
	{ "kvmmt_vm_vncr_host_invalidations", "", "Of these, those that took a host TLB invalidation.",
	  NULL, NULL, NULL, NULL, PLACE(vncr.inval_host), VNCR_INVAL },
	{ "kvmmt_vm_nested_tlbis", "", "TLBIs of a guest hypervisor that KVM emulated.", "scope",
	  name_vncr_inval, NULL, NULL, PLACE(vncr.tlbi), TLBI },
};

#define NR_FAMILIES (sizeof(families) / sizeof(families[0]))

static void head(const struct metrics *m, FILE *out, const char *name, enum type type,
		 const char *unit, const char *help)
{
	static const char *const types[] = { "gauge", "counter", "histogram" };
	const char *suffix = type == COUNTER && !m->openmetrics ? "_total" : "";

	fprintf(out, "# TYPE %s%s %s\n", name, suffix, types[type]);
	if (m->openmetrics && *unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s%s %s\n", name, suffix, help);
}

/* ,label="value", the comma unless it is the first */
static void label(FILE *out, char *comma, const char *name, const char *value)
{
	fprintf(out, "%c%s=\"", *comma, name);
	*comma = ',';
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', out);
		fputc(*value, out);
	}
	fputc('"', out);
}

static void number(FILE *out, const char *name, enum type type, ull value)
{
	fprintf(out, "%s%s %llu\n", name, type == COUNTER ? "_total" : "", value);
}

static void decimal(FILE *out, const char *name, enum type type, double value)
{
	fprintf(out, "%s%s %.9g\n", name, type == COUNTER ? "_total" : "", value);
}

static void vm_counters(FILE *out, const struct family *f, const char *vm,
			const struct model_counts *c)
{
	const __u64 *values = (const __u64 *)((const char *)c + f->offset);
	unsigned int i;

	for (i = 0; i < f->nr; i++) {
		const char *word = f->label ? f->word(i) : "";
		char comma = '{';

		/* What only a later kernel counts is told once there is any. */
		if (!word && !values[i])
			continue;
		fprintf(out, "%s_total", f->name);
		label(out, &comma, "vm", vm);
		if (f->label)
			label(out, &comma, f->label, word ? word : "unknown");
		if (f->label2)
			label(out, &comma, f->label2, f->word2(i));
		fprintf(out, "} %llu\n", (ull)values[i]);
	}
}

static bool fed(const struct host *host, __u32 sources)
{
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (sources & 1u << kind && !host->tracepoint[kind])
			return false;
	return true;
}

/* Most VMs are no guest hypervisors and have no VNCR pseudo-TLB. */
static bool concerns(const struct family *f, const struct model_vm *vm)
{
	return vm->nr_vcpus || !(f->sources & KVMMT_VNCR_KINDS);
}

/* Absence is not zero: without its tracepoint there is no metric. */
static void print_families(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i, f;

	for (f = 0; f < NR_FAMILIES; f++) {
		if (!fed(m->host, families[f].sources))
			continue;
		head(m, out, families[f].name, COUNTER, families[f].unit, families[f].help);
		for (i = 0; i < set->nr; i++)
			if (set->all[i]->own && concerns(&families[f], set->all[i]->vm))
				vm_counters(out, &families[f], set->all[i]->label,
					    &set->all[i]->vm->now);
		vm_counters(out, &families[f], SERIES_OTHER, &set->other);
	}
}

/* Every second place is a bucket: to four times the one before, from 1 us to 67 ms. */
static void vm_walk_time(FILE *out, const char *vm, const struct kvmmt_times *t)
{
	const char *name = "kvmmt_vm_vncr_walk_duration_seconds";
	__u64 count = 0;
	int place;

	for (place = 0; place < KVMMT_TIMES_NR; place++) {
		bool last = place == KVMMT_TIMES_NR - 1;
		char comma = '{', le[32] = "+Inf";

		count += t->count[place];
		if (!last && (place % 2 || place < 2 || place > 18))
			continue;
		if (!last)
			snprintf(le, sizeof(le), "%.9g", (double)kvmmt_time_bound_ns(place) / 1e9);
		fprintf(out, "%s_bucket", name);
		label(out, &comma, "vm", vm);
		label(out, &comma, "le", le);
		fprintf(out, "} %llu\n", (ull)count);
	}
	fprintf(out, "%s_count", name);
	label(out, &(char){ '{' }, "vm", vm);
	fprintf(out, "} %llu\n%s_sum", (ull)count, name);
	label(out, &(char){ '{' }, "vm", vm);
	fprintf(out, "} %.9g\n", (double)t->sum_ns / 1e9);
}

static void print_walk_times(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i;

	if (!fed(m->host, VNCR_WALK))
		return;
	head(m, out, "kvmmt_vm_vncr_walk_duration_seconds", HISTOGRAM, "seconds",
	     "How long walks for VNCR aborts took.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own && set->all[i]->vm->nr_vcpus)
			vm_walk_time(out, set->all[i]->label, &set->all[i]->vm->now.vncr.walk_time);
	vm_walk_time(out, SERIES_OTHER, &set->other.vncr.walk_time);
}

static const char *source_word(enum vm_name_source source)
{
#define X(name, word, ...) word,
	static const char *const words[] = { VM_NAME_SOURCES(X) };
#undef X

	return words[source];
}

static void print_vms(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i;

	head(m, out, "kvmmt_vms", GAUGE, "", "VMs that live, as far as kvmmt has seen them.");
	number(out, "kvmmt_vms", GAUGE, set->nr_own + set->nr_other);
	head(m, out, "kvmmt_other_vms", GAUGE, "",
	     "VMs that live and are counted together as \"other\".");
	number(out, "kvmmt_other_vms", GAUGE, set->nr_other);
	head(m, out, "kvmmt_vm_info", GAUGE, "", "A VM: its process, and where its name is from.");
	for (i = 0; i < set->nr; i++) {
		const struct series *s = set->all[i];
		char comma = '{', pid[16];

		if (!s->own)
			continue;
		snprintf(pid, sizeof(pid), "%u", s->vm->process);
		fputs("kvmmt_vm_info", out);
		label(out, &comma, "vm", s->label);
		label(out, &comma, "pid", pid);
		label(out, &comma, "name_from", source_word(s->vm->name_source));
		label(out, &comma, "pod", s->pod);
		fputs("} 1\n", out);
	}
}

static void vm_line(FILE *out, const char *name, enum type type, const struct series *s, double value)
{
	char comma = '{';

	fprintf(out, "%s%s", name, type == COUNTER ? "_total" : "");
	label(out, &comma, "vm", s->label);
	fprintf(out, "} %.9g\n", value);
}

static void storm_cause(FILE *out, const struct series *s, const struct storm_cause *c)
{
	const char *reason = name_inval_reason(c->reason);
	char comma = '{', word[STORM_WORD_LEN];

	fputs("kvmmt_vm_storm_cause_ratio", out);
	label(out, &comma, "vm", s->label);
	label(out, &comma, "kind", storm_cause_kind(c, s->vm));
	label(out, &comma, "cause", storm_cause_word(c, word));
	label(out, &comma, "reason", reason ? reason : "unknown");
	fprintf(out, "} %.9g\n", s->storm.count > c->count ?
		(double)c->count / (double)s->storm.count : 1);
}

/* Storms are few: a VM that has one is told by name, also among the others. */
static void print_storms(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i, c;

	if (!m->host->tracepoint[KVMMT_KIND_S2_INVALIDATE])
		return;
	head(m, out, "kvmmt_vm_storm", GAUGE, "", "Is there a storm of invalidations now?");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own || set->all[i]->storm.spell.on)
			vm_line(out, "kvmmt_vm_storm", GAUGE, set->all[i], set->all[i]->storm.spell.on);
	head(m, out, "kvmmt_vm_storms", COUNTER, "", "Storms of invalidations so far.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own)
			vm_line(out, "kvmmt_vm_storms", COUNTER, set->all[i], set->all[i]->storm.spell.raised);
	head(m, out, "kvmmt_vm_storm_rate", GAUGE, "",
	     "Invalidations a second since the storm began.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->storm.spell.on)
			vm_line(out, "kvmmt_vm_storm_rate", GAUGE, set->all[i],
				set->all[i]->storm.per_s);
	head(m, out, "kvmmt_vm_storm_refault_ratio", GAUGE, "",
	     "Part of the invalidated memory that was mapped again meanwhile.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->storm.spell.on)
			vm_line(out, "kvmmt_vm_storm_refault_ratio", GAUGE, set->all[i],
				set->all[i]->storm.refault);
	head(m, out, "kvmmt_vm_storm_cause_ratio", GAUGE, "",
	     "Part of a storm's invalidations that this caused: the three that cause most.");
	for (i = 0; i < set->nr; i++)
		for (c = 0; set->all[i]->storm.spell.on && c < set->all[i]->storm.nr_causes && c < 3; c++)
			storm_cause(out, set->all[i], &set->all[i]->storm.causes[c]);
}

static void thrash_cause(FILE *out, const struct series *s)
{
	const char *reason = name_vncr_inval(s->thrash.reason);
	char comma = '{';

	fputs("kvmmt_vm_vncr_thrash_cause_ratio", out);
	label(out, &comma, "vm", s->label);
	label(out, &comma, "reason", reason ? reason : "unknown");
	fprintf(out, "} %.9g\n", s->thrash.part);
}

/* As storms: of guest hypervisors alone. */
static void print_thrash(const struct metrics *m, FILE *out)
{
	const struct series_set *set = m->set;
	size_t i;

	if (!fed(m->host, VNCR_LOOKUP | VNCR_WALK | VNCR_INVAL))
		return;
	head(m, out, "kvmmt_vm_vncr_thrash", GAUGE, "", "Does the VNCR pseudo-TLB thrash now?");
	for (i = 0; i < set->nr; i++)
		if ((set->all[i]->own && set->all[i]->vm->nr_vcpus) || set->all[i]->thrash.spell.on)
			vm_line(out, "kvmmt_vm_vncr_thrash", GAUGE, set->all[i],
				set->all[i]->thrash.spell.on);
	head(m, out, "kvmmt_vm_vncr_thrash_rate", GAUGE, "", "Walks a second since it began to thrash.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->thrash.spell.on)
			vm_line(out, "kvmmt_vm_vncr_thrash_rate", GAUGE, set->all[i],
				set->all[i]->thrash.per_s);
	head(m, out, "kvmmt_vm_vncr_thrash_miss_ratio", GAUGE, "",
	     "Part of the lookups that missed meanwhile.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->thrash.spell.on)
			vm_line(out, "kvmmt_vm_vncr_thrash_miss_ratio", GAUGE, set->all[i],
				set->all[i]->thrash.miss);
	head(m, out, "kvmmt_vm_vncr_thrash_cause_ratio", GAUGE, "",
	     "Part of the entries that left meanwhile for the most frequent reason.");
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->thrash.spell.on)
			thrash_cause(out, set->all[i]);
}

static void refusal_line(FILE *out, const char *name, const struct refusal *r, ull value)
{
	const char *reason = refusal_reason(&r->event);
	char comma = '{', slot[16] = "";

	fputs(name, out);
	label(out, &comma, "vm", r->vm);
	label(out, &comma, "at", refusal_at(&r->event));
	label(out, &comma, "reason", reason ? reason : "unknown");
	label(out, &comma, "missing", refusal_missing(&r->event));
	if (r->slot >= 0)
		snprintf(slot, sizeof(slot), "%d", r->slot);
	label(out, &comma, "slot", slot);
	label(out, &comma, "backing", r->backing);
	fprintf(out, "} %llu\n", value);
}

static void print_refusals(const struct metrics *m, FILE *out)
{
	const struct refusal_log *log = m->refusals;
	size_t i;

	head(m, out, "kvmmt_refusal_timestamp_seconds", GAUGE, "seconds",
	     "When KVM last refused this, told for 15 minutes, also of a VM that is gone.");
	for (i = 0; i < log->nr; i++)
		refusal_line(out, "kvmmt_refusal_timestamp_seconds", &log->kept[i],
			     log->kept[i].time_s);
	head(m, out, "kvmmt_refusal_repeats", GAUGE, "", "How often KVM refused this of late.");
	for (i = 0; i < log->nr; i++)
		refusal_line(out, "kvmmt_refusal_repeats", &log->kept[i], log->kept[i].count);
}

static void print_recordings(const struct metrics *m, FILE *out)
{
	const struct flight *f = m->flight;
	size_t i;

	if (!f->dir)
		return;
	head(m, out, "kvmmt_recording_info", GAUGE, "",
	     "The recording of what happened around a VM's latest refusal or storm.");
	for (i = 0; i < f->nr; i++) {
		char comma = '{';

		fputs("kvmmt_recording_info", out);
		label(out, &comma, "vm", f->entries[i].vm);
		label(out, &comma, "recording", f->entries[i].path);
		fputs("} 1\n", out);
	}
	head(m, out, "kvmmt_recordings", COUNTER, "",
	     "Recordings of refusals and storms, by what became of them.");
	fprintf(out, "kvmmt_recordings_total{result=\"written\"} %llu\n", (ull)f->written);
	fprintf(out, "kvmmt_recordings_total{result=\"lost\"} %llu\n", (ull)f->failed);
}

static void print_loss(const struct metrics *m, FILE *out)
{
	int kind;

	head(m, out, "kvmmt_lost_events", COUNTER, "",
	     "Streamed events that found no room in a ring buffer.");
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (m->host->tracepoint[kind])
			fprintf(out, "kvmmt_lost_events_total{kind=\"%s\"} %llu\n", name_kind(kind),
				(ull)m->model->lost[kind]);
	head(m, out, "kvmmt_lost_refusals", COUNTER, "",
	     "Of these, refusals: they are counted, but not told.");
	number(out, "kvmmt_lost_refusals", COUNTER, m->model->lost_refusals);
	head(m, out, "kvmmt_uncounted_events", COUNTER, "",
	     "Events of VMs beyond the number that is counted for certain.");
	number(out, "kvmmt_uncounted_events", COUNTER, m->model->lost_vms);
}

static void print_hook(const struct metrics *m, FILE *out)
{
	const struct { const char *result; __u64 value; } lines[] = {
		{ "done", m->hook->done }, { "failed", m->hook->failed }, { "dropped", m->hook->dropped },
	};
	size_t i;

	if (!m->hook->command)
		return;
	head(m, out, "kvmmt_command_messages", COUNTER, "",
	     "Messages for the operator's command, by what became of them.");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		fprintf(out, "kvmmt_command_messages_total{result=\"%s\"} %llu\n", lines[i].result,
			(ull)lines[i].value);
}

static void print_feature(FILE *out, const char *feature, enum tri has)
{
	if (has != UNKNOWN)
		fprintf(out, "kvmmt_host_feature{feature=\"%s\"} %d\n", feature, has == YES);
}

static void print_host(const struct metrics *m, FILE *out)
{
	int kind;

	head(m, out, "kvmmt_build_info", GAUGE, "", "Version of kvmmt and of the kernel.");
	fprintf(out, "kvmmt_build_info{version=\"%s\",kernel=\"%s\"} 1\n", KVMMT_VERSION,
		m->host->release);
	head(m, out, "kvmmt_tracepoint", GAUGE, "", "Does the kernel have this tracepoint?");
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (KVMMT_TRACED & 1u << kind)
			fprintf(out, "kvmmt_tracepoint{tracepoint=\"kvm_%s\"} %d\n", name_kind(kind),
				m->host->tracepoint[kind]);
	head(m, out, "kvmmt_host_feature", GAUGE, "",
	     "Does the host have this? Absent if that cannot be known.");
	print_feature(out, "FWB", m->host->fwb);
	print_feature(out, "DIC", m->host->dic);
	print_feature(out, "cacheable_pfnmap", m->host->cacheable_pfnmap);
}

static void print_own(const struct metrics *m, FILE *out)
{
	const struct metrics_own *own = &m->own;

	head(m, out, "process_cpu_seconds", COUNTER, "seconds", "CPU time of the exporter.");
	decimal(out, "process_cpu_seconds", COUNTER, own->cpu_s);
	head(m, out, "process_resident_memory_bytes", GAUGE, "bytes", "Memory of the exporter.");
	number(out, "process_resident_memory_bytes", GAUGE, own->memory_bytes);
	head(m, out, "process_start_time_seconds", GAUGE, "seconds", "When the exporter started.");
	fprintf(out, "process_start_time_seconds %.3f\n", own->start_s);
	head(m, out, "kvmmt_sample_duration_seconds", GAUGE, "seconds",
	     "How long it took to read all counters the last time.");
	decimal(out, "kvmmt_sample_duration_seconds", GAUGE, own->sample_s);
	head(m, out, "kvmmt_http_requests", COUNTER, "", "HTTP requests answered.");
	number(out, "kvmmt_http_requests", COUNTER, own->requests);
}

void metrics_print(const struct metrics *m, FILE *out)
{
	print_host(m, out);
	print_vms(m, out);
	print_families(m, out);
	print_walk_times(m, out);
	print_storms(m, out);
	print_thrash(m, out);
	print_refusals(m, out);
	print_recordings(m, out);
	print_loss(m, out);
	print_hook(m, out);
	print_own(m, out);
	if (m->openmetrics)
		fputs("# EOF\n", out);
}
