/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events to columns and back: the inside of an EVENTS frame before compression.
 * A schema maps a recording's kinds and fields, by name, to those of event.h.
 */
#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <kvmmt/recording.h>
#include "vmname.h"

#define SCHEMA_KINDS	 64
#define SCHEMA_FIELDS	 64
#define SCHEMA_NAME_LEN	 32
#define COLUMN_NONE	 -1

/* A field of a kind's payload: where event.h has it. */
struct column {
	const char *name;
	__u16 offset, width;	/* in struct kvmmt_event, bytes */
	bool is_signed;
	bool hex;		/* people read it in hexadecimal: an address, bits */
	const char *relative;	/* stored as the difference to this field, or NULL */
};

/* The value, with its sign. */
static inline __u64 column_load(const struct kvmmt_event *e, const struct column *c)
{
	const void *at = (const char *)e + c->offset;

	switch (c->width) {
	case 1:
		return c->is_signed ? (__u64)*(const __s8 *)at : *(const __u8 *)at;
	case 2:
		return c->is_signed ? (__u64)*(const __s16 *)at : *(const __u16 *)at;
	case 4:
		return c->is_signed ? (__u64)*(const __s32 *)at : *(const __u32 *)at;
	}
	return *(const __u64 *)at;
}

struct kind_columns {
	const struct column *columns;
	size_t nr;
};

/* By kind; the codec's only knowledge of payloads. */
extern const struct kind_columns kind_columns[KVMMT_KIND_NR];

/* A kind or a field that this kvmmt does not know is COLUMN_NONE: it is passed over. */
struct schema_field {
	int column;		/* index into the kind's columns */
	int relative;		/* the same, or COLUMN_NONE: relative to nothing */
};

struct schema_kind {
	char name[SCHEMA_NAME_LEN];
	int kind;		/* enum kvmmt_kind */
	size_t nr_fields;
	struct schema_field fields[SCHEMA_FIELDS];
};

struct schema {
	size_t nr_kinds;
	struct schema_kind kinds[SCHEMA_KINDS];
};

/* Returns 0, or -EBADMSG if the schema has no room or the words make no sense. */
int schema_add_kind(struct schema *s, unsigned long number, const char *name);
int schema_add_field(struct schema *s, unsigned long kind, const char *name, const char *relative);

struct encoder;

/* NULL: no memory. */
struct encoder *encoder_new(vm_entry_fn name, void *ctx);
void encoder_free(struct encoder *e);
/*
 * At most KVMMT_EVENTS_PER_FRAME events. Returns 0 and the bytes, the encoder's until
 * the next call, or -ENOMEM.
 */
int encoder_encode(struct encoder *e, const struct kvmmt_event *events, size_t nr,
		   __u64 first_ns, const void **bytes, size_t *len);

/* What a frame held; the decoder's until the next call. */
struct decoded {
	struct kvmmt_event *events;
	size_t nr;
	struct vm_entry *vms;
	size_t nr_vms;
	size_t unknown;		/* events of kinds that this kvmmt does not know */
};

struct decoder;

struct decoder *decoder_new(void);
void decoder_free(struct decoder *d);
/* Returns 0, -EBADMSG for bytes that are no such frame, or -ENOMEM. */
int decoder_decode(struct decoder *d, const struct schema *s, const void *bytes, size_t len,
		   size_t nr_events, __u64 first_ns, struct decoded *out);

#endif
