/* SPDX-License-Identifier: GPL-2.0 */
/* One event as a line of text or as a JSON object. */
#ifndef EVENT_TEXT_H
#define EVENT_TEXT_H

#include <stdio.h>
#include "json.h"
#include <kvmmt/event.h>

#define EVENT_TEXT_LEN 640

/*
 * What was decided and why, without time and VM, to @buf of @len bytes. A
 * refusal ends with its reason in a sentence.
 */
void event_text(const struct kvmmt_event *e, char *buf, size_t len);

/* The whole line: time since boot, CPU, task, VM, vCPU, kind, decision. */
void event_print(const struct kvmmt_event *e, const char *vm_name, FILE *out);
void event_json(const struct kvmmt_event *e, const char *vm_name, FILE *out);

/* event_text_vncr.c: the part of events in KVMMT_VNCR_KINDS */
void event_vncr_text(const struct kvmmt_event *e, char *buf, size_t len);
void event_vncr_json(struct json *j, const struct kvmmt_event *e);

#endif
