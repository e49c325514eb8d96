// SPDX-License-Identifier: GPL-2.0
/*
 * Guests that lead ordinary lives, for as long as is asked for: they boot, sweep through
 * their memory, get huge pages, give some back to a balloon, meet memory pressure, end.
 * Nobody is to be woken for that.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"
#include "window.h"

#define GUESTS	 4
#define BYTES	 (64ul << 20)
#define BALLOON	 (1ul << 20)
#define PRESSURE (320ul << 20)

/* Every two seconds all memory is read, and a part of it given back. */
int ordinary(unsigned int life_s)
{
	struct vcpu vcpu;
	struct vm vm;
	char *mem = open_guest(&vm, &vcpu, BYTES);
	unsigned int i;

	srandom(getpid());
	madvise(mem, BYTES, random() % 2 ? MADV_HUGEPAGE : MADV_MERGEABLE);
	for (i = 0; i < life_s / 2; i++) {
		access_one(&vcpu, VM_SWEEP, VM_VA_NORMAL, BYTES / PAGE);
		madvise(mem + random() % (BYTES / BALLOON) * BALLOON, BALLOON, MADV_DONTNEED);
		sleep(2);
	}
	return 0;
}

/* A process that wants much memory for a moment */
static pid_t pressure(void)
{
	pid_t pid = fork();
	char *mem;

	if (pid)
		return pid;
	mem = mmap(NULL, PRESSURE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem != MAP_FAILED)
		memset(mem, 1, PRESSURE);
	_exit(0);
}

/* Whatever an alert is made of */
static bool alarm_there(void)
{
	return get("/metrics", OPENMETRICS) != 200 || has("kvmmt_refusal_timestamp_seconds{", NULL) ||
	       has("kvmmt_vm_storm{", "} 1", NULL) || has("kvmmt_vm_vncr_thrash{", "} 1", NULL) ||
	       !has("kvmmt_lost_refusals_total 0", NULL) ||
	       !has("kvmmt_refusals_forgotten_total 0", NULL) ||
	       !has("kvmmt_uncounted_events_total 0", NULL) ||
	       !has("kvmmt_recordings_total{result=\"lost\"} 0", NULL);
}

static void start_guest(pid_t *guest, int *started)
{
	char name[32];

	snprintf(name, sizeof(name), "ordinary-%d", ++*started);
	*guest = start_vmm(name);
}

/* Thresholds as storms() shows them to be needed here. */
int soak(unsigned int seconds)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "--storm", "rate=20,bytes=1e9,for=5", "--record",
			       "/tmp/soak", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter"), guests[GUESTS] = { 0 }, hog = 0, gone;
	time_t start, now;
	int started = 0, i, alarms = 0;

	khugepaged_at_once();
	write_file("/sys/kernel/mm/ksm/run", "1");
	check(soon(healthy), "it is not", "it is healthy");
	start = time(NULL);
	for (now = start; now < start + seconds && !alarms; now = time(NULL)) {
		for (i = 0; i < GUESTS; i++)
			if (!guests[i])
				start_guest(&guests[i], &started);
		if (!hog && now % 30 == 0)
			hog = pressure();
		sleep(1);
		alarms = alarm_there();
		while ((gone = waitpid(-1, NULL, WNOHANG)) > 0) {
			hog = gone == hog ? 0 : hog;
			for (i = 0; i < GUESTS; i++)
				guests[i] = gone == guests[i] ? 0 : guests[i];
		}
	}
	check(!alarms, "there is one", "no alarm in %ld s of %d guests' ordinary lives",
	      (long)(now - start), started);
	for (i = 0; i < GUESTS; i++)
		if (guests[i])
			stop_vmm(guests[i]);
	stop_exporter(pid, "it");
	if (check_status())
		show("/tmp/exporter");
	return check_status();
}
