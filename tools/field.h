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

enum field_type { FIELD_NAME, FIELD_PID, FIELD_COUNT, FIELD_BYTES };

struct field {
	const char *name;	/* JSON key, CSV head, --fields */
	const char *head;	/* column */
	int width;
	enum field_type type;
	bool wide;		/* not among the default columns */
	__u32 sources;		/* the tracepoints that feed it, bit by kind */
	__u64 (*value)(const struct kvmmt_counters *c);
	const char *help;
};

extern const struct field fields[];
extern const size_t nr_fields;

/* By name; NULL if there is none. */
const struct field *field_find(const char *name, size_t len);

/* A rate or count as a cell: at most 6 characters, to @buf of NAME_LEN bytes. */
const char *field_short(__u64 value, enum field_type type, char *buf);

#endif
