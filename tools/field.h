/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of what is told of a VM: columns, JSON keys, CSV heads, the
 * words that --fields and --sort take, and their help.
 */
#ifndef FIELD_H
#define FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include "model.h"

enum field_type {
	FIELD_NAME,
	FIELD_PID,
	FIELD_VCPU,	/* of rows that are vCPUs */
	FIELD_COUNT,
	FIELD_BYTES,
	FIELD_LEVEL,	/* how much there is now: no sum, no rate */
	FIELD_RATIO,	/* in ten-thousandths, or FIELD_NO_RATIO */
	FIELD_TIMES,	/* a histogram; the value is its median, 0: of nothing */
};

#define FIELD_NO_RATIO (~0ull)

/* Where it is a column unless --fields says otherwise */
enum {
	FIELD_IN_LIST = 1,	/* of VMs */
	FIELD_IN_NESTED = 2,	/* of VMs, if one is a guest hypervisor */
	FIELD_IN_VCPUS = 4,	/* of vCPUs */
};

struct field {
	const char *name;	/* JSON key, CSV head, --fields */
	const char *head;	/* column */
	int width;
	enum field_type type;
	unsigned int in;	/* FIELD_IN_* */
	__u32 sources;		/* the tracepoints that feed it, bit by kind */
	__u64 (*value)(const struct model_counts *c);
	const char *help;
};

extern const struct field fields[];
extern const size_t nr_fields;

/* By name; NULL if there is none. */
const struct field *field_find(const char *name, size_t len);

/* Is it known of each vCPU, not only of the VM? */
bool field_of_vcpu(const struct field *f);
/* The histogram of a FIELD_TIMES. */
const struct kvmmt_times *field_times(const struct field *f, const struct model_counts *c);

/* A rate or count as a cell: at most 6 characters, to @buf of NAME_LEN bytes. */
const char *field_short(__u64 value, enum field_type type, char *buf);

#endif
