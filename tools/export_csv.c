// SPDX-License-Identifier: GPL-2.0
/* Recordings as comma-separated values, with all fields. */
#include <errno.h>
#include <stdlib.h>

#include "event_field.h"
#include "export.h"

static int begin(struct export *x)
{
	x->state = malloc(sizeof(struct event_fields));
	if (!x->state)
		return -ENOMEM;
	event_fields_all(x->state);
	event_fields_csv_head(x->state, x->out);
	return 0;
}

static void event(struct export *x, const struct kvmmt_event *e, const char *vm_name,
		  const struct refused *memory)
{
	event_fields_csv(x->state, e, vm_name, memory, x->out);
}

static void end(struct export *x)
{
	free(x->state);
}

const struct export_format export_csv = {
	.name = "csv",
	.help = "comma-separated values, all fields",
	.begin = begin,
	.event = event,
	.end = end,
};
