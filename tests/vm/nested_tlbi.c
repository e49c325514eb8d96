// SPDX-License-Identifier: GPL-2.0
/*
 * Invariants 3 to 5: after a completed TLBI that covers it, a translation of VNCR_EL2
 * that has been taken out of L1's tables is gone: every form, every granule, pages and
 * blocks, both halves, from this and from another vCPU.
 */
#include <stdio.h>
#include <string.h>

#include "nested.h"

#define VNCR_PAGE 6		/* of the window */
#define ASID	  5

/* By the order of TLBI_FORMS_OF: three scopes of each */
enum group {
	ALLE2, VAE2, VALE2, RVAE2, RVALE2, VMALLE1, VAE1, ASIDE1, VAAE1, VALE1, VAALE1,
	RVAE1, RVAAE1, RVALE1, RVAALE1, N_EL2_GROUPS
};

enum scope { INNER, OUTER, LOCAL };

static enum group group_of(int form) { return TLBI_GROUP(form); }
static enum scope scope_of(int form) { return form % 3; }

static bool by_asid(enum group g)
{
	return g != ALLE2 && g != VMALLE1 && g != VAAE1 && g != VAALE1 && g != RVAAE1 &&
	       g != RVAALE1;
}

static bool by_range(enum group g)
{
	return g == RVAE2 || g == RVALE2 || (g >= RVAE1 && g <= RVAALE1);
}

/* One translation of one VNCR_EL2 */
struct place {
	struct nv_tables tables;
	uint64_t va, ipa, desc_ipa, desc;
	int level;
};

static bool place_open(struct env *e, struct place *p, enum nv_granule granule, int level,
		       uint64_t va, uint64_t bits)
{
	/* Not while they are in use. */
	for (int cpu = 0; cpu < e->nv.cpus; cpu++)
		l1_mmu(e, cpu, NULL, 0, 0, 0);
	e->nv.next_table = L1_TABLES;
	p->va = va;
	p->level = level;
	p->ipa = window_ipa(VNCR_PAGE);
	if (nv_tables(&e->nv, &p->tables, granule))
		return false;
	p->desc_ipa = nv_map(&p->tables, va, p->ipa, level, PTE_NORMAL | bits);
	p->desc = nv_leaf(&p->tables, p->ipa, level, PTE_NORMAL | bits);
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		l1_mmu(e, cpu, &p->tables, ASID, ASID, TCR_AS);
		l1_tlbi(e, cpu, TLBI_ALLE2, 0);
	}
	nv_context(&e->nv, 0, 0, va);
	return p->desc_ipa != 0;
}

static uint64_t va_operand(uint64_t va, uint64_t asid, int ttl)
{
	return (va >> 12 & ((1ull << 44) - 1)) | (uint64_t)ttl << 44 | asid << 48;
}

static uint64_t range_operand(const struct place *p, uint64_t base, int scale, int num,
			      uint64_t asid)
{
	uint64_t tg = (p->tables.granule - NV_4K) / 2 + 1;

	return (base >> p->tables.granule & ((1ull << 37) - 1)) | (uint64_t)num << 39 |
	       (uint64_t)scale << 44 | tg << 46 | asid << 48;
}

static int ttl_of(const struct place *p)
{
	return ((p->tables.granule - NV_4K) / 2 + 1) << 2 | p->level;
}

enum outcome { GONE, STAYED, UNDEFINED, BROKEN };

/*
 * L2 uses the translation; L1 takes it away, and @issuer invalidates. What does L2
 * see then?
 */
static enum outcome invalidated(struct env *e, struct place *p, int issuer, int form,
				uint64_t operand)
{
	struct l1_action *tlbi;
	struct l2_op *op;

	nv_add(&e->nv, 0, L1_STORE_64, 0, p->desc_ipa, p->desc);
	nv_add(&e->nv, 0, L1_TLBI, TLBI_ALLE2, 0, 0);
	op = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2, 0);
	nv_run_l2(&e->nv, 0, 0, 1);
	if (nv_run(&e->nv, 0) || op->esr || op->result != page_tag(VNCR_PAGE))
		return BROKEN;
	nv_add(&e->nv, issuer, L1_STORE_64, 0, p->desc_ipa, 0);
	tlbi = nv_add(&e->nv, issuer, L1_TLBI, form, operand, 0);
	if (nv_run(&e->nv, issuer))
		return BROKEN;
	if (tlbi->esr)
		return UNDEFINED;
	op = nv_l2_op(&e->nv, 0, 2 * REG_TPIDR_EL2, 0);
	nv_run_l2(&e->nv, 0, 0, 1);
	if (nv_run(&e->nv, 0))
		return BROKEN;
	/* What it finds is the descriptor that is not valid. */
	if (op->esr == (VNCR_ESR | 0x4 | p->level))
		return GONE;
	return !op->esr && op->result == page_tag(VNCR_PAGE) ? STAYED : BROKEN;
}

static uint64_t operand_of(const struct place *p, int form, uint64_t asid)
{
	enum group g = group_of(form);

	if (g == ALLE2 || g == VMALLE1)
		return 0;
	if (g == ASIDE1)
		return asid << 48;
	return by_range(g) ? range_operand(p, p->va, 0, 0, asid) : va_operand(p->va, asid, 0);
}

/* Every form that is bound to reach it: of this or another vCPU, its ASID or another. */
static bool one_form(struct env *e, struct place *p, int form, bool global, const char *what)
{
	static const char *const words[] = { "gone", "stayed", "undefined", "broken" };
	bool good = true;

	for (int issuer = 0; issuer < (scope_of(form) == LOCAL ? 1 : 2); issuer++) {
		for (int other = 0; other < 2; other++) {
			enum group g = group_of(form);
			enum outcome got;
			bool must = !other || !by_asid(g) || (global && g != ASIDE1);

			if (global && g == ASIDE1)
				must = false;
			got = invalidated(e, p, issuer, form, operand_of(p, form, ASID + other));
			if (got == UNDEFINED) {
				check_but(e, false, "undefined", "%s", tlbi_names[form]);
				return true;
			}
			/* Ours takes no more than it must. */
			if (must ? got == GONE : got == STAYED || (e->stock && got == GONE))
				continue;
			good = false;
			not_ok("%s %s by vCPU %d, %s ASID: %s", tlbi_names[form], what, issuer,
			       other ? "another" : "its", words[got]);
		}
	}
	return good;
}

/* Without this the others could not fail: is anything cached at all? */
static void control(struct env *e, struct place *p, const char *what)
{
	/* Far: without TTL a block of 1 GiB may be meant. */
	uint64_t elsewhere = va_operand(p->va + (64ul << 30), ASID, 0);

	check_but(e, invalidated(e, p, 0, TLBI_VAE2IS, elsewhere) == STAYED, "none is kept here",
		  "a translation %s stays if the TLBI is for another address", what);
}

void test_forms(struct env *e)
{
	struct place p;

	for (int global = 0; global < 2; global++) {
		const char *what = global ? "global" : "of an ASID";

		if (!place_open(e, &p, NV_4K, 3, NV_LOW, global ? 0 : PTE_NG)) {
			not_ok("no room for tables");
			return;
		}
		control(e, &p, what);
		for (int form = 0; form < TLBI_COUNT; form += 3) {
			if (group_of(form) >= N_EL2_GROUPS)
				continue;
			if (one_form(e, &p, form + INNER, global, what) &
			    one_form(e, &p, form + OUTER, global, what) &
			    one_form(e, &p, form + LOCAL, global, what))
				ok("%s, OS and local, %s", tlbi_names[form], what);
		}
	}
}

static const struct {
	enum nv_granule granule;
	int level;
	const char *name;
} sizes[] = {
	{ NV_4K, 3, "4K page" }, { NV_4K, 2, "2M block" }, { NV_4K, 1, "1G block" },
	{ NV_16K, 3, "16K page" }, { NV_16K, 2, "32M block" },
	{ NV_64K, 3, "64K page" }, { NV_64K, 2, "512M block" },
};

/* VNCR_EL2 somewhere inside; the TLBI names the first and the last page of the leaf. */
static void one_size(struct env *e, enum nv_granule granule, int level, const char *name,
		     uint64_t leaf_va, const char *where)
{
	uint64_t bytes, offset;
	struct place p;
	int bad = 0;

	p.tables.granule = granule;
	bytes = nv_leaf_bytes(&p.tables, level);
	leaf_va &= ~(bytes - 1);
	offset = window_ipa(VNCR_PAGE) & (bytes - 1);
	if (!place_open(e, &p, granule, level, leaf_va + offset, PTE_NG)) {
		not_ok("no room for tables");
		return;
	}
	for (int last = 0; last < 2; last++) {
		uint64_t named = last ? leaf_va + bytes - PAGE : leaf_va;

		bad += invalidated(e, &p, 0, TLBI_VAE2IS, va_operand(named, ASID, 0)) != GONE;
		bad += invalidated(e, &p, 0, TLBI_VALE2IS, va_operand(named, ASID, ttl_of(&p))) !=
		       GONE;
		bad += invalidated(e, &p, 0, TLBI_VAAE1IS, va_operand(named, 0, ttl_of(&p))) != GONE;
		bad += invalidated(e, &p, 0, TLBI_RVAE2IS, range_operand(&p, named, 0, 0, ASID)) !=
		       GONE;
	}
	bad += invalidated(e, &p, 0, TLBI_ALLE2IS, 0) != GONE;
	check(!bad, "a translation stayed", "%s, %s", name, where);
}

void test_sizes(struct env *e)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		one_size(e, sizes[i].granule, sizes[i].level, sizes[i].name, NV_LOW, "lower half");
		one_size(e, sizes[i].granule, sizes[i].level, sizes[i].name, NV_HIGH, "upper half");
		one_size(e, sizes[i].granule, sizes[i].level, sizes[i].name, ~0ull,
			 "last of the upper half");
	}
}

/* Ranges that reach the page with their first, an inner, and their last page. */
static void ranges_at(struct env *e, enum nv_granule granule, uint64_t va, const char *where)
{
	const uint64_t unit = 1ull << granule;
	const struct {
		uint64_t before;
		int scale, num;
	} ranges[] = {
		{ 0, 0, 0 }, { unit, 0, 0 }, { 0, 1, 0 }, { 63 * unit, 1, 0 }, { 2047 * unit, 2, 0 },
		{ 64 * 31 * unit, 1, 31 }, { 0, 3, 31 }, { 0x10000 * unit - unit, 3, 0 },
	};
	struct place p;
	int bad = 0;

	if (!place_open(e, &p, granule, 3, va, PTE_NG)) {
		not_ok("no room for tables");
		return;
	}
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		uint64_t base = va - ranges[i].before;
		uint64_t operand = range_operand(&p, base, ranges[i].scale, ranges[i].num, ASID);
		enum outcome got = invalidated(e, &p, 0, TLBI_RVAE2IS, operand);

		/* A base in the other half names nothing here. */
		if (base >> 63 == va >> 63 && got != GONE) {
			not_ok("%s: %d KiB granule, scale %d, num %d", where, (int)(unit / 1024),
			       ranges[i].scale, ranges[i].num);
			bad++;
		}
	}
	check(!bad, "a translation stayed", "ranges, %d KiB granule, %s", (int)(unit / 1024), where);
}

void test_ranges(struct env *e)
{
	static const enum nv_granule granules[] = { NV_4K, NV_16K, NV_64K };

	for (int i = 0; i < 3; i++) {
		uint64_t unit = 1ull << granules[i], inside = window_ipa(VNCR_PAGE) & (unit - 1);

		ranges_at(e, granules[i], NV_LOW + (1ull << 37) + inside, "lower half");
		ranges_at(e, granules[i], NV_HIGH + (1ull << 37) + inside, "upper half");
		ranges_at(e, granules[i], 0 - unit + inside, "last page");
	}
}
