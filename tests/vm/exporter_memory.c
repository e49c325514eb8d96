// SPDX-License-Identifier: GPL-2.0
/*
 * What memory the exporter takes, its BPF maps' mappings and ring buffers among it, while as
 * many VMs as have series live, others come and go, and it is scraped. For make bench.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../bench/peak.h"
#include "exporter.h"
#include "vmm/check.h"

#define VMS	128	/* the default --limit */
#define AT_ONCE 16

static pid_t vms[VMS];

static bool all_there(void)
{
	return vm_there("vm-127") && has("kvmmt_vms 128", NULL);
}

static void come_and_go(int round)
{
	pid_t pids[AT_ONCE];
	char name[32];
	int i;

	for (i = 0; i < AT_ONCE; i++) {
		snprintf(name, sizeof(name), "churn-%d", round * AT_ONCE + i);
		pids[i] = start_vmm(name);
	}
	/* Once before and once after a sample */
	for (i = 0; i < 4; i++) {
		get("/metrics", OPENMETRICS);
		usleep(250000);
	}
	for (i = 0; i < AT_ONCE; i++)
		stop_vmm(pids[i]);
}

int memory(int rounds, bool record)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", record ? "--record" : NULL, "/tmp/memory", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter");
	char name[32];
	double mib;
	int i;

	check(soon(healthy), "it is not", "it is healthy");
	for (i = 0; i < VMS; i++) {
		snprintf(name, sizeof(name), "vm-%d", i);
		vms[i] = start_vmm(name);
		usleep(20000);
	}
	check(soon(all_there), "they are not", "%d VMs are there", VMS);
	for (i = 0; i < rounds; i++)
		come_and_go(i);
	mib = peak_mib(pid);
	check(mib > 0, "it is not known", "peak %.1f MiB with %d VMs while %d came and went", mib, VMS,
	      rounds * AT_ONCE);
	for (i = 0; i < VMS; i++)
		stop_vmm(vms[i]);
	stop_exporter(pid, "it");
	if (check_status())
		show("/tmp/exporter");
	return check_status();
}
