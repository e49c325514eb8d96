// SPDX-License-Identifier: GPL-2.0
/*
 * The fields of each kind's payload, once: what recordings store of an event. A
 * new kind is one list and one entry below; a new field of a kind goes to the end
 * of its list, relative to none but an unsigned one of its width before it.
 * tests/unit/recording.c compares the lists with event.h.
 */
#include <errno.h>
#include <string.h>

#include "codec.h"
#include "names.h"

#define MEMBER(path)   (((struct kvmmt_event *)0)->path)
#define SIGNED(path)   ((__typeof__(MEMBER(path)))-1 < 1)
#define FIELD(name, path, hex, relative)                                                    \
	{ name, offsetof(struct kvmmt_event, path), sizeof(MEMBER(path)), SIGNED(path), hex, \
	  relative },
#define PLAIN(kind, field)	     FIELD(#field, kind.field, false, NULL)
#define HEX(kind, field)	     FIELD(#field, kind.field, true, NULL)
#define RELATIVE(kind, field, other) FIELD(#field, kind.field, true, #other)

static const struct column s2_fault[] = {
	HEX(s2_fault, ipa)
	RELATIVE(s2_fault, fault_ipa, ipa)
	RELATIVE(s2_fault, hva, ipa)
	HEX(s2_fault, pfn)
	PLAIN(s2_fault, size_bytes)
	HEX(s2_fault, vma)
	HEX(s2_fault, flags)
	PLAIN(s2_fault, ret)
	PLAIN(s2_fault, reason)
	PLAIN(s2_fault, memattr)
};

static const struct column s2_slot[] = {
	HEX(s2_slot, ipa)
	PLAIN(s2_slot, size_bytes)
	HEX(s2_slot, hva)
	RELATIVE(s2_slot, vma_hva, hva)
	PLAIN(s2_slot, slot)
	HEX(s2_slot, slot_flags)
	HEX(s2_slot, vma)
	HEX(s2_slot, flags)
	PLAIN(s2_slot, ret)
	PLAIN(s2_slot, reason)
	PLAIN(s2_slot, change)
};

static const struct column s2_invalidate[] = {
	HEX(s2_invalidate, start)
	PLAIN(s2_invalidate, size_bytes)
	PLAIN(s2_invalidate, reason)
	PLAIN(s2_invalidate, shadow)
	PLAIN(s2_invalidate, process)
	PLAIN(s2_invalidate, syscall)
};

static const struct column vncr_lookup[] = {
	HEX(vncr_lookup, va)
	PLAIN(vncr_lookup, asid)
	HEX(vncr_lookup, flags)
	PLAIN(vncr_lookup, fast_tlbis)
	PLAIN(vncr_lookup, entry)
	PLAIN(vncr_lookup, reason)
};

static const struct column vncr_walk[] = {
	HEX(vncr_walk, va)
	HEX(vncr_walk, ipa)
	HEX(vncr_walk, pfn)
	PLAIN(vncr_walk, lat_ns)
	HEX(vncr_walk, esr)
	HEX(vncr_walk, injected)
	HEX(vncr_walk, flags)
	PLAIN(vncr_walk, asid)
	PLAIN(vncr_walk, reason)
	PLAIN(vncr_walk, entry)
	PLAIN(vncr_walk, level)
	PLAIN(vncr_walk, size_shift)
};

static const struct column vncr_invalidate[] = {
	HEX(vncr_invalidate, va)
	HEX(vncr_invalidate, ipa)
	PLAIN(vncr_invalidate, lifetime_ns)
	HEX(vncr_invalidate, flags)
	PLAIN(vncr_invalidate, asid)
	PLAIN(vncr_invalidate, reason)
	PLAIN(vncr_invalidate, entry)
	PLAIN(vncr_invalidate, size_shift)
};

static const struct column nested_tlbi[] = {
	HEX(nested_tlbi, start)
	PLAIN(nested_tlbi, size_bytes)
	HEX(nested_tlbi, op)
	PLAIN(nested_tlbi, scope)
	PLAIN(nested_tlbi, asid)
	PLAIN(nested_tlbi, entries)
};

/* A loss has a field for each kind, by the kind's name. */
#define COUNT(name, word, ...) FIELD(word, lost.count[KVMMT_KIND_##name], false, NULL)
static const struct column lost[] = {
	PLAIN(lost, first_ns)
	FIELD("last_ns", lost.last_ns, false, "first_ns")
	KVMMT_KINDS(COUNT)
};

#define ENTRY(list) { list, sizeof(list) / sizeof(list[0]) }

const struct kind_columns kind_columns[KVMMT_KIND_NR] = {
	[KVMMT_KIND_S2_FAULT] = ENTRY(s2_fault),
	[KVMMT_KIND_S2_SLOT] = ENTRY(s2_slot),
	[KVMMT_KIND_S2_INVALIDATE] = ENTRY(s2_invalidate),
	[KVMMT_KIND_LOST] = ENTRY(lost),
	[KVMMT_KIND_VNCR_LOOKUP] = ENTRY(vncr_lookup),
	[KVMMT_KIND_VNCR_WALK] = ENTRY(vncr_walk),
	[KVMMT_KIND_VNCR_INVALIDATE] = ENTRY(vncr_invalidate),
	[KVMMT_KIND_NESTED_TLBI] = ENTRY(nested_tlbi),
};

int schema_add_kind(struct schema *s, unsigned long number, const char *name)
{
	struct schema_kind *k = &s->kinds[s->nr_kinds];
	unsigned int kind;

	if (number != s->nr_kinds || number >= SCHEMA_KINDS || strlen(name) >= sizeof(k->name))
		return -EBADMSG;
	memset(k, 0, sizeof(*k));
	strcpy(k->name, name);
	for (kind = 0; kind < KVMMT_KIND_NR && strcmp(name, name_kind(kind)); kind++)
		;
	k->kind = kind < KVMMT_KIND_NR ? (int)kind : COLUMN_NONE;
	s->nr_kinds++;
	return 0;
}

static int find_column(const struct schema_kind *k, const char *name)
{
	size_t i;

	for (i = 0; k->kind != COLUMN_NONE && i < kind_columns[k->kind].nr; i++)
		if (!strcmp(kind_columns[k->kind].columns[i].name, name))
			return i;
	return COLUMN_NONE;
}

int schema_add_field(struct schema *s, unsigned long kind, const char *name, const char *relative)
{
	struct schema_field *f;
	struct schema_kind *k;

	if (kind >= s->nr_kinds || s->kinds[kind].nr_fields == SCHEMA_FIELDS)
		return -EBADMSG;
	k = &s->kinds[kind];
	f = &k->fields[k->nr_fields++];
	f->column = find_column(k, name);
	f->relative = relative ? find_column(k, relative) : COLUMN_NONE;
	/* The difference to something unknown is unknown. */
	if (relative && f->relative == COLUMN_NONE)
		f->column = COLUMN_NONE;
	return 0;
}
