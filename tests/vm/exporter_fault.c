// SPDX-License-Identifier: GPL-2.0
/* kvmmt exporter's flight recorder, and what happens around it: a full disk, no journald, clocks. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"
#include "window.h"

#define DIR	"/tmp/flight"
#define MESSAGES "/tmp/messages"

static char path[256];	/* of the recording */

static bool written(void)
{
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_recordings_total{result=\"written\"} 1", NULL);
}

static bool lost(void)
{
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_recordings_total{result=\"lost\"} 1", NULL);
}

static bool refused_b(void)
{
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_refusal_timestamp_seconds{", "vm=\"gpu-b\"", NULL);
}

/* Run "kvmmt script -i RECORDING": its output to page. */
static int script(const char *recording)
{
	char *const argv[] = { "/bin/kvmmt", "script", "-i", (char *)recording, NULL };
	int status;

	unlink("/tmp/script");
	waitpid(spawn(argv, "/tmp/script"), &status, 0);
	file_has("/tmp/script", "");
	return status;
}

static void recorded(void)
{
	const char *at;
	struct stat st;

	waitpid(start_vmm("gpu-a"), NULL, 0);
	check(soon(written), "it is not", "a refusal is recorded");
	at = strstr(page, "recording=\"");
	sscanf(at ? at : "", "recording=\"%255[^\"]", path);
	check(has("kvmmt_recording_info{vm=\"gpu-a\",kind=\"refusal\",recording=\"" DIR "/kvmmt-", NULL), path,
	      "its path is told with its VM");
	check(!stat(path, &st) && (st.st_mode & 0777) == 0600, path, "nobody else can read it");
	check(!script(path) && has("gpu-a", "refused unsafe-cacheable", NULL), "it is not there", "it has the refusal");
	check(has("web-7", "Normal", NULL), "it has not", "and what was before, of all VMs");
	check(file_has(MESSAGES, "VM gpu-a: ") && !strstr(page, "is lost"), "it is not",
	      "without journald it is told as a line");
}

static void fill_disk(void)
{
	int fd = open(DIR "/filler", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	while (write(fd, page, 4096) > 0)
		;
	close(fd);
}

static void full_disk(void)
{
	fill_disk();
	waitpid(start_vmm("gpu-b"), NULL, 0);
	check(soon(lost), "it is not", "a recording that finds no room is counted as lost");
	check(!has("kvmmt_recording_info{vm=\"gpu-b\"", NULL), "one is", "and no path to it is told any more");
	check(soon(refused_b) && has("kvmmt_recording_info{vm=\"gpu-a\"", NULL) && healthy(), "it is",
	      "nothing else is lost");
	check(file_has(MESSAGES, "a recording is lost: No space left on device"), "it is not", "why is said");
	unlink(DIR "/filler");
}

/* Whoever counts with the wall's clock is wrong now. */
static void clock_step(long seconds)
{
	struct timeval t;

	gettimeofday(&t, NULL);
	t.tv_sec += seconds;
	if (settimeofday(&t, NULL))
		not_ok("setup: settimeofday: %s", strerror(errno));
	sleep(2);
	check(get("/healthz", "") == 200 && get("/metrics", OPENMETRICS) == 200 &&
		      has("kvmmt_vm_info{", "vm=\"web-7\"", NULL) && has("kvmmt_vm_storm{", "web-7", "} 0", NULL) &&
		      has("kvmmt_lost_refusals_total 0", NULL),
	      "it is", "the clock set by %ld s: nothing is lost, nothing raised", seconds);
}

static void clocks(void)
{
	struct timeval t;
	const char *at;
	long stamp = 0;

	clock_step(20 * 365 * 86400);
	waitpid(start_vmm("gpu-c"), NULL, 0);
	sleep(2);
	get("/metrics", OPENMETRICS);
	gettimeofday(&t, NULL);
	at = strstr(page, "kvmmt_refusal_timestamp_seconds{vm=\"gpu-c\"");
	sscanf(at ? at : "", "%*[^}]} %ld", &stamp);
	check(stamp >= t.tv_sec - 60 && stamp <= t.tv_sec, "it has another", "a refusal has the new time");
	clock_step(-86400);
	at = strstr(page, "kvmmt_refusal_age_seconds{vm=\"gpu-c\"");
	stamp = -1;
	sscanf(at ? at : "", "%*[^}]} %ld", &stamp);
	check(stamp >= 0 && stamp < 3600, "it is not", "and its age is right whatever the clock says");
}

/* As under systemd, standard error to the journal. */
static pid_t start(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "-d", "0.5", "--record", DIR, "--run",
			       "exit 1", NULL };
	int fd = open(MESSAGES, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	char stream[64];
	struct stat st;
	pid_t pid;

	fstat(fd, &st);
	close(fd);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	pid = spawn(argv, MESSAGES);
	unsetenv("JOURNAL_STREAM");
	return pid;
}

void faults(void)
{
	pid_t pid, web;

	if (facts.fwb && facts.dic) {
		skip("refusals recorded (this host refuses nothing)");
		return;
	}
	if (mkdir(DIR, 0700) || mount("none", DIR, "tmpfs", 0, "size=256k,mode=0700")) {
		not_ok("setup: " DIR ": %s", strerror(errno));
		return;
	}
	pid = start();
	check(soon(healthy), "it is not", "with a flight recorder it is healthy");
	web = start_vmm("web-7");
	recorded();
	full_disk();
	clocks();
	stop_vmm(web);
	stop_exporter(pid, "a flight recorder");
	check(file_has(MESSAGES, "messages that waited for the command are lost"), page,
	      "what nobody could be told of is said at the end");
	journal(start, MESSAGES);
	if (check_status())
		show(MESSAGES);
}
