// SPDX-License-Identifier: GPL-2.0
/* Storms, and VNCR pseudo-TLBs that thrash: see metrics_text.h. */
#include <stdlib.h>
#include <string.h>

#include "metrics_text.h"
#include "names.h"

#define NAMED  16	/* VMs without series of their own, the worst */
#define CAUSES 3	/* of a storm, those that cause most */

/* Where a series has what its alerts need. */
struct alert {
	const struct series_set *set;
	size_t on, rate;
	const struct series *named[NAMED]; /* worst first */
	size_t nr_named;
	bool more;		/* there are still more such VMs */
};

#define ALERT(member) \
	.on = offsetof(struct series, member.spell.on), .rate = offsetof(struct series, member.per_s)

static bool is_on(const struct alert *a, const struct series *s)
{
	return !s->ended && *(const bool *)((const char *)s + a->on);
}

static double number_at(const struct series *s, size_t offset)
{
	return *(const double *)((const char *)s + offset);
}

static void name_it(struct alert *a, const struct series *s)
{
	size_t i = a->nr_named;

	while (i && number_at(a->named[i - 1], a->rate) < number_at(s, a->rate))
		i--;
	a->more |= a->nr_named == NAMED;
	if (i == NAMED)
		return;
	if (a->nr_named < NAMED)
		a->nr_named++;
	memmove(&a->named[i + 1], &a->named[i], (a->nr_named - 1 - i) * sizeof(a->named[0]));
	a->named[i] = s;
}

/* Alerts of VMs beyond the limit: the worst are told by name. */
static void choose_named(struct alert *a)
{
	size_t i;

	for (i = 0; i < a->set->nr; i++)
		if (!a->set->all[i]->own && is_on(a, a->set->all[i]))
			name_it(a, a->set->all[i]);
}

static bool is_told(const struct alert *a, const struct series *s)
{
	size_t i;

	for (i = 0; i < a->nr_named; i++)
		if (a->named[i] == s)
			return true;
	return s->own;
}

static void vm_line(FILE *out, const char *name, enum metric_type type, const char *vm, double value)
{
	char comma = '{';

	fprintf(out, "%s%s", name, type == COUNTER ? "_total" : "");
	metrics_label(out, &comma, "vm", vm);
	fprintf(out, "} %.10g\n", value);
}

/* Is it on? Of VMs that are @concerned, and of all that have no line of their own. */
static void print_on(const struct alert *a, FILE *out, const char *name,
		     bool (*concerned)(const struct series *s))
{
	size_t i;

	for (i = 0; i < a->set->nr; i++) {
		const struct series *s = a->set->all[i];

		if (is_told(a, s) && (concerned(s) || is_on(a, s)))
			vm_line(out, name, GAUGE, s->label, is_on(a, s));
	}
	vm_line(out, name, GAUGE, SERIES_OTHER, a->more);
}

/* A number that there is while the alert is on, @value bytes into a series. */
static void print_during(const struct metrics *m, const struct alert *a, FILE *out, const char *name,
			 const char *unit, size_t value, const char *help)
{
	size_t i;

	metrics_head(m, out, name, GAUGE, unit, help);
	for (i = 0; i < a->set->nr; i++)
		if (is_on(a, a->set->all[i]) && is_told(a, a->set->all[i]))
			vm_line(out, name, GAUGE, a->set->all[i]->label,
				number_at(a->set->all[i], value));
}

/* As it is printed: kworker/3:1 and kworker/u8:2 are one. */
struct cause {
	const char *kind, *reason;
	char word[STORM_WORD_LEN], syscall[NAME_LEN];
	__u64 count;
};

static void add_cause(struct cause *causes, size_t *nr, const struct cause *c)
{
	size_t i;

	for (i = 0; i < *nr; i++)
		if (!strcmp(causes[i].kind, c->kind) && !strcmp(causes[i].reason, c->reason) &&
		    !strcmp(causes[i].syscall, c->syscall) && !strcmp(causes[i].word, c->word))
			break;
	if (i < *nr)
		causes[i].count += c->count;
	else
		causes[(*nr)++] = *c;
}

static int by_count(const void *a, const void *b)
{
	const struct cause *x = a, *y = b;

	return x->count != y->count ? (x->count < y->count) - (x->count > y->count) :
				      strcmp(x->word, y->word);
}

static void storm_causes(FILE *out, const struct series *s)
{
	struct cause causes[STORM_CAUSES];
	size_t nr = 0, i;

	for (i = 0; i < s->storm.nr_causes; i++) {
		const struct storm_cause *from = &s->storm.causes[i];
		const char *reason = name_inval_reason(from->reason);
		struct cause c = { .kind = storm_cause_kind(from, s->vm), .count = from->count,
				   .reason = reason ? reason : "unknown" };

		storm_cause_word(from, c.word);
		storm_cause_syscall(from, c.syscall);
		add_cause(causes, &nr, &c);
	}
	qsort(causes, nr, sizeof(causes[0]), by_count);
	for (i = 0; i < nr && i < CAUSES; i++) {
		char comma = '{';

		fputs("kvmmt_vm_storm_cause_ratio", out);
		metrics_label(out, &comma, "vm", s->label);
		metrics_label(out, &comma, "kind", causes[i].kind);
		metrics_label(out, &comma, "cause", causes[i].word);
		if (*causes[i].syscall)
			metrics_label(out, &comma, "syscall", causes[i].syscall);
		metrics_label(out, &comma, "reason", causes[i].reason);
		fprintf(out, "} %.9g\n", s->storm.count > causes[i].count ?
			(double)causes[i].count / (double)s->storm.count : 1);
	}
}

static bool any(const struct series *s)
{
	(void)s;
	return true;
}

static void print_storms(const struct metrics *m, FILE *out)
{
	struct alert a = { .set = m->set, ALERT(storm) };
	size_t i;

	if (!m->host->tracepoint[KVMMT_KIND_S2_INVALIDATE])
		return;
	choose_named(&a);
	metrics_head(m, out, "kvmmt_vm_storm", GAUGE, "", "Is there a storm of invalidations now?");
	print_on(&a, out, "kvmmt_vm_storm", any);
	metrics_head(m, out, "kvmmt_vm_storms", COUNTER, "", "Storms of invalidations so far.");
	for (i = 0; i < a.set->nr; i++)
		if (a.set->all[i]->own)
			vm_line(out, "kvmmt_vm_storms", COUNTER, a.set->all[i]->label,
				a.set->all[i]->storm.spell.raised);
	print_during(m, &a, out, "kvmmt_vm_storm_start_timestamp_seconds", "seconds",
		     offsetof(struct series, storm_start_s), "When the storm began.");
	print_during(m, &a, out, "kvmmt_vm_storm_rate", "", offsetof(struct series, storm.per_s),
		     "Invalidations a second since the storm began.");
	print_during(m, &a, out, "kvmmt_vm_storm_refault_ratio", "",
		     offsetof(struct series, storm.refault),
		     "Part of the invalidated memory that was mapped again at once, at least.");
	metrics_head(m, out, "kvmmt_vm_storm_cause_ratio", GAUGE, "",
		     "Part of a storm's invalidations that this caused: the three that cause most.");
	for (i = 0; i < a.set->nr; i++)
		if (is_on(&a, a.set->all[i]) && is_told(&a, a.set->all[i]))
			storm_causes(out, a.set->all[i]);
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

static bool is_hypervisor(const struct series *s)
{
	return s->vm->nr_vcpus;
}

static void print_thrash(const struct metrics *m, FILE *out)
{
	struct alert a = { .set = m->set, ALERT(thrash) };
	size_t i;

	if (!metrics_fed(m->host, VNCR_LOOKUP | VNCR_WALK | VNCR_INVAL))
		return;
	choose_named(&a);
	metrics_head(m, out, "kvmmt_vm_vncr_thrash", GAUGE, "",
		     "Does the VNCR pseudo-TLB thrash now?");
	print_on(&a, out, "kvmmt_vm_vncr_thrash", is_hypervisor);
	print_during(m, &a, out, "kvmmt_vm_vncr_thrash_start_timestamp_seconds", "seconds",
		     offsetof(struct series, thrash_start_s), "When it began to thrash.");
	print_during(m, &a, out, "kvmmt_vm_vncr_thrash_rate", "", offsetof(struct series, thrash.per_s),
		     "Walks a second since it began to thrash.");
	print_during(m, &a, out, "kvmmt_vm_vncr_thrash_miss_ratio", "",
		     offsetof(struct series, thrash.miss), "Part of the lookups that missed meanwhile.");
	metrics_head(m, out, "kvmmt_vm_vncr_thrash_cause_ratio", GAUGE, "",
		     "Part of the entries that left meanwhile for the most frequent reason.");
	for (i = 0; i < a.set->nr; i++)
		if (is_on(&a, a.set->all[i]) && is_told(&a, a.set->all[i]))
			thrash_cause(out, a.set->all[i]);
}

void metrics_storms(const struct metrics *m, FILE *out)
{
	print_storms(m, out);
	print_thrash(m, out);
}
