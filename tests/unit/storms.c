// SPDX-License-Identifier: GPL-2.0
/* When a storm, or thrashing, begins and ends, when there is none, and who is said to make it. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "names.h"
#include "storm_watch.h"
#include "storms.h"
#include "thrash.h"

#define S 1000000000ull

static struct model model;
static struct storm storm;
static struct kvmmt_counters counters;
static struct kvmmt_cause khugepaged, vmm;
static __u64 now;
static const struct kvmmt_vm_key key = { .vm = 0x1000, .pid = 4194305 };

static void restart(void)
{
	model_free(&model);
	memset(&storm, 0, sizeof(storm));
	memset(&counters, 0, sizeof(counters));
	memset(&khugepaged, 0, sizeof(khugepaged));
	memset(&vmm, 0, sizeof(vmm));
	now = 100 * S;
}

static void give_cause(__u32 process, const char *comm, __u32 reason, struct kvmmt_cause *c)
{
	struct kvmmt_cause_key k = { .vm = key, .process = process, .reason = reason };

	snprintf(k.comm, sizeof(k.comm), "%s", comm);
	model_cause(&model, &k, c);
}

/* @step_ns of so many invalidations a second of 4 KiB, of which @refault are mapped again. */
static enum storm_change step(__u64 step_ns, __u32 reason, double per_s, double refault)
{
	const struct storm_limits limits = STORM_DEFAULTS;
	__u64 n = per_s * (double)step_ns / 1e9;

	now += step_ns;
	counters.inval[reason] += n;
	if (reason != KVMMT_INVAL_GUEST_TLBI)
		counters.inval_bytes[reason] += n << 12;
	counters.refault_bytes += (double)(n << 12) * refault;
	khugepaged.count += n - n / 10;
	vmm.count += n / 10;
	model_sample(&model, now);
	model_vm(&model, &key, &counters, "vmm");
	give_cause(0, "khugepaged", reason, &khugepaged);
	give_cause(4194305, "vmm", reason, &vmm);
	return storm_step(&storm, &limits, &model, model_find_key(&model, &key));
}

/* Seconds of one-second samples until @want, -1 if it is not within @most. */
static int until(enum storm_change want, int most, __u32 reason, double per_s, double refault)
{
	int i;

	for (i = 1; i <= most; i++)
		if (step(S, reason, per_s, refault) == want)
			return i;
	return -1;
}

static void raises(void)
{
	char text[512];
	int n;

	restart();
	step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
	n = until(STORM_RAISED, 30, KVMMT_INVAL_NOTIFIER, 48000, 0.7);
	check(n == 10 && storm.spell.on && storm.spell.raised == 1, "it is not", "a storm after 10 s");
	storm_text(&storm, &model, model_find_key(&model, &key), text, sizeof(text));
	check(!strcmp(text, "48.0K invalidations/s for 10 s, 70% of the memory mapped again within 100 ms; 90% by "
			    "kernel khugepaged, notifier: collapses pages into huge ones"),
	      text, "its rate, its time, its cause");
	n = until(STORM_CLEARED, 60, KVMMT_INVAL_NOTIFIER, 6000, 0.7);
	check(n == -1 && storm.spell.on, "it is", "not over above half of the threshold");
	n = until(STORM_CLEARED, 60, KVMMT_INVAL_NOTIFIER, 100, 0.7);
	check(n == 31 && !storm.spell.on, "it is not", "over after 30 s of calm");
	n = until(STORM_RAISED, 30, KVMMT_INVAL_NOTIFIER, 48000, 0.7);
	check(n == 10 && storm.spell.raised == 2 && storm.count < 600000, "it is not",
	      "the next one counts for itself");
}

static void edges(void)
{
	int i;

	restart();
	for (i = 0; i < 60; i++)
		if (step(S, KVMMT_INVAL_NOTIFIER, i % 9 ? 48000 : 0, 0.7) != STORM_SAME)
			break;
	check(i == 60, "there is one", "no storm in bursts shorter than 10 s");
	check(until(STORM_RAISED, 60, KVMMT_INVAL_NOTIFIER, 9900, 1) == -1, "there is one",
	      "nor below the threshold");
	check(until(STORM_RAISED, 60, KVMMT_INVAL_NOTIFIER, 100000, 0.05) == -1, "there is one",
	      "nor where nobody wants the memory back");
	check(until(STORM_RAISED, 60, KVMMT_INVAL_TEARDOWN, 100000, 1) == -1, "there is one",
	      "nor at the end of a VM");
	restart();
	step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
	check(until(STORM_RAISED, 60, KVMMT_INVAL_GUEST_TLBI, 20000, 0) == 10, "there is none",
	      "a guest's TLBIs are one, whatever is mapped again");
	check(!strcmp(storm_cause_kind(&storm.causes[0], model_find_key(&model, &key)), "guest"), "",
	      "and the guest's own doing");
}

/* Samples that come early because of refusals must not look like rates. */
static void early(void)
{
	int i, raised = 0;

	restart();
	step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
	for (i = 0; i < 2000; i++)
		raised += step(S / 100, KVMMT_INVAL_NOTIFIER, i % 100 ? 0 : 900000, 0.7) == STORM_RAISED;
	check(!raised, "there is one", "9,000 a second, 20 s, in one of a hundred short samples each");
	restart();
	step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
	for (i = 0; i < 2000; i++)
		raised += step(S / 100, KVMMT_INVAL_NOTIFIER, 48000, 0.7) == STORM_RAISED;
	check(raised == 1 && storm.causes[0].count > storm.count / 2, "not so",
	      "a storm in short samples, with its cause");
}

static void causes(void)
{
	const struct model_vm vm = { .process = 7 };
	const struct {
		struct storm_cause cause;
		const char *kind, *word;
	} rows[] = {
		{ { .comm = "kworker/3:1H", .reason = KVMMT_INVAL_NOTIFIER }, "kernel", "kworker" },
		{ { .comm = "a/b \033x", .process = 9 }, "process", "a/b__x" },
		{ { .comm = "0123456789abcdef", .process = 7 }, "vmm", "0123456789abcdef" },
	};
	char word[NAME_LEN];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check(!strcmp(storm_cause_word(&rows[i].cause, word), rows[i].word), word, "cause %s",
		      rows[i].word);
		check(!strcmp(storm_cause_kind(&rows[i].cause, &vm), rows[i].kind), "",
		      "cause %s is of kind %s", rows[i].word, rows[i].kind);
	}
	check(!strcmp(storm_cause_syscall(&(struct storm_cause){ .process = 7, .syscall = 215 }, word),
		      "munmap") &&
		      !strcmp(storm_cause_syscall(&(struct storm_cause){ .process = 7, .syscall = 999 }, word),
			      "syscall-999") &&
		      !*storm_cause_syscall(&(struct storm_cause){ .syscall = 215 }, word),
	      word, "a process's system call has its name, or its number");
	/* The kernel forgot it, and it began anew. */
	restart();
	step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
	until(STORM_RAISED, 12, KVMMT_INVAL_NOTIFIER, 48000, 0.7);
	khugepaged.count = 0;
	step(S, KVMMT_INVAL_NOTIFIER, 48000, 0.7);
	check(storm.causes[0].count < 600000, "it is", "a cause that begins anew is not counted twice");
}

/* Of several VMs the one in whose memory it storms is told, once. */
static void watch(void)
{
	struct storm_watch w = { .limits = STORM_DEFAULTS, .set.limit = 1 };
	const struct kvmmt_vm_key calm = { .vm = 0x2000, .pid = 4194306 };
	const struct kvmmt_cause_key by = { .vm = key, .reason = KVMMT_INVAL_NOTIFIER, .comm = "ksmd" };
	struct kvmmt_counters none = { 0 }, many = { 0 };
	struct kvmmt_cause cause = { 0 };
	char text[STORM_TEXT_LEN] = "";
	int i, told = 0, at = 0;

	for (i = 1; i <= 40; i++) {
		model_sample(&w.model, i * S);
		model_vm(&w.model, &calm, &none, "calm");
		model_vm(&w.model, &key, &many, "busy");
		model_cause(&w.model, &by, &cause);
		if (storm_watch_look(&w, text) == 1) {
			told++;
			at = i;
		}
		many.inval[KVMMT_INVAL_NOTIFIER] += 48000;
		many.inval_bytes[KVMMT_INVAL_NOTIFIER] += 48000 << 12;
		many.refault_bytes += 48000 << 12;
		cause.count += 48000;
	}
	check(told == 1 && at == 11, "it is not", "a storm is told once, after 10 s");
	check(!strncmp(text, "a storm of busy: 48.0K invalidations/s for 10 s, 100%", 53) &&
		      strstr(text, "100% by kernel ksmd"),
	      text, "with its VM and its cause");
	storm_watch_free(&w);
}

/* In a model: who is marked, and until when. */
static void marks(void)
{
	const struct storm_limits limits = STORM_DEFAULTS;
	const struct model_vm *vm;
	int i;

	restart();
	for (i = 0; i < 30; i++) {
		step(S, KVMMT_INVAL_NOTIFIER, i ? 48000 : 0, 1);
		storms_step(&model, &limits);
	}
	vm = model_find_key(&model, &key);
	check(storms_marked(&model, vm) && vm->storm->spell.on && model.nr_storms == 1, "it is not",
	      "a VM with a storm is marked");
	for (i = 0; i < 14 * 60; i++) {
		step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
		storms_step(&model, &limits);
	}
	vm = model_find_key(&model, &key);
	check(storms_marked(&model, vm) && !vm->storm->spell.on, "it is not",
	      "and stays so when it is over");
	for (i = 0; i < 2 * 60; i++) {
		step(S, KVMMT_INVAL_NOTIFIER, 0, 0);
		storms_step(&model, &limits);
	}
	check(!storms_marked(&model, model_find_key(&model, &key)), "it is", "for 15 minutes");
}

static struct kvmmt_vncr vncr;
static struct thrash thrash;

/* A second of so many lookups, of which @miss walk and put another's entry out. */
static enum storm_change look(double per_s, double miss)
{
	const struct kvmmt_vcpu_key vcpu = { .vm = key };
	const struct storm_limits limits = STORM_DEFAULTS;

	now += S;
	vncr.lookup[KVMMT_VNCR_LOOKUP_HIT] += per_s * (1 - miss);
	vncr.lookup[KVMMT_VNCR_LOOKUP_VA] += per_s * miss;
	vncr.walk[KVMMT_VNCR_WALK_FILLED] += per_s * miss;
	vncr.inval[KVMMT_VNCR_INVAL_REPLACED] += per_s * miss * 0.9;
	vncr.inval[KVMMT_VNCR_INVAL_TLBI_VA] += per_s * miss * 0.1;
	model_sample(&model, now);
	model_vm(&model, &key, &counters, "l1");
	model_vcpu(&model, &vcpu, &vncr);
	return thrash_step(&thrash, &limits, &model, model_find_key(&model, &key));
}

static void thrashes(void)
{
	char text[256];
	int i, raised = 0, cleared = 0;

	restart();
	for (i = 0; i < 60; i++)
		raised += look(1000000, 0.1) != STORM_SAME;
	check(!raised, "it is", "100,000 walks among a million lookups are no thrashing");
	for (i = 0; i < 60; i++)
		raised += look(9000, 1) != STORM_SAME;
	check(!raised, "it is", "nor are 9,000 of which all miss");
	for (i = 0; i < 9; i++)
		raised += look(20000, 0.8) != STORM_SAME;
	check(!raised && look(20000, 0.8) == STORM_RAISED, "it is not", "16,000 for 10 s are");
	thrash_text(&thrash, &model, text, sizeof(text));
	check(!strcmp(text, "16.0K walks/s for 10 s, 80% of the lookups missed; 90% of the entries left "
		      "because another translation took the entry's place"), text, "and it is said why");
	for (i = 0; i < 29; i++)
		cleared += look(100, 1) != STORM_SAME;
	for (i = 0; i < 3; i++)
		cleared += 10 * (look(100, 1) == STORM_CLEARED);
	check(cleared == 10 && !thrash.spell.on, "it is not", "and over after 30 s of less");
}

int main(void)
{
	check_suite = "storms";
	raises();
	edges();
	early();
	causes();
	watch();
	marks();
	thrashes();
	model_free(&model);
	return check_status();
}
