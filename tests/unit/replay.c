// SPDX-License-Identifier: GPL-2.0
/* A recording as a source: the fold, who is who, and where time stops. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "replay_vms.h"
#include "source.h"

static char path[] = "/tmp/kvmmt-unit-XXXXXX";
static struct writer *writer;
static __u64 now_ns;

static void name_vm(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	vm->process = vm->pid + 1000000;
	snprintf(vm->name, sizeof(vm->name), "vm-%u", vm->pid);
}

static void begin(void)
{
	const struct recording_info info = { .host.tracepoint = { true, true, true } };

	writer = writer_new(&info, name_vm, NULL);
	writer_open(writer, path);
	now_ns = 1000;
}

static void finish(void)
{
	writer_close(writer);
	writer_free(writer);
}

static void give(__u64 vm, __u32 pid, int kind)
{
	struct kvmmt_event e = { .time_ns = now_ns++, .vm = vm, .pid = pid, .kind = kind,
				 .comm = "task", .vcpu = pid % 3 };

	if (kind == KVMMT_KIND_S2_FAULT) {
		e.s2_fault.memattr = 5;
		e.s2_fault.size_bytes = 4096;
	}
	writer_event(writer, &e);
}

static void end(__u64 vm, __u32 pid)
{
	struct kvmmt_event e = { .time_ns = now_ns++, .vm = vm, .pid = pid, .vcpu = -1,
				 .kind = KVMMT_KIND_S2_INVALIDATE };

	e.s2_invalidate.reason = KVMMT_INVAL_TEARDOWN;
	e.s2_invalidate.size_bytes = 1 << 20;
	writer_event(writer, &e);
}

/* To the end, with samples in the model at @step_ns, if any. */
static void run(struct source *s, struct model *m, __u64 step_ns)
{
	__u64 until = step_ns ? replay_begin_ns(s->replay) + step_ns : ~0ull;
	int stopped;

	source_sample(s, m, false);
	while ((stopped = source_wait(s, until)) > 0) {
		if (stopped == REPLAY_CROWD)
			source_update(s, m);
		if (stopped == REPLAY_TIME) {
			source_sample(s, m, false);
			until += step_ns;
		}
	}
	source_sample(s, m, true);
}

static __u64 all_mapped(const struct model *m)
{
	__u64 sum = m->rest.now.s2.mapped[KVMMT_S2_NORMAL_NC];
	size_t i;

	for (i = 0; i < m->nr_vms; i++)
		sum += m->vms[i]->now.s2.mapped[KVMMT_S2_NORMAL_NC];
	return sum;
}

static void identities(void)
{
	struct source s = { 0 };
	struct model m = { 0 };
	size_t i;

	begin();
	for (i = 0; i < 7; i++)
		give(0x1000, 5, KVMMT_KIND_S2_FAULT);
	end(0x1000, 5);
	give(0x1000, 5, KVMMT_KIND_S2_FAULT);
	give(0x1000, 4, KVMMT_KIND_S2_FAULT);
	give(0x2000, 4, KVMMT_KIND_VNCR_LOOKUP);
	finish();
	check(!replay_open(&s.replay, path, NULL, 0), "", "a recording is a source");
	run(&s, &m, 0);
	check(m.nr_vms == 4 && m.nr_gone == 1 && all_mapped(&m) == 9, "",
	      "a VM that came after another at its address is another");
	check(!strcmp(m.vms[0]->name, "vm-4") && m.vms[0]->process == 1000004, m.vms[0]->name,
	      "names and processes are the recording's, in order of pid");
	check(m.vms[1]->nr_vcpus == 1 && m.vms[1]->now.vncr.lookup[0] == 1, "",
	      "a vCPU's pseudo-TLB is folded too");
	source_close(&s);
	model_free(&m);
}

static void invalidate(__u64 at, __u32 process, const char *comm, __u32 reason)
{
	struct kvmmt_event e = { .time_ns = now_ns++, .vm = 0x1000, .pid = 5, .vcpu = -1,
				 .kind = KVMMT_KIND_S2_INVALIDATE };

	snprintf(e.comm, sizeof(e.comm), "%s", comm);
	e.s2_invalidate.start = at;
	e.s2_invalidate.size_bytes = 4096;
	e.s2_invalidate.reason = reason;
	e.s2_invalidate.process = process;
	writer_event(writer, &e);
}

/* An event of four VMs an hour, less a second, for years */
static void hours(void)
{
	const __u64 second_ns = 1000000000;
	struct replay *r;
	__u64 steps = 0, i;

	begin();
	for (i = 0; i < 2000; i++) {
		give(0x1000 * (1 + i % 4), 5, KVMMT_KIND_S2_FAULT);
		now_ns += 3599 * second_ns;
	}
	finish();
	if (replay_open(&r, path, NULL, 0))
		return not_ok("it cannot be opened");
	while (replay_advance(r, replay_step_ns(r, second_ns), NULL, NULL) > 0)
		steps++;
	check(steps > 3000000 && steps < 4000000, "too many", "a file can ask for no end of steps: %llu",
	      (unsigned long long)steps);
	replay_rewind(r);
	check(replay_step_ns(r, second_ns) == replay_begin_ns(r) + second_ns, "it is not",
	      "from its beginning on it is as it was");
	replay_close(r);
}

/* Who invalidates, and what was mapped again, as BPF counts it. */
static void by_whom(void)
{
	char other[] = "/tmp/kvmmt-unit-XXXXXX", *kept = strdup(path);
	struct source s = { 0 };
	struct model m = { 0 };
	struct model_cause *c;

	close(mkstemp(other));
	strcpy(path, other);
	begin();
	give(0x1000, 5, KVMMT_KIND_S2_FAULT);
	invalidate(0, 5, "CPU 0/KVM", KVMMT_INVAL_NOTIFIER);
	invalidate(0x1000, 5, "CPU 1/KVM", KVMMT_INVAL_NOTIFIER);
	invalidate(0x2000, 0, "ksmd", KVMMT_INVAL_NOTIFIER);
	give(0x1000, 5, KVMMT_KIND_S2_FAULT);
	finish();
	replay_open(&s.replay, path, NULL, 0);
	run(&s, &m, 0);
	c = m.vms[0]->causes;
	check(m.vms[0]->nr_causes == 2 && c[0].now.count == 2 && c[0].now.bytes == 8192 &&
		      c[0].key.process == 5 && !strcmp(c[0].key.comm, "CPU #/KVM"),
	      c[0].key.comm, "a process's threads of a kind are one cause");
	check(c[1].now.count == 1 && !c[1].key.process && !strcmp(c[1].key.comm, "ksmd"), c[1].key.comm,
	      "a kernel thread is another");
	check(m.vms[0]->now.s2.refault_bytes == 4096 && m.vms[0]->now.s2.vcpus == 3, "other counts",
	      "what was mapped again is found, and how many vCPUs there are");
	source_close(&s);
	model_free(&m);
	unlink(path);
	strcpy(path, kept);
	free(kept);
}

static void filters(void)
{
	const char *const names[] = { "vm-4", "1000005", "nobody" };
	const size_t met[] = { 2, 1, 0 };
	size_t i;

	for (i = 0; i < 3; i++) {
		struct source s = { 0 };
		struct model m = { 0 };

		replay_open(&s.replay, path, &names[i], 1);
		run(&s, &m, 0);
		check(replay_met(s.replay) == met[i], "others", "--vm %s is of the recording", names[i]);
		source_close(&s);
		model_free(&m);
	}
}

/* Thousands of VMs that come and go, seen as a whole and second by second. */
static void crowd(void)
{
	struct source s = { 0 };
	struct model m = { 0 };
	__u64 sum = 0, before = 0;
	size_t i;

	begin();
	for (i = 0; i < 5000; i++) {
		give(0x1000 * (1 + i % 3000), 100 + i, KVMMT_KIND_S2_FAULT);
		give(0x1000 * (1 + i % 3000), 100 + i, KVMMT_KIND_S2_FAULT);
		end(0x1000 * (1 + i % 3000), 100 + i);
	}
	finish();
	replay_open(&s.replay, path, NULL, 0);
	run(&s, &m, 0);
	check(all_mapped(&m) == 10000 && !m.lost_vms, "", "of many VMs that are gone none is lost");
	model_free(&m);
	check(!replay_rewind(s.replay), "", "a recording can be replayed again");
	run(&s, &m, 100);
	check(all_mapped(&m) == 10000, "", "with the same counts at other steps");
	model_free(&m);
	replay_rewind(s.replay);
	/* Each VM's counts between samples add up, also of those taken in between. */
	source_sample(&s, &m, false);
	while ((i = source_wait(&s, before = replay_now_ns(s.replay) + 7777)) != REPLAY_END) {
		if (i == REPLAY_CROWD)
			source_update(&s, &m);
		if (i != REPLAY_TIME)
			continue;
		source_sample(&s, &m, false);
		for (i = 0; i < m.nr_vms; i++)
			sum += model_delta(&m.vms[i]->before, &m.vms[i]->now)
				       .s2.mapped[KVMMT_S2_NORMAL_NC];
	}
	source_sample(&s, &m, true);
	for (i = 0; i < m.nr_vms; i++)
		sum += model_delta(&m.vms[i]->before, &m.vms[i]->now).s2.mapped[KVMMT_S2_NORMAL_NC];
	check(sum == 10000, "", "intervals add up to the whole");
	source_close(&s);
	model_free(&m);
}

static void too_many(void)
{
	struct source s = { 0 };
	struct model m = { 0 };
	struct live_loss loss;
	size_t i;

	begin();
	for (i = 0; i < REPLAY_VMS_MAX + 100; i++)
		give(0x1000 * (1 + i), 1, KVMMT_KIND_S2_FAULT);
	finish();
	replay_open(&s.replay, path, NULL, 0);
	run(&s, &m, 0);
	replay_losses(s.replay, &loss);
	check(m.nr_vms == REPLAY_VMS_MAX && loss.vms == 100 && m.lost_vms == 100, "",
	      "more VMs than there is room for are counted as lost");
	source_close(&s);
	model_free(&m);
}

static void samples(void)
{
	struct source s = { 0 };
	struct model m = { 0 };

	begin();
	writer_sample(writer, 900, false);
	give(0x1000, 1, KVMMT_KIND_S2_FAULT);
	writer_sample(writer, now_ns, false);
	now_ns += 10;
	give(0x1000, 1, KVMMT_KIND_S2_FAULT);
	writer_sample(writer, now_ns, true);
	finish();
	replay_open(&s.replay, path, NULL, 0);
	check(replay_has_samples(s.replay) && replay_begin_ns(s.replay) == 900, "",
	      "a recorded live run begins with its first sample");
	check(source_wait(&s, ~0ull) == REPLAY_SAMPLE && replay_now_ns(s.replay) == 900, "",
	      "replay stops there");
	check(source_wait(&s, ~0ull) == REPLAY_MORE && source_wait(&s, ~0ull) == REPLAY_SAMPLE &&
		      replay_now_ns(s.replay) == 1001,
	      "", "and at the next, after the events before it");
	check(source_wait(&s, 1005) == REPLAY_TIME && replay_now_ns(s.replay) == 1005, "",
	      "or at a time between");
	check(source_wait(&s, ~0ull) == REPLAY_MORE && source_wait(&s, ~0ull) == REPLAY_TOTALS, "",
	      "and knows the last");
	source_close(&s);
	model_free(&m);
}

int main(void)
{
	check_suite = "replay";
	close(mkstemp(path));
	identities();
	filters();
	by_whom();
	crowd();
	too_many();
	samples();
	hours();
	unlink(path);
	return check_status();
}
