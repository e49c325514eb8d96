/* SPDX-License-Identifier: GPL-2.0 */
/* VMs as rows: text columns, CSV or JSON, from the field table. */
#ifndef TABLE_H
#define TABLE_H

#include <stdio.h>
#include "host.h"
#include "field.h"

struct table {
	const struct field **fields;	/* NULL: the default columns */
	size_t nr_fields;
	const struct field *sort;	/* NULL: in order of appearance */
	const struct host *host;	/* which tracepoints there are */
	double seconds;			/* that the counts cover */
	bool total;			/* since the start, not of the last interval */
};

/* One VM's counts over the interval. */
struct table_row {
	const struct model_vm *vm;
	struct kvmmt_counters counts;
};

/* Sorts @rows in place. */
void table_sort(const struct table *t, struct table_row *rows, size_t nr);
void table_text(const struct table *t, const struct table_row *rows, size_t nr, FILE *out);
void table_csv(const struct table *t, const struct table_row *rows, size_t nr, bool head,
	       FILE *out);
/* One object for each VM; all fields unless some were chosen. */
void table_json(const struct table *t, const struct table_row *rows, size_t nr, FILE *out);

/* One cell as text, "-" where no tracepoint feeds it; to @buf of 64 bytes. */
const char *table_cell(const struct table *t, const struct field *f, const struct table_row *row,
		       char *buf);

#endif
