/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of events by name, those that all have and those of each kind's payload:
 * for script --fields, CSV and other formats that are tables.
 */
#ifndef EVENT_FIELD_H
#define EVENT_FIELD_H

#include <stdio.h>
#include "codec.h"
#include "slots.h"
#include "wall.h"

#define EVENT_FIELDS_MAX 96

/* X(NAME, "name", "help") */
#define EVENT_HEADS(X)                                                   \
	X(TIME, "time", "seconds since boot, or with --wall the time of day")                          \
	X(CPU, "cpu", "CPU it happened on")                              \
	X(KIND, "kind", "which tracepoint")                              \
	X(VM, "vm", "name of the VM")                                    \
	X(PID, "pid", "task that made the VM")                           \
	X(VCPU, "vcpu", "index of the vCPU")                             \
	X(TID, "tid", "task that caused it")                             \
	X(COMM, "comm", "its name")                                      \
	X(TEXT, "text", "the decision in words")                         \
	X(MEMORY, "memory", "of a refusal: the memslot and what backs it, where that is known")

#define X(name, ...) EVENT_HEAD_##name,
enum event_head { EVENT_HEADS(X) EVENT_HEAD_PAYLOAD };
#undef X

struct event_field {
	enum event_head head;
	const char *name;
	const struct column *columns[KVMMT_KIND_NR]; /* of a payload's field, by kind; or NULL */
};

struct event_fields {
	struct event_field fields[EVENT_FIELDS_MAX];
	size_t nr;
	struct wall *wall;	/* "time" is that of day; NULL: since boot */
};

/* All there are, each once. */
void event_fields_all(struct event_fields *f);
/* Those that @names lists, "time,ipa,..."; 0, or -EINVAL with the one that is not there in @bad. */
int event_fields_parse(struct event_fields *f, const char *names, char *bad, size_t len);
/* Their names and meanings, a line each. */
void event_fields_list(FILE *out);

void event_fields_csv_head(const struct event_fields *f, FILE *out);
/* Empty where an event has no such field. @memory: what a refusal was about, or NULL. */
void event_fields_csv(const struct event_fields *f, const struct kvmmt_event *e,
		      const char *vm_name, const struct refused *memory, FILE *out);
/* "name=value" of each that the event has. */
void event_fields_text(const struct event_fields *f, const struct kvmmt_event *e,
		       const char *vm_name, const struct refused *memory, FILE *out);

#endif
