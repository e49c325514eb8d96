// SPDX-License-Identifier: GPL-2.0
/* What is told of refusals, and how often. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "tell.h"

#define S 1000000000ull

static struct refusal_log log_;

static struct kvmmt_event fault(__u64 time_ns)
{
	return (struct kvmmt_event){
		.time_ns = time_ns, .pid = 7, .kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .reason = KVMMT_FAULT_UNSAFE_CACHEABLE, .fault_ipa = 0x80000000, .ret = -14,
			      .pfn = ~0ull, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP },
	};
}

static const struct refusal *add(const char *vm, const struct kvmmt_event *e, int slot)
{
	struct refusal_vm who = { .name_from = "option" };

	snprintf(who.name, sizeof(who.name), "%s", vm);
	return refusal_add(&log_, &who, e, "", slot, 0);
}

static void often(void)
{
	struct kvmmt_event e;
	int i, told = 0;

	for (i = 0; i < 600; i++) {
		e = fault(S + i * S);
		told += add("a", &e, 1) != NULL;
	}
	check(told == 10 && log_.nr == 1 && log_.kept[0].count == 600, "", "600 in 600 s are told 10 times");
	e = fault(601 * S);
	check(add("b", &e, 1) != NULL, "", "another VM's is told at once");
	check(add("b", &e, 2) != NULL, "", "another slot's too");
	e.s2_fault.reason = 0xfe;
	add("b", &e, 3);
	e.s2_fault.reason = 0xff;
	check(!add("b", &e, 3), "it is", "two unknown reasons are one: they read alike");
}

static void many(void)
{
	char vm[32];
	int i;

	for (i = 0; i < 1000; i++) {
		struct kvmmt_event e = fault(700 * S + i);

		snprintf(vm, sizeof(vm), "vm-%d", i);
		add(vm, &e, -1);
	}
	check(log_.nr == REFUSALS_KEPT && log_.forgotten == 4 + 1000 - REFUSALS_KEPT, "", "of many, the latest are kept, and what is forgotten is counted");
	for (i = 0; i < REFUSALS_KEPT; i++)
		if (log_.kept[i].event.time_ns < 700 * S + 1000 - REFUSALS_KEPT)
			break;
	check(i == REFUSALS_KEPT, "older ones are there", "and not older ones");
	refusal_expire(&log_, 700 * S + 999 + REFUSAL_KEEP_NS);
	check(!log_.nr, "they are there", "all are forgotten after 15 minutes");
}

/* A VM whose refusals all differ, beside others that have one now and then. */
static void greedy(void)
{
	int i, told = 0, others = 0;
	char vm[32];

	for (i = 0; i < 40; i++) {
		struct kvmmt_event e = fault(800 * S + i);

		snprintf(vm, sizeof(vm), "quiet-%d", i);
		add(vm, &e, 0);
	}
	for (i = 0; i < 6000; i++) {
		struct kvmmt_event e = fault(801 * S + i * S / 100);

		told += add("greedy", &e, i % 65) != NULL;
		if (i % 100 == 99)
			others += add("quiet-0", &e, 0) != NULL;
	}
	check(told == REFUSALS_TOLD && log_.untold > 0, "", "65 slots of one VM for a minute: so many are told (%d)", told);
	check(others == 1, "", "and another's as often as without (%d)", others);
	for (i = 0; i < (int)log_.nr && strcmp(log_.kept[i].vm.name, "quiet-39"); i++)
		;
	check(log_.nr == 40 + REFUSALS_PER_VM && i < (int)log_.nr, "", "whose are all kept");
	for (i = 0; i < 60 * REFUSALS_PER_VM; i++) {
		struct kvmmt_event e = fault(900 * S + i);

		snprintf(vm, sizeof(vm), "greedy-%d", i % 3);
		add(vm, &e, i / 3);
	}
	for (i = 0; i < (int)log_.nr && strcmp(log_.kept[i].vm.name, "quiet-39"); i++)
		;
	check(log_.nr == REFUSALS_KEPT && i < (int)log_.nr, "it is not",
	      "also beside several such VMs: those that have most make room");
	refusal_expire(&log_, 900 * S + REFUSAL_KEEP_NS + S);
}

static void line(void)
{
	const char *want = "kvmmt exporter: VM gpu-a: read ipa 0x80000000 trans: VMA Normal pfnmap -> "
			   "refused unsafe-cacheable: cacheable PFNMAP memory, and the host lacks FWB or DIC; "
			   "missing here: FWB and DIC (Bad address); this is PCI 0000:01:00.0 BAR 2 "
			   "(3 times so far)\n";
	struct refusal r = { .vm = { .name = "gpu-a", .name_from = "option", .pid = 5,
				    .pod = "0c1d2e3f-0001-4a5b-8c6d-001122334455" }, .backing = "PCI 0000:01:00.0 BAR 2", .count = 3,
			     .event = fault(S) };
	struct hook hook = { .command = "true" };
	int fds[2], err = dup(2);
	char **env;
	char buf[1024];
	ssize_t n;

	if (pipe(fds))
		return;
	dup2(fds[1], 2);
	tell_refusal(&r, "/var/lib/kvmmt/x.data", &hook);
	dup2(err, 2);
	n = read(fds[0], buf, sizeof(buf) - 1);
	buf[n > 0 ? n : 0] = '\0';
	check(!strcmp(buf, want), buf, "one line, where there is no journal");
	for (env = hook.waiting[0].env; env && *env && strncmp(*env, "KVMMT_JSON=", 11); env++)
		;
	check(env && *env && strstr(*env, "={\"MESSAGE\":\"VM gpu-a: read ") &&
		      strstr(*env, "\"KVMMT_MISSING\":\"FWB and DIC\"") &&
		      strstr(*env, ",\"KVMMT_RECORDING\":\"/var/lib/kvmmt/x.data\"}"),
	      env && *env ? *env : "none", "the command gets all of it as JSON too");
	check(env && *env && strstr(*env, "\"KVMMT_NAME_FROM\":\"option\",\"KVMMT_PID\":\"5\","
					 "\"KVMMT_POD\":\"0c1d2e3f-0001-4a5b-8c6d-001122334455\""),
	      env && *env ? *env : "none", "with the VM's process, its pod, and where its name is from");
	check(env && *env && hook.waiting[0].input == *env + 11, hook.waiting[0].input,
	      "and on its standard input");
	hook_free(&hook);
}

int main(void)
{
	check_suite = "tells";
	unsetenv("JOURNAL_STREAM");
	often();
	many();
	greedy();
	line();
	return check_status();
}
