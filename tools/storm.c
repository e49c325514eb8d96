// SPDX-License-Identifier: GPL-2.0
/* See storm.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "names.h"
#include "storm.h"

#define SHORTEST_NS 400000000ull /* between two looks at rates: samples may be nearer */

static bool by_guest(__u32 reason)
{
	return reason == KVMMT_INVAL_GUEST_TLBI || reason == KVMMT_INVAL_SHADOW_REUSE;
}

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
		if (by_guest(i))
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

struct storm_cause storm_cause_of(const struct kvmmt_cause_key *key)
{
	struct storm_cause c = { .process = key->process, .reason = key->reason,
				 .syscall = key->syscall };

	memcpy(c.comm, key->comm, sizeof(c.comm));
	return c;
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

const char *storm_cause_kind(const struct storm_cause *c, const struct model_vm *vm)
{
	if (by_guest(c->reason))
		return "guest";
	if (!c->process)
		return "kernel";
	return c->process == vm->process ? "vmm" : "process";
}

const char *storm_cause_word(const struct storm_cause *c, char *word)
{
	size_t len = strnlen(c->comm, KVMMT_COMM_LEN);
	const char *slash = memchr(c->comm, '/', len);
	char name[VM_NAME_LEN];

	if (slash && !c->process)	/* kworker/3:1, migration/0 */
		len = slash - c->comm;
	vm_clean_name(name, c->comm, len);
	snprintf(word, STORM_WORD_LEN, "%.*s", STORM_WORD_LEN - 1, name);
	return word;
}

/* asm-generic/unistd.h, which is arm64's: a recording may be read on another machine. */
enum {
	SYSCALL_IOCTL = 29,
	SYSCALL_FALLOCATE = 47,
	SYSCALL_MADVISE = 233,
};

const char *storm_cause_syscall(const struct storm_cause *c, char *word)
{
	static const struct {
		int nr;
		const char *name;
	} names[] = {
		{ SYSCALL_IOCTL, "ioctl" }, { 46, "ftruncate" }, { SYSCALL_FALLOCATE, "fallocate" },
		{ 63, "read" }, { 93, "exit" }, { 94, "exit_group" }, { 98, "futex" }, { 214, "brk" },
		{ 215, "munmap" }, { 216, "mremap" }, { 220, "clone" }, { 222, "mmap" },
		{ 226, "mprotect" }, { SYSCALL_MADVISE, "madvise" }, { 235, "mbind" },
		{ 238, "migrate_pages" }, { 239, "move_pages" }, { 435, "clone3" },
		{ 440, "process_madvise" },
	};
	size_t i;

	word[0] = '\0';
	if (!c->process || c->syscall == KVMMT_NO_SYSCALL)
		return word;
	snprintf(word, NAME_LEN, "syscall-%d", c->syscall);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].nr == c->syscall)
			snprintf(word, NAME_LEN, "%s", names[i].name);
	return word;
}

const char *storm_cause_who(const struct storm_cause *c, const struct model_vm *vm, bool with_pid,
			    char *who)
{
	char word[STORM_WORD_LEN], call[NAME_LEN], pid[16] = "";

	if (with_pid && c->process)
		snprintf(pid, sizeof(pid), "[%u]", c->process);
	storm_cause_syscall(c, call);
	snprintf(who, STORM_WHO_LEN, "%s %s%s%s%s", storm_cause_kind(c, vm), storm_cause_word(c, word),
		 pid, *call ? " in " : "", call);
	return who;
}

const char *storm_cause_doing(const struct storm_cause *c, const struct model_vm *vm)
{
	static const struct {
		const char *thread, *doing;
	} threads[] = {
		{ "khugepaged", "collapses pages into huge ones" },
		{ "ksmd", "merges equal pages" },
		{ "kswapd", "reclaims memory" },
		{ "kcompactd", "compacts memory" },
		{ "kdamond", "acts on memory that DAMON watches" },
		{ "oom_reaper", "takes the memory of a process that is out of it" },
	};
	size_t i;

	if (c->reason != KVMMT_INVAL_NOTIFIER)
		return name_inval_why(c->reason);
	for (i = 0; !c->process && i < sizeof(threads) / sizeof(threads[0]); i++)
		if (!strncmp(c->comm, threads[i].thread, strlen(threads[i].thread)))
			return threads[i].doing;
	if (!c->process || c->process != vm->process)
		return NULL;
	switch (c->syscall) {
	case KVMMT_NO_SYSCALL:
		return "its VMM's own page faults, or NUMA balancing";
	case SYSCALL_IOCTL:
		return "in KVM_RUN: its own copies of pages, NUMA balancing or direct reclaim";
	case SYSCALL_MADVISE:
	case SYSCALL_FALLOCATE:
		return "its VMM's own: a balloon, free page reporting, or memory given back";
	}
	return "its VMM's own";
}

void storm_text(const struct storm *s, const struct model *m, const struct model_vm *vm, char *buf,
		size_t len)
{
	char rate[NAME_LEN], who[STORM_WHO_LEN], number[NAME_LEN];
	const struct storm_cause *c = &s->causes[0];
	const char *doing;
	int used;

	used = snprintf(buf, len, "%s invalidations/s for %.0f s, %.0f%% of the memory mapped again "
				  "within %.3g ms",
			field_short(s->per_s, FIELD_COUNT, rate),
			(double)(m->now_ns - s->spell.since_ns) / 1e9, 100 * s->refault,
			1000 * s->within_s);
	if (!s->nr_causes || !s->count || used < 0 || (size_t)used >= len)
		return;
	doing = storm_cause_doing(c, vm);
	snprintf(buf + used, len - used, "; %.0f%% by %s, %s%s%s",
		 c->count < s->count ? 100.0 * (double)c->count / (double)s->count : 100,
		 storm_cause_who(c, vm, true, who),
		 name_or_number(name_inval_reason(c->reason), c->reason, number), doing ? ": " : "",
		 doing ? doing : "");
}
