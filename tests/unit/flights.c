// SPDX-License-Identifier: GPL-2.0
/* The exporter's flight recorder: what is written when, for whom, and what a full disk costs. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "files.h"
#include "flight.h"

#define S    1000000000ull
#define WALL 1795262400		/* 2026-11-21 12:00:00 UTC */

static char dir[] = "/tmp/kvmmt-flight-XXXXXX/d";
static struct flight flight = { .dir = dir };
static const struct host host = { .page_size_bytes = 4096 };
static __u64 now = 100 * S;

static const char *ask(const char *vm, enum flight_kind kind, __u64 about, __u64 wall_s)
{
	return flight_ask(&flight, vm, kind, about, now, wall_s);
}

/* The path that is told with metrics, "" if none is. */
static const char *told(const char *vm, enum flight_kind kind)
{
	size_t i;

	for (i = 0; i < flight.nr; i++)
		if (!strcmp(flight.entries[i].vm, vm) && flight.entries[i].kind == kind)
			return flight.entries[i].path;
	return "";
}

static void events(int nr)
{
	struct kvmmt_event e = { .vm = 0x1000, .pid = 4194304, .vcpu = -1,
				 .kind = KVMMT_KIND_S2_INVALIDATE };
	int i;

	for (i = 0; i < nr; i++) {
		e.time_ns = now += 1000;
		e.s2_invalidate.start = (__u64)rand() << 12;
		writer_event(flight.recorder.writer, &e);
	}
}

/* Events in the recording at @path, -1 if it is none. */
static int recorded(const char *path)
{
	struct reader *r;
	int nr = 0, item;

	if (reader_open(&r, path))
		return -1;
	while ((item = reader_next(r)) > 0)
		nr += item == READER_EVENTS ? (int)reader_events(r)->nr : 0;
	if (!reader_state(r)->complete)
		nr = -1;
	reader_close(r);
	return nr;
}

static void window(void)
{
	char path[FLIGHT_PATH_LEN];
	struct stat st;

	events(1000);
	snprintf(path, sizeof(path), "%s", ask("gpu-a", FLIGHT_REFUSAL, 7, WALL));
	check(strstr(path, "/d/kvmmt-000001-20261121T120000Z.data") != NULL, path,
	      "its name is its number and its time");
	check(!flight_step(&flight, now + S, false) && !files(dir), "", "it waits for what follows");
	check(!strcmp(path, ask("gpu-b", FLIGHT_STORM, 0, WALL + 1)), "", "two VMs at once share one");
	events(500);
	now += FLIGHT_AFTER_NS;
	check(!flight_step(&flight, now, false) && recorded(path) == 1500, "",
	      "then it has what was before and after");
	check(!stat(path, &st) && (st.st_mode & 0777) == 0600, "", "nobody else can read it");
	now += FLIGHT_PER_VM_NS - 3 * S;
	check(!*ask("gpu-a", FLIGHT_REFUSAL, 7, WALL) && !flight.due_ns, "",
	      "a VM has no second one of a kind within ten minutes, and is told none");
	check(!strcmp(told("gpu-a", FLIGHT_REFUSAL), path), told("gpu-a", FLIGHT_REFUSAL),
	      "of what is alike the first one stays told");
	check(!*ask("gpu-a", FLIGHT_REFUSAL, 5, WALL) && !*told("gpu-a", FLIGHT_REFUSAL),
	      told("gpu-a", FLIGHT_REFUSAL), "of what is not, none: it is not in the file");
	check(strcmp(ask("gpu-a", FLIGHT_STORM, 0, WALL - 3600), path) && flight.due_ns, "",
	      "another kind has its own, and a clock that was set back overwrites nothing");
	check(!strcmp(ask("gpu-a", FLIGHT_REFUSAL, 0, WALL), told("gpu-a", FLIGHT_STORM)), "",
	      "which what comes meanwhile is in, and is told");
	flight_step(&flight, now, true);
	check(files(dir) == 2, "", "what is due is written at the end");
}

/* A limit on files' sizes stands in for a disk that is full. */
static void full(void)
{
	const struct rlimit small = { 4096, RLIM_INFINITY }, all = { RLIM_INFINITY, RLIM_INFINITY };
	const char *path;
	size_t nr = flight.nr;
	int before = files(dir);

	now += FLIGHT_PER_VM_NS;
	events(20000);
	ask("gpu-d", FLIGHT_REFUSAL, 0, WALL + 5);
	setrlimit(RLIMIT_FSIZE, &small);
	check(flight_step(&flight, now, true) == -EFBIG && flight.failed == 1, "", "a full disk is an error");
	setrlimit(RLIMIT_FSIZE, &all);
	check(files(dir) == before && flight.nr == nr, "", "that leaves no file, and no path to none");
	path = ask("gpu-d", FLIGHT_REFUSAL, 0, WALL + 5);
	check(!flight_step(&flight, now, true) && recorded(path) == 20000, "",
	      "and nothing is lost once there is room");
}

static void many(void)
{
	int i, kept = 0, missing = 0, before = files(dir);
	char vm[32], first[FLIGHT_PATH_LEN];
	const char *latest;

	snprintf(first, sizeof(first), "%s", flight.entries[0].path);
	for (i = 0; i < 100; i++) {
		snprintf(vm, sizeof(vm), "vm-%d", i);
		now += S;
		/* The clock is set back all the time. */
		latest = ask(vm, FLIGHT_REFUSAL, 0, WALL - i * 3600);
		flight_step(&flight, now, true);
		kept += !access(latest, F_OK);
	}
	check(files(dir) == FLIGHT_FILES && kept == 100, "", "of many the latest stay, whatever the clock says");
	check((int)flight.removed == before + 100 - FLIGHT_FILES, "", "and what is removed is counted");
	for (i = 0; i < (int)flight.nr; i++)
		missing += *flight.entries[i].path && access(flight.entries[i].path, F_OK);
	check(!missing && access(first, F_OK), "", "and each that is told is there");
}

/* Of another exporter's before: its numbers go on, and it is removed first. */
static void restarted(void)
{
	struct flight next = { .dir = dir };
	const char *path;

	if (flight_open(&next, &host)) {
		not_ok("setup: a second one");
		return;
	}
	path = flight_ask(&next, "a", FLIGHT_STORM, 0, now, 0);
	check(next.serial == flight.serial + 1 && strstr(path, "-19700101T000000Z.data"), path,
	      "the next exporter's numbers go on");
	flight_step(&next, now, true);
	check(!access(path, F_OK) && files(dir) == FLIGHT_FILES, path, "and its recording stays");
	recorder_close(&next.recorder);
}

static void forgotten(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", dir);
	if (system(command))
		not_ok("setup: %s", command);
	*strrchr(dir, '/') = '\0';
	rmdir(dir);
}

int main(void)
{
	char *slash = strrchr(dir, '/');

	check_suite = "flights";
	setenv("TZ", "Asia/Tokyo", 1);
	signal(SIGXFSZ, SIG_IGN);
	*slash = '\0';
	if (!mkdtemp(dir))
		return 1;
	*slash = '/';
	check(!*flight_ask(&(struct flight){ 0 }, "a", FLIGHT_STORM, 0, now, WALL), "", "without a directory there is none");
	if (flight_open(&flight, &host)) {
		not_ok("setup");
		return 1;
	}
	window();
	full();
	many();
	restarted();
	recorder_close(&flight.recorder);
	forgotten();
	return check_status();
}
