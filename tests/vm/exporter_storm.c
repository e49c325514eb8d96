// SPDX-License-Identifier: GPL-2.0
/* Storms of invalidations by their real causes, as kvmmt exporter tells them. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"

static bool storm_there(void)
{
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_storm{vm=\"thrash", "} 1", NULL);
}

static bool storm_gone(void)
{
	return get("/metrics", OPENMETRICS) == 200 && !has("kvmmt_vm_storm{vm=\"thrash", "} 1", NULL);
}

static bool guests_gone(void)
{
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vms 0", NULL) &&
	       !has("vm=\"nested-", NULL);
}

/* The first cause told is the one that does most. */
static bool first_cause(const char *cause)
{
	const char *line = strstr(page, "\nkvmmt_vm_storm_cause_ratio{"), *at;

	at = line ? strstr(line, cause) : NULL;
	return at && at < strchrnul(line + 1, '\n');
}

void khugepaged_at_once(void)
{
	write_file(THP "khugepaged/scan_sleep_millisecs", "0");
	write_file(THP "khugepaged/pages_to_scan", "100000");
}

/* A VM that has one, by @cause. */
static void storm(const char *name, const char *what, const char *cause, const char *by)
{
	pid_t vmm = start_vmm(name);

	check(soon(storm_there), "there is none", "%s is a storm", what);
	check(first_cause(cause), "it is not", "which is said to be: %s", cause);
	stop_vmm(vmm);
	check(soon(storm_gone), "it is not", "and which is over when it is");
	check(file_has("/tmp/exporter", by) && has(name, by, NULL), by, "whose stack has %s", by);
}

/* A VMM that is killed is so in the middle of a fault more often than not. */
static void kills(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		pid_t vmm = start_vmm("thrash-killed");

		usleep(100000 + i * 7000);
		stop_vmm(vmm);
	}
	sleep(2);
	check(get("/metrics", OPENMETRICS) == 200 && !has("kvmmt_refusal_timestamp_seconds{", NULL),
	      "it is", "what is killed is not refused anything");
}

static bool thrash_there(void)
{
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_vncr_thrash{vm=\"nested-", "} 1", NULL);
}

pid_t start_nested_stress(void)
{
	char *const argv[] = { "/bin/nested", "-p", "1000000", "-n", "1000000", "stress", NULL };

	return spawn(argv, "/dev/null");
}

static void thrash(void)
{
	pid_t pid = start_nested_stress();

	check(soon(thrash_there), "it is not", "a VNCR pseudo-TLB that thrashes is told");
	check(has("kvmmt_vm_vncr_thrash_cause_ratio{vm=\"nested-", NULL) &&
		      !has("kvmmt_vm_vncr_thrash_cause_ratio{", "reason=\"unknown\"", NULL) && has("kvmmt_vm_vncr_thrash_miss_ratio{vm=\"nested-", NULL),
	      "it is not", "with what takes most entries away");
	stop_vmm(pid);
	check(soon(guests_gone), "it is not", "and is over when its VM is");
}

static pid_t start(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "-d", "0.5", "--storm",
			       "rate=4,within=2,walks=100,for=2,clear=2", "--stacks", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter");

	check(soon(healthy), "it is not", "with thresholds for an emulated machine it is healthy");
	return pid;
}

static void stop(pid_t pid)
{
	stop_exporter(pid, "storms");
	if (check_status())
		show("/tmp/exporter");
}

void nested_storms(void)
{
	pid_t pid = start();

	storm("thrash-tlbi", "a guest hypervisor that invalidates its guest's memory",
	      "kind=\"guest\",cause=\"exporter\",reason=\"guest-tlbi\"", "kvm_handle_sys_reg");
	thrash();
	stop(pid);
}

void storms(void)
{
	pid_t pid = start();

	storm("thrash-madvise", "memory taken by the VMM",
	      "kind=\"vmm\",cause=\"exporter\",syscall=\"madvise\",reason=\"notifier\"", "do_madvise");
	write_file("/sys/kernel/mm/ksm/pages_to_scan", "1000");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	write_file("/sys/kernel/mm/ksm/run", "1");
	storm("thrash-ksm", "memory merged again and again",
	      "kind=\"kernel\",cause=\"ksmd\",reason=\"notifier\"", "ksm_scan_thread");
	write_file("/sys/kernel/mm/ksm/run", "0");
	khugepaged_at_once();
	storm("thrash-khugepaged", "memory made huge again and again",
	      "kind=\"kernel\",cause=\"khugepaged\",reason=\"notifier\"", "collapse_huge_page");
	kills();
	stop(pid);
}
