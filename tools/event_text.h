/* SPDX-License-Identifier: GPL-2.0 */
/* One event as a line of text or as a JSON object. */
#ifndef EVENT_TEXT_H
#define EVENT_TEXT_H

#include <stdio.h>
#include "json.h"
#include "wall.h"
#include "slots.h"
#include <kvmmt/event.h>

#define EVENT_TEXT_LEN 640

/*
 * What was decided and why, without time and VM, to @buf of @len bytes. A
 * refusal ends with its reason in a sentence.
 */
void event_text(const struct kvmmt_event *e, char *buf, size_t len);

/* Whoever acts on a VM does so again and again: how that was written before. */
struct event_printer {
	struct wall *wall;	/* times of day; NULL: since boot */
	struct event_who {
		__u64 vm;
		__u32 pid, tid;
		__s32 vcpu;
		char comm[KVMMT_COMM_LEN];
		const char *vm_name;
		size_t len;		/* 0: unused */
		char text[128];
	} who[64];
};

/*
 * The whole line: time, CPU, task, VM, vCPU, kind, decision. @vm_name stays
 * where it is, and as it is, as long as @p. A struct of zeroes is a new @p.
 * @memory: what a refusal was about, NULL if that is not known.
 */
void event_print(struct event_printer *p, const struct kvmmt_event *e, const char *vm_name,
		 const struct refused *memory, FILE *out);
/* @wall: with the time of day; or NULL */
void event_json(const struct kvmmt_event *e, const char *vm_name, const struct refused *memory,
		struct wall *wall, FILE *out);

/* event_text_vncr.c: the part of events in KVMMT_VNCR_KINDS */
void event_vncr_text(const struct kvmmt_event *e, char *buf, size_t len);
void event_vncr_json(struct json *j, const struct kvmmt_event *e);

#endif
