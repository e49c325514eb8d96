/* SPDX-License-Identifier: GPL-2.0 */
/* A whole recording summed up: what report, diff and assertions stand on. */
#ifndef REPORT_H
#define REPORT_H

#include "kvmmt.h"
#include "ranges.h"
#include "table.h"
#include "wall.h"

#define REPORT_RANGES 10

struct report {
	const struct common *common;
	struct host host;
	char hostname[65];
	struct source source;
	struct model model;
	struct model_counts sum;	/* over all VMs */
	struct ranges *ranges;
	__u64 events[KVMMT_KIND_NR];
	__u64 nr_events, lost, nr_vms, length_ns;
	__u64 uncounted;		/* not lost, but of more VMs or vCPUs than are counted */
	double seconds;
	int name_width;			/* columns of its VMs' names in tables */
	struct wall wall;		/* of the host */
	int err;
	int status;			/* the exit status that the recording deserves */
};

/* Reads common->input to its end. Returns 0, or 1 after saying why not. */
int report_read(struct report *r, const struct common *common);
void report_free(struct report *r);

/* report_storms.c */
void report_storms_text(const struct report *r, FILE *out);
void report_storms_json(const struct report *r, FILE *out);

/* report_refusals.c: those whose memory is known; the first keeps one */
void report_refusals_add(struct report *r, const struct kvmmt_event *e);
void report_refusals_text(const struct report *r, FILE *out);
void report_refusals_json(const struct report *r, FILE *out);

/* What names in assertions stand for: 0, -ENOENT, or -ENODATA if that is not known. */
int report_value(const struct report *r, const char *name, double *value);

void report_text(struct report *r, FILE *out);
/* One object. */
void report_json(struct report *r, FILE *out);

#endif
