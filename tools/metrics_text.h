/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of metrics, and the parts that metrics.c puts together. */
#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include "metrics.h"

typedef unsigned long long ull;

enum metric_type { GAUGE, COUNTER, HISTOGRAM };

#define FAULT	    KVMMT_KIND_BIT(S2_FAULT)
#define SLOT	    KVMMT_KIND_BIT(S2_SLOT)
#define INVAL	    KVMMT_KIND_BIT(S2_INVALIDATE)
#define VNCR_LOOKUP KVMMT_KIND_BIT(VNCR_LOOKUP)
#define VNCR_WALK   KVMMT_KIND_BIT(VNCR_WALK)
#define VNCR_INVAL  KVMMT_KIND_BIT(VNCR_INVALIDATE)
#define TLBI	    KVMMT_KIND_BIT(NESTED_TLBI)

/* The lines before a metric's values. @unit: "" if it has none. */
void metrics_head(const struct metrics *m, FILE *out, const char *name, enum metric_type type,
		  const char *unit, const char *help);
/* @name="@value", after @comma, which is '{' for the first and ',' from then on */
void metrics_label(FILE *out, char *comma, const char *name, const char *value);
/* A value without labels */
void metrics_number(FILE *out, const char *name, enum metric_type type, ull value);
void metrics_decimal(FILE *out, const char *name, enum metric_type type, double value);
/* Has the host all these tracepoints, bit by kind? Without, there is no metric. */
bool metrics_fed(const struct host *host, __u32 sources);

/* metrics_vms.c: which VMs there are, and what is counted of each */
void metrics_vms(const struct metrics *m, FILE *out);
/* metrics_storms.c: storms, and pseudo-TLBs that thrash */
void metrics_storms(const struct metrics *m, FILE *out);
/* metrics_alerts.c: refusals and recordings */
void metrics_alerts(const struct metrics *m, FILE *out);

#endif
