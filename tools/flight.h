/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exporter's flight recorder: what happened around a refusal or a storm, in a file.
 * All events of the latest seconds are in memory; what asks for a recording gets its
 * path at once, and the file some seconds later, when what followed is in it. Says nothing.
 */
#ifndef FLIGHT_H
#define FLIGHT_H

#include "recorder.h"
#include "series.h"

#define FLIGHT_FILES	   16	/* the latest stay */
#define FLIGHT_BYTES	   (16 << 20) /* of events, compressed, kept in memory */
#define FLIGHT_BEFORE_NS   (10 * 1000000000ull)
#define FLIGHT_AFTER_NS	   (2 * 1000000000ull)
#define FLIGHT_PER_VM_NS   (10 * 60 * 1000000000ull) /* a VM asks for one so often */
#define FLIGHT_PATH_LEN	   256

/* The latest recording that a VM has asked for. */
struct flight_entry {
	char vm[SERIES_LABEL_LEN];
	char path[FLIGHT_PATH_LEN];
	__u64 asked_ns;
};

struct flight {
	const char *dir;		/* NULL: there is none */
	struct recorder recorder;
	struct flight_entry entries[FLIGHT_FILES];
	size_t nr;
	char path[FLIGHT_PATH_LEN];	/* of the one that is due */
	__u64 due_ns;			/* 0: none is */
	__u64 written, failed;
};

/* Make the directory if it is not there, begin to keep events. Returns 0 or -errno. */
int flight_open(struct flight *f, const struct host *host);
/*
 * A recording for @vm, or the one it has asked for not long ago: its path, "" if there
 * is no flight recorder. @wall_s, since 1970, becomes its name.
 */
const char *flight_ask(struct flight *f, const char *vm, __u64 now_ns, __u64 wall_s);
/* Write what is due, or with @now what would be. 0, or -errno: f->path is lost. */
int flight_step(struct flight *f, __u64 now_ns, bool now);

#endif
