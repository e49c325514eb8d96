/* SPDX-License-Identifier: GPL-2.0 */
/* The model as metrics, in OpenMetrics text or in Prometheus's older format. */
#ifndef METRICS_H
#define METRICS_H

#include <stdio.h>
#include "flight.h"
#include "hook.h"
#include "host.h"
#include "refusal.h"
#include "series.h"

/* What the exporter itself costs and did. */
struct metrics_own {
	double cpu_s;
	double start_s;		/* when it started, since 1970 */
	double sample_s;	/* that the last sample took */
	__u64 memory_bytes;
	__u64 requests;
};

struct metrics {
	const struct host *host;
	const struct model *model;
	const struct series_set *set;
	const struct refusal_log *refusals;
	const struct hook *hook;
	const struct flight *flight;
	struct metrics_own own;
	bool textfile;		/* for node_exporter, which serves process_* of its own */
	bool recorded;		/* there is no process that serves them, and no .own */
	bool openmetrics;	/* else text format 0.0.4, which node_exporter's textfiles have */
};

void metrics_print(const struct metrics *m, FILE *out);

#endif
