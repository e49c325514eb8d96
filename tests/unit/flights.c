// SPDX-License-Identifier: GPL-2.0
/* The exporter's flight recorder: what is written when, for whom, and what a full disk costs. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "flight.h"

#define S    1000000000ull
#define WALL 1795262400		/* 2026-11-21 12:00:00 UTC */

static char dir[] = "/tmp/kvmmt-flight-XXXXXX/d";
static struct flight flight = { .dir = dir };
static const struct host host = { .page_size_bytes = 4096 };
static __u64 now = 100 * S;

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

static int files(void)
{
	DIR *d = opendir(dir);
	int nr = -2;

	while (d && readdir(d))
		nr++;
	if (d)
		closedir(d);
	return nr;
}

static void window(void)
{
	char path[FLIGHT_PATH_LEN];
	struct stat st;

	events(1000);
	snprintf(path, sizeof(path), "%s", flight_ask(&flight, "gpu-a", now, WALL));
	check(strstr(path, "/d/kvmmt-20261121T120000Z.data") != NULL, path, "its name is its time");
	check(!flight_step(&flight, now + S, false) && !files(), "", "it waits for what follows");
	check(!strcmp(path, flight_ask(&flight, "gpu-b", now, WALL + 1)), "", "two VMs at once share one");
	events(500);
	now += FLIGHT_AFTER_NS;
	check(!flight_step(&flight, now, false) && recorded(path) == 1500, "",
	      "then it has what was before and after");
	check(!stat(path, &st) && (st.st_mode & 0777) == 0600, "", "nobody else can read it");
	now += FLIGHT_PER_VM_NS - 3 * S;
	check(!strcmp(path, flight_ask(&flight, "gpu-a", now, WALL)) && !flight.due_ns, "",
	      "a VM has no second one within ten minutes");
	check(!strstr(flight_ask(&flight, "gpu-c", now, WALL), "Z.data"), "",
	      "a clock that was set back overwrites nothing");
	flight_step(&flight, now, true);
	check(files() == 2, "", "what is due is written at the end");
}

/* A limit on files' sizes stands in for a disk that is full. */
static void full(void)
{
	const struct rlimit small = { 4096, RLIM_INFINITY }, all = { RLIM_INFINITY, RLIM_INFINITY };
	const char *path;
	size_t nr = flight.nr;
	int before = files();

	now += FLIGHT_PER_VM_NS;
	events(20000);
	flight_ask(&flight, "gpu-d", now, WALL + 5);
	setrlimit(RLIMIT_FSIZE, &small);
	check(flight_step(&flight, now, true) == -EFBIG && flight.failed == 1, "", "a full disk is an error");
	setrlimit(RLIMIT_FSIZE, &all);
	check(files() == before && flight.nr == nr, "", "that leaves no file, and no path to none");
	path = flight_ask(&flight, "gpu-d", now, WALL + 5);
	check(!flight_step(&flight, now, true) && recorded(path) == 20000, "",
	      "and nothing is lost once there is room");
}

static void many(void)
{
	char vm[32], first[FLIGHT_PATH_LEN];
	int i;

	snprintf(first, sizeof(first), "%s", flight.entries[0].path);
	for (i = 0; i < 100; i++) {
		snprintf(vm, sizeof(vm), "vm-%d", i);
		flight_ask(&flight, vm, now += S, WALL + 10 + i);
		flight_step(&flight, now, true);
	}
	check(files() == FLIGHT_FILES && flight.nr == FLIGHT_FILES, "", "of many the latest stay");
	for (i = 0; i < FLIGHT_FILES && !access(flight.entries[i].path, F_OK); i++)
		;
	check(i == FLIGHT_FILES && access(first, F_OK), "", "and each that is told is there");
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
	check(!*flight_ask(&(struct flight){ 0 }, "a", now, WALL), "", "without a directory there is none");
	if (flight_open(&flight, &host)) {
		not_ok("setup");
		return 1;
	}
	window();
	full();
	many();
	recorder_close(&flight.recorder);
	forgotten();
	return check_status();
}
