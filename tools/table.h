/* SPDX-License-Identifier: GPL-2.0 */
/* VMs or vCPUs as rows: text columns, CSV or JSON, from the field table. */
#ifndef TABLE_H
#define TABLE_H

#include <stdio.h>
#include "host.h"
#include "field.h"
#include "json.h"

struct table {
	const struct field *const *fields; /* NULL: the default columns */
	size_t nr_fields;
	const struct field *sort;	/* NULL: in order of appearance */
	const struct host *host;	/* which tracepoints there are */
	double seconds;			/* that the counts cover */
	bool rates;			/* cells of counts are per second */
	bool total;			/* since the start, not of the last interval */
	bool nested;			/* a VM is a guest hypervisor: show those columns too */
	bool vcpus;			/* the rows are vCPUs */
};

#define TABLE_NO_VCPU (~0u)		/* several, of VMs that are gone */

/* One VM's or vCPU's counts over the interval. */
struct table_row {
	const struct model_vm *vm;
	__u32 vcpu;			/* if the rows are vCPUs; or TABLE_NO_VCPU */
	struct model_counts counts;
	size_t position;		/* set by table_sort() */
};

/*
 * What the VMs or vCPUs did, over the interval or since the start, as an array that
 * the caller frees; NULL: no memory. A row may point to @rest.
 */
struct table_row *table_rows(const struct table *t, const struct model *m, struct model_vm *rest,
			     size_t *nr);
/* Sorts @rows in place; equal ones stay in their order. */
void table_sort(const struct table *t, struct table_row *rows, size_t nr);
void table_text(const struct table *t, const struct table_row *rows, size_t nr, FILE *out);
void table_csv(const struct table *t, const struct table_row *rows, size_t nr, bool head,
	       FILE *out);
/* One object for each row; all fields unless some were chosen. */
void table_json(const struct table *t, const struct table_row *rows, size_t nr, FILE *out);

/* Times that have any, by the nanoseconds that they are not above. */
void table_times_json(struct json *j, const char *key, const struct kvmmt_times *times);

/* Is it a column that this table shows without being asked? */
bool table_shows(const struct table *t, const struct field *f);
/* One cell as text, "-" where no tracepoint feeds it or a ratio is of nothing; to @buf of 64 bytes. */
const char *table_cell(const struct table *t, const struct field *f, const struct table_row *row,
		       char *buf);

#endif
