/* SPDX-License-Identifier: GPL-2.0 */
/* What kvmmt exporter knows and answers, without its command line and its loop. */
#ifndef EXPORTER_H
#define EXPORTER_H

#include "flight.h"
#include "http.h"
#include "kvmmt.h"
#include "metrics.h"
#include "symbols.h"

/* A refusal that waits for the sample that knows its VM. */
struct refusal_due {
	struct kvmmt_event event;
	struct refused memory;	/* of a recording; a live run asks when it tells */
};

struct exporter {
	const char *listen, *textfile;
	const char *input;		/* a recording; NULL: this host */
	double interval_s;
	bool check, verbose, stacks;
	struct symbols symbols;		/* if stacks are asked for */
	struct host host;
	struct source source;
	struct model model;
	struct series_set set;
	struct refusal_log refusals;
	struct storm_limits storm;
	struct hook hook;
	__u64 messages_lost, lost_told_ns; /* of the hook's, as said last */
	struct flight flight;
	struct metrics metrics;
	struct http *http;
	struct http_body *body[2];	/* by .openmetrics; NULL: not asked for since the sample */
	struct http_body *healthy, *sick;
	int signals;
	struct refusal_due *refusals_due; /* came since the last sample: told after the next */
	size_t nr_due, room_due;
	__u64 sampled_ns;		/* when the last sample began */
	__u64 look_ns;			/* events keep coming: look again then; 0: they do not */
	__u64 written_ns;		/* the textfile */
	bool write_failed;
	unsigned int failures;
	int err;
};

/* Whose refusal an event is, for the log and the alert. */
struct refusal_vm exporter_refused_vm(const struct exporter *x, const struct kvmmt_event *e);
/* Of a VMM that is killed in the middle of a fault nothing is refused that it would miss. */
bool exporter_is_end(const struct kvmmt_event *e, const struct refused *what);
/* An event of the source's: refusals wait for the next sample. @ctx is the exporter. */
void exporter_event(void *ctx, const struct kvmmt_event *e);

/*
 * Read all counters and events, tell what is to be told. Returns 0, or -errno when it has
 * failed too often.
 */
int exporter_sample(struct exporter *x);

/* What is at a path: see http.h. @ctx is the exporter. */
struct http_body *exporter_get(void *ctx, const char *path, const char *accept,
			       unsigned int *status);

/* Write the recording that is due, or with @now would be; what fails is said. */
void exporter_record(struct exporter *x, __u64 now_ns, bool now);

/* Sample and answer until a signal to stop. Returns 0 or -errno. */
int exporter_run(struct exporter *x);

/* Write the textfile of x->input, once. Returns the exit status, after saying why. */
int exporter_replay(struct exporter *x);

/* Write the textfile if it is time: as a whole or not at all. What fails is said once. */
void exporter_write(struct exporter *x);

/* Seconds since 1970. */
double exporter_wall_s(void);

#endif
