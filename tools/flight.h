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
#define FLIGHT_PER_VM_NS   (10 * 60 * 1000000000ull) /* a VM gets one for each kind so often */
#define FLIGHT_PATH_LEN	   256
#define FLIGHT_ENTRIES	   32

/* What a recording is of. X(NAME, "word") */
#define FLIGHT_KINDS(X)        \
	X(REFUSAL, "refusal")  \
	X(STORM, "storm")      \
	X(THRASH, "thrash")

#define X(name, ...) FLIGHT_##name,
enum flight_kind { FLIGHT_KINDS(X) };
#undef X

/* The recording that has a VM's latest of this kind. */
struct flight_entry {
	char vm[SERIES_LABEL_LEN];
	enum flight_kind kind;
	char path[FLIGHT_PATH_LEN];	/* "": none has it */
	__u64 about;			/* what it is of, as whoever asked has it */
	__u64 asked_ns;			/* for one of its own, or that it shares */
};

struct flight {
	const char *dir;		/* NULL: there is none */
	struct recorder recorder;
	struct flight_entry entries[FLIGHT_ENTRIES];
	size_t nr;
	__u64 serial;			/* of the latest recording: names begin with it */
	char path[FLIGHT_PATH_LEN];	/* of the one that is due */
	__u64 due_ns;			/* 0: none is */
	__u64 written, failed, removed;
};

/* Make the directory if it is not there, begin to keep events. Returns 0 or -errno. */
int flight_open(struct flight *f, const struct host *host);
/*
 * The path of the recording that will have what happens to @vm now; "" if none will:
 * there is no flight recorder, or it had one of this kind not long ago, which it keeps if
 * that is @about the same (0: nothing is). @wall_s, since 1970, becomes part of a name.
 */
const char *flight_ask(struct flight *f, const char *vm, enum flight_kind kind, __u64 about,
		       __u64 now_ns, __u64 wall_s);
const char *flight_kind_word(enum flight_kind kind);
/* Write what is due, or with @now what would be. 0, or -errno: f->path is lost. */
int flight_step(struct flight *f, __u64 now_ns, bool now);

#endif
