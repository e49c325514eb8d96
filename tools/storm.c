// SPDX-License-Identifier: GPL-2.0
/* See storm.h: the detector. */
#include <stdlib.h>
#include <string.h>

#include "storm.h"

#define SHORTEST_NS 400000000ull /* between two looks at rates: samples may be nearer */

/* A VM's end is none; dirty logging takes permissions from all its memory, as it should. */
static bool counted(__u32 reason)
{
	return reason != KVMMT_INVAL_TEARDOWN;
}

static bool bytes_counted(__u32 reason)
{
	return counted(reason) && reason != KVMMT_INVAL_WRITE_PROTECT;
}

struct sums {
	__u64 host, guest, bytes, refaulted;
};

/* What came from @from to @to. */
static struct sums sum(const struct kvmmt_counters *from, const struct kvmmt_counters *to)
{
	struct sums s = { 0 };
	__u32 i;

	for (i = 0; i <= KVMMT_INVAL_NR; i++) {
		if (storm_by_guest(i))
			s.guest += to->inval[i] - from->inval[i];
		else if (counted(i))
			s.host += to->inval[i] - from->inval[i];
		if (bytes_counted(i))
			s.bytes += to->inval_bytes[i] - from->inval_bytes[i];
	}
	s.refaulted = to->refault_bytes - from->refault_bytes;
	return s;
}

/* The part of what was invalidated that was mapped again soon, at least. */
static double refault(const struct sums *s)
{
	if (!s->bytes)
		return 0;
	return s->refaulted < s->bytes ? (double)s->refaulted / (double)s->bytes : 1;
}

static bool above(const struct storm_limits *l, const struct sums *s, double seconds, double part)
{
	if ((double)s->guest / seconds >= l->per_s * part)
		return true;
	return ((double)s->host / seconds >= l->per_s * part ||
		(double)s->bytes / seconds >= l->bytes_per_s * part) && refault(s) >= l->refault;
}

static int by_count(const void *a, const void *b)
{
	const struct storm_cause *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

static void add_cause(struct storm *s, const struct model_cause *c)
{
	__u64 count = c->now.count - c->before.count;
	size_t i;

	if (!count || !counted(c->key.reason))
		return;
	for (i = 0; i < s->nr_causes; i++)
		if (s->causes[i].process == c->key.process && s->causes[i].reason == c->key.reason &&
		    s->causes[i].syscall == c->key.syscall &&
		    !memcmp(s->causes[i].comm, c->key.comm, KVMMT_COMM_LEN))
			break;
	if (i == STORM_CAUSES)
		return;
	if (i == s->nr_causes)
		s->causes[s->nr_causes++] = storm_cause_of(&c->key);
	s->causes[i].count += count;
}

static void add_causes(struct storm *s, const struct model_vm *vm)
{
	size_t i;

	for (i = 0; i < vm->nr_causes; i++)
		add_cause(s, &vm->causes[i]);
	qsort(s->causes, s->nr_causes, sizeof(s->causes[0]), by_count);
}

static void begin(struct storm *s, const struct storm_limits *l, __u64 now_ns)
{
	s->spell.since_ns = s->last_ns ? s->last_ns : now_ns;
	s->from = s->last;
	s->nr_causes = 0;
	s->within_s = l->within_s;
}

static void average(struct storm *s, const struct model_vm *vm, __u64 now_ns)
{
	const struct sums sums = sum(&s->from, &vm->now.s2);
	double seconds = (double)(now_ns - s->spell.since_ns) / 1e9;

	s->count = sums.host + sums.guest;
	s->per_s = seconds > 0 ? (double)s->count / seconds : 0;
	s->refault = refault(&sums);
}

enum storm_change spell_step(struct spell *s, const struct storm_limits *l, __u64 now_ns, bool high,
			     bool low)
{
	if (!s->on) {
		if (!high)
			s->since_ns = 0;
		if (!high || (double)(now_ns - s->since_ns) < l->raise_s * 1e9)
			return STORM_SAME;
		s->on = true;
		s->raised++;
		return STORM_RAISED;
	}
	if (!low)
		s->calm_ns = 0;
	else if (!s->calm_ns)
		s->calm_ns = now_ns;
	if (!low || (double)(now_ns - s->calm_ns) < l->clear_s * 1e9)
		return STORM_SAME;
	s->on = false;
	s->since_ns = s->calm_ns = 0;
	return STORM_CLEARED;
}

enum storm_change storm_step(struct storm *s, const struct storm_limits *l, const struct model *m,
			     const struct model_vm *vm)
{
	enum storm_change change;
	struct sums sums;
	double seconds;
	bool high;

	if (!s->last_ns) {
		s->last = vm->now.s2;
		s->last_ns = m->now_ns;
		return STORM_SAME;
	}
	if (s->spell.since_ns)
		add_causes(s, vm);
	if (m->now_ns < s->last_ns + SHORTEST_NS && !vm->gone)
		return STORM_SAME;
	seconds = (double)(m->now_ns - s->last_ns) / 1e9;
	sums = sum(&s->last, &vm->now.s2);
	high = !vm->gone && above(l, &sums, seconds, 1);
	if (high && !s->spell.since_ns) {
		begin(s, l, m->now_ns);
		add_causes(s, vm);
	}
	if (s->spell.since_ns && !s->spell.calm_ns)
		average(s, vm, m->now_ns);
	if (vm->gone && s->spell.on) {
		s->spell.on = false;
		return STORM_CLEARED;
	}
	change = spell_step(&s->spell, l, m->now_ns, high, !above(l, &sums, seconds, 0.5));
	s->last = vm->now.s2;
	s->last_ns = m->now_ns;
	return change;
}
