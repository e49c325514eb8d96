// SPDX-License-Identifier: GPL-2.0
/* Events of the VNCR pseudo-TLB in words: see event_text.h. */
#include <string.h>

#include <kvmmt/counters.h>
#include "event_text.h"
#include "names.h"

typedef unsigned long long ull;

#define ENTRY_LEN 64

/* " rw global logging": what an entry grants and is */
static const char *entry_text(__u32 flags, char *buf)
{
	snprintf(buf, ENTRY_LEN, " %s%s%s%s%s", flags & KVMMT_VNCR_F_MAP_R ? "r" : "-",
		 flags & KVMMT_VNCR_F_MAP_W ? "w" : "-",
		 flags & KVMMT_VNCR_F_GLOBAL ? " global" : "",
		 flags & KVMMT_VNCR_F_LOGGING ? " logging" : "",
		 flags & KVMMT_VNCR_F_S1_OFF ? " stage 1 off" : "");
	return buf;
}

static const char *address(const char *word, __u64 value, char *buf)
{
	buf[0] = '\0';
	if (value != ~0ull)
		snprintf(buf, NAME_LEN, " %s 0x%llx", word, (ull)value);
	return buf;
}

static void lookup_text(const struct kvmmt_vncr_lookup *l, char *buf, size_t len)
{
	char number[NAME_LEN], entry[ENTRY_LEN] = "", more[ENTRY_LEN], fast[48] = "";
	const char *reason = name_or_number(name_vncr_lookup(l->reason), l->reason, number);
	const char *why = name_vncr_lookup_why(l->reason);
	bool hit = l->reason == KVMMT_VNCR_LOOKUP_HIT;

	if (l->entry >= 0)
		snprintf(entry, sizeof(entry), " entry %d%s", l->entry, entry_text(l->flags, more));
	if (l->fast_tlbis)
		snprintf(fast, sizeof(fast), "; %u TLBIs since the last, in hyp", l->fast_tlbis);
	snprintf(buf, len, "va 0x%llx asid %u%s -> %s%s%s%s%s%s", (ull)l->va, l->asid,
		 l->flags & KVMMT_VNCR_F_WRITE ? " write" : "", hit ? "" : "miss ", reason, entry,
		 hit || !why ? "" : ": ", hit || !why ? "" : why, fast);
}

static void walk_text(const struct kvmmt_vncr_walk *w, char *buf, size_t len)
{
	char number[NAME_LEN], time[NAME_LEN], ipa[NAME_LEN], pfn[NAME_LEN], size[NAME_LEN];
	char leaf[64] = " stage 1 off", tail[ENTRY_LEN + 128], more[ENTRY_LEN];
	const char *reason = name_or_number(name_vncr_walk(w->reason), w->reason, number);
	const char *why = name_vncr_walk_why(w->reason);

	if (!(w->flags & KVMMT_VNCR_F_S1_OFF))
		snprintf(leaf, sizeof(leaf), " level %d", w->level);
	if (w->reason == KVMMT_VNCR_WALK_FILLED)
		snprintf(tail, sizeof(tail), " entry %d%s %s", w->entry, entry_text(w->flags, more),
			 name_size(1ull << (w->size_shift & 63), size));
	else
		snprintf(tail, sizeof(tail), ": %s", why ? why : "no words for it");
	snprintf(buf, len, "%s va 0x%llx asid %u:%s%s%s -> %s%s",
		 w->flags & KVMMT_VNCR_F_WRITE ? "write" : "read", (ull)w->va, w->asid, leaf,
		 address("ipa", w->ipa, ipa), address("pfn", w->pfn, pfn), reason, tail);
	if (w->injected)
		snprintf(buf + strlen(buf), len - strlen(buf), " (ESR 0x%x)", w->injected);
	snprintf(buf + strlen(buf), len - strlen(buf), " in %s", name_time(w->lat_ns, time));
}

static void invalidate_text(const struct kvmmt_vncr_invalidate *i, char *buf, size_t len)
{
	char number[NAME_LEN], size[NAME_LEN], time[NAME_LEN], ipa[NAME_LEN], more[ENTRY_LEN];

	snprintf(buf, len, "entry %d va 0x%llx%s asid %u%s %s: %s after %s%s", i->entry, (ull)i->va,
		 address("ipa", i->ipa, ipa), i->asid, entry_text(i->flags, more),
		 name_size(1ull << (i->size_shift & 63), size),
		 name_or_number(name_vncr_inval(i->reason), i->reason, number),
		 name_time(i->lifetime_ns, time),
		 i->flags & KVMMT_VNCR_F_INVALIDATED ? ", with a host TLB invalidation" : "");
}

static void tlbi_text(const struct kvmmt_nested_tlbi *t, char *buf, size_t len)
{
	char op[NAME_LEN], number[NAME_LEN], scope[NAME_LEN], size[NAME_LEN], what[80] = "";
	char asid[24] = "";
	const char *name = name_tlbi(t->op, op);

	if (!name)
		snprintf(number, sizeof(number), "unknown(0x%x)", t->op);
	if (t->size_bytes != ~0ull)
		snprintf(what, sizeof(what), " va 0x%llx size %s", (ull)t->start,
			 name_size(t->size_bytes, size));
	if (t->scope == KVMMT_VNCR_INVAL_TLBI_ASID || t->scope == KVMMT_VNCR_INVAL_TLBI_VA ||
	    t->scope == KVMMT_VNCR_INVAL_TLBI_RVA)
		snprintf(asid, sizeof(asid), " asid %u", t->asid);
	snprintf(buf, len, "%s%s%s (%s): %u %s", name ? name : number, what, asid,
		 name_or_number(name_vncr_inval(t->scope), t->scope, scope), t->entries,
		 t->entries == 1 ? "entry" : "entries");
}

void event_vncr_text(const struct kvmmt_event *e, char *buf, size_t len)
{
	switch (e->kind) {
	case KVMMT_KIND_VNCR_LOOKUP:
		lookup_text(&e->vncr_lookup, buf, len);
		break;
	case KVMMT_KIND_VNCR_WALK:
		walk_text(&e->vncr_walk, buf, len);
		break;
	case KVMMT_KIND_VNCR_INVALIDATE:
		invalidate_text(&e->vncr_invalidate, buf, len);
		break;
	case KVMMT_KIND_NESTED_TLBI:
		tlbi_text(&e->nested_tlbi, buf, len);
		break;
	}
}

static void address_or_null(struct json *j, const char *key, __u64 value)
{
	if (value == ~0ull)
		json_null(j, key);
	else
		json_address(j, key, value);
}

/* What all but a TLBI tell of an entry */
static void entry_json(struct json *j, __u64 va, __u32 asid, int entry, __u32 flags)
{
	char words[80];

	json_address(j, "va", va);
	json_number(j, "asid", asid);
	if (entry < 0)
		json_null(j, "entry");
	else
		json_number(j, "entry", entry);
	json_string(j, "flag_words", name_vncr_flags(flags, words, sizeof(words)));
	json_number(j, "flags", flags);
}

static void lookup_json(struct json *j, const struct kvmmt_vncr_lookup *l)
{
	entry_json(j, l->va, l->asid, l->entry, l->flags);
	json_bool(j, "hit", l->reason == KVMMT_VNCR_LOOKUP_HIT);
	json_word(j, "reason", name_vncr_lookup(l->reason));
	json_number(j, "reason_number", l->reason);
	json_number(j, "fast_tlbis", l->fast_tlbis);
}

static void walk_json(struct json *j, const struct kvmmt_vncr_walk *w)
{
	entry_json(j, w->va, w->asid, w->entry, w->flags);
	address_or_null(j, "ipa", w->ipa);
	address_or_null(j, "pfn", w->pfn);
	if (w->flags & KVMMT_VNCR_F_S1_OFF)
		json_null(j, "level");
	else
		json_signed(j, "level", w->level);
	json_number(j, "size_shift", w->size_shift);
	json_number(j, "lat_ns", w->lat_ns);
	json_address(j, "esr", w->esr);
	if (w->injected)
		json_address(j, "injected_esr", w->injected);
	else
		json_null(j, "injected_esr");
	json_string(j, "outcome", name_outcome(kvmmt_walk_outcome(w->reason)));
	json_word(j, "reason", name_vncr_walk(w->reason));
	json_number(j, "reason_number", w->reason);
	json_word(j, "why", name_vncr_walk_why(w->reason));
}

static void invalidate_json(struct json *j, const struct kvmmt_vncr_invalidate *i)
{
	entry_json(j, i->va, i->asid, i->entry, i->flags);
	address_or_null(j, "ipa", i->ipa);
	json_number(j, "size_shift", i->size_shift);
	json_number(j, "lifetime_ns", i->lifetime_ns);
	json_bool(j, "host_tlbi", i->flags & KVMMT_VNCR_F_INVALIDATED);
	json_word(j, "reason", name_vncr_inval(i->reason));
	json_number(j, "reason_number", i->reason);
}

static void tlbi_json(struct json *j, const struct kvmmt_nested_tlbi *t)
{
	char op[NAME_LEN];

	json_word(j, "op", name_tlbi(t->op, op));
	json_number(j, "op_number", t->op);
	json_word(j, "scope", name_vncr_inval(t->scope));
	json_number(j, "scope_number", t->scope);
	json_address(j, "start", t->start);
	if (t->size_bytes == ~0ull)
		json_null(j, "size_bytes");
	else
		json_number(j, "size_bytes", t->size_bytes);
	json_number(j, "asid", t->asid);
	json_number(j, "entries", t->entries);
}

void event_vncr_json(struct json *j, const struct kvmmt_event *e)
{
	switch (e->kind) {
	case KVMMT_KIND_VNCR_LOOKUP:
		lookup_json(j, &e->vncr_lookup);
		break;
	case KVMMT_KIND_VNCR_WALK:
		walk_json(j, &e->vncr_walk);
		break;
	case KVMMT_KIND_VNCR_INVALIDATE:
		invalidate_json(j, &e->vncr_invalidate);
		break;
	case KVMMT_KIND_NESTED_TLBI:
		tlbi_json(j, &e->nested_tlbi);
		break;
	}
}
