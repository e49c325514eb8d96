// SPDX-License-Identifier: GPL-2.0
/* Events of the VNCR pseudo-TLB: counted, in words, as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kvmmt/counters.h>
#include "check.h"
#include "event_text.h"
#include "host.h"
#include "names.h"

static const struct kvmmt_event hit = {
	.kind = KVMMT_KIND_VNCR_LOOKUP, .vcpu = 1,
	.vncr_lookup = { .va = 0xffff000000451000, .asid = 7, .entry = 2, .fast_tlbis = 3,
			 .flags = KVMMT_VNCR_F_MAP_R | KVMMT_VNCR_F_MAP_W | KVMMT_VNCR_F_GLOBAL },
};

static const struct kvmmt_event miss = {
	.kind = KVMMT_KIND_VNCR_LOOKUP,
	.vncr_lookup = { .va = 0x451000, .asid = 7, .entry = -1, .reason = KVMMT_VNCR_LOOKUP_ASID },
};

static const struct kvmmt_event filled = {
	.kind = KVMMT_KIND_VNCR_WALK,
	.vncr_walk = { .va = 0x451000, .ipa = 0x40451000, .pfn = 0x51, .lat_ns = 12345, .asid = 7,
		       .entry = 3, .level = 2, .size_shift = 21, .esr = 0x96000046,
		       .flags = KVMMT_VNCR_F_WRITE | KVMMT_VNCR_F_MAP_R | KVMMT_VNCR_F_MAP_W |
				KVMMT_VNCR_F_LOGGING },
};

static const struct kvmmt_event aborted = {
	.kind = KVMMT_KIND_VNCR_WALK,
	.vncr_walk = { .va = 0x451000, .ipa = ~0ull, .pfn = ~0ull, .lat_ns = 800, .entry = -1,
		       .level = -1, .injected = 0x96000044, .reason = KVMMT_VNCR_WALK_STAGE1 },
};

static const struct kvmmt_event no_slot = {
	.kind = KVMMT_KIND_VNCR_WALK,
	.vncr_walk = { .va = 0x9000, .ipa = 0x9000, .pfn = ~0ull, .lat_ns = 900, .entry = -1,
		       .level = -1, .injected = 0x96000010, .reason = KVMMT_VNCR_WALK_NO_SLOT,
		       .flags = KVMMT_VNCR_F_S1_OFF },
};

static const struct kvmmt_event gone = {
	.kind = KVMMT_KIND_VNCR_INVALIDATE,
	.vncr_invalidate = { .va = 0x451000, .ipa = 0x40451000, .lifetime_ns = 2500000, .asid = 7,
			     .entry = 3, .size_shift = 12, .reason = KVMMT_VNCR_INVAL_NOTIFIER,
			     .flags = KVMMT_VNCR_F_MAP_R | KVMMT_VNCR_F_INVALIDATED },
};

static const struct kvmmt_event tlbi = {
	.kind = KVMMT_KIND_NESTED_TLBI,
	.nested_tlbi = { .start = 0x451000, .size_bytes = 4096, .asid = 7, .entries = 1,
			 .op = 1 << 19 | 4 << 16 | 8 << 12 | 3 << 8 | 1 << 5,
			 .scope = KVMMT_VNCR_INVAL_TLBI_VA },
};

static const struct kvmmt_event tlbi_all = {
	.kind = KVMMT_KIND_NESTED_TLBI,
	.nested_tlbi = { .size_bytes = ~0ull, .op = 1 << 19 | 4 << 16 | 9 << 12 | 7 << 8,
			 .scope = KVMMT_VNCR_INVAL_TLBI_ALL },
};

static void lines(void)
{
	static const struct {
		const struct kvmmt_event *e;
		const char *text;
	} rows[] = {
		{ &hit, "va 0xffff000000451000 asid 7 -> hit entry 2 rw global; "
			"3 TLBIs since the last, in hyp" },
		{ &miss, "va 0x451000 asid 7 -> miss asid: an entry for the address, of another ASID" },
		{ &filled, "write va 0x451000 asid 7: level 2 ipa 0x40451000 pfn 0x51 -> "
			   "filled entry 3 rw logging 2M in 12.3us" },
		{ &aborted, "read va 0x451000 asid 0: level -1 -> stage1: L1 takes an abort of its "
			    "stage 1 (ESR 0x96000044) in 800ns" },
		{ &no_slot, "read va 0x9000 asid 0: stage 1 off ipa 0x9000 -> no-slot: no memslot: "
			    "external abort into L1 (ESR 0x96000010) in 900ns" },
		{ &gone, "entry 3 va 0x451000 ipa 0x40451000 asid 7 r- 4K: notifier after 2.50ms, "
			 "with a host TLB invalidation" },
		{ &tlbi, "VAE2IS va 0x451000 size 4K asid 7 (tlbi-va): 1 entry" },
		{ &tlbi_all, "ALLE2nXS (tlbi-all): 0 entries" },
	};
	char text[EVENT_TEXT_LEN];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		event_text(rows[i].e, text, sizeof(text));
		check(!strcmp(text, rows[i].text), text, "a line: %s", rows[i].text);
	}
}

static void strangers(void)
{
	struct kvmmt_event e = filled;
	char text[EVENT_TEXT_LEN];

	e.vncr_walk.reason = 99;
	e.vncr_walk.size_shift = 200;
	event_text(&e, text, sizeof(text));
	check(strstr(text, "unknown(99)") != NULL, text, "a walk's unknown reason shows its number");
	e = miss;
	e.vncr_lookup.reason = 99;
	event_text(&e, text, sizeof(text));
	check(strstr(text, "miss unknown(99)") != NULL, text, "and a miss's");
	e = tlbi;
	e.nested_tlbi.op = 0x12345;
	event_text(&e, text, sizeof(text));
	check(strstr(text, "unknown(0x12345)") != NULL, text, "and an unknown TLBI its encoding");
}

static char *json_of(const struct kvmmt_event *e)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	event_json(e, "vm", NULL, NULL, f);
	fclose(f);
	return text;
}

static void json(void)
{
	static const struct {
		const struct kvmmt_event *e;
		const char *part;
	} rows[] = {
		{ &hit, "\"kind\":\"vncr_lookup\"" },
		{ &hit, "\"va\":\"0xffff000000451000\",\"asid\":7,\"entry\":2,"
			"\"flag_words\":\"global,r,w\",\"flags\":13,\"hit\":true,\"reason\":\"hit\","
			"\"reason_number\":0,\"fast_tlbis\":3}" },
		{ &miss, "\"entry\":null" },
		{ &filled, "\"level\":2,\"size_shift\":21,\"lat_ns\":12345,\"esr\":\"0x96000046\","
			   "\"injected_esr\":null,\"outcome\":\"mapped\",\"reason\":\"filled\"" },
		{ &aborted, "\"ipa\":null,\"pfn\":null,\"level\":-1" },
		{ &no_slot, "\"level\":null" },
		{ &no_slot, "\"injected_esr\":\"0x96000010\",\"outcome\":\"injected\"" },
		{ &gone, "\"lifetime_ns\":2500000,\"host_tlbi\":true,\"reason\":\"notifier\"" },
		{ &tlbi, "\"op\":\"VAE2IS\",\"op_number\":820000,\"scope\":\"tlbi-va\"" },
		{ &tlbi_all, "\"size_bytes\":null" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = json_of(rows[i].e);

		check(strstr(text, rows[i].part) != NULL, text, "JSON: %s", rows[i].part);
		free(text);
	}
}

static void fold(void)
{
	struct kvmmt_event stranger = miss;
	struct kvmmt_vncr c = { 0 };

	stranger.vncr_lookup.reason = 77;
	kvmmt_fold_vncr(&c, &hit);
	kvmmt_fold_vncr(&c, &miss);
	kvmmt_fold_vncr(&c, &stranger);
	check(c.lookup[KVMMT_VNCR_LOOKUP_HIT] == 1 && c.lookup[KVMMT_VNCR_LOOKUP_ASID] == 1 &&
		      c.lookup[KVMMT_VNCR_LOOKUP_NR] == 1 && c.fast_tlbis == 3,
	      "", "lookups count by reason, unknown ones apart; fast TLBIs add up");
	kvmmt_fold_vncr(&c, &filled);
	kvmmt_fold_vncr(&c, &aborted);
	check(c.walk[KVMMT_VNCR_WALK_FILLED] == 1 && c.walk[KVMMT_VNCR_WALK_STAGE1] == 1 &&
		      c.walk_time.sum_ns == 12345 + 800 && c.walk_time.count[2] == 1 &&
		      c.walk_time.count[6] == 1,
	      "", "walks count by outcome, and their time by log2");
	kvmmt_fold_vncr(&c, &gone);
	check(c.inval[KVMMT_VNCR_INVAL_NOTIFIER] == 1 && c.inval_host == 1 &&
		      c.life_time.sum_ns == 2500000,
	      "", "an entry that left counts by reason, with its lifetime");
	kvmmt_fold_vncr(&c, &tlbi);
	kvmmt_fold_vncr(&c, &tlbi_all);
	check(c.tlbi[KVMMT_VNCR_INVAL_TLBI_VA] == 1 && c.tlbi[KVMMT_VNCR_INVAL_TLBI_ALL] == 1 &&
		      c.tlbi_entries[KVMMT_VNCR_INVAL_TLBI_VA] == 1,
	      "", "TLBIs count by scope, with the entries they hit");
	check(kvmmt_walk_outcome(99) == KVMMT_OUTCOME_INJECTED, "", "an unknown walk is no success");
}

static void times(void)
{
	int i, wrong = 0;

	for (i = 0; i < KVMMT_TIMES_NR - 1; i++)
		wrong += kvmmt_time_place(kvmmt_time_bound_ns(i)) != i ||
			 kvmmt_time_place(kvmmt_time_bound_ns(i) + 1) != i + 1;
	check(!wrong, "it is not", "every bound is in its place, one more in the next");
	check(!kvmmt_time_place(0) && kvmmt_time_bound_ns(0) == 256, "", "the first bound is 256 ns");
	check(kvmmt_time_place(~0ull) == KVMMT_TIMES_NR - 1 &&
		      kvmmt_time_place(1ull << 63) == KVMMT_TIMES_NR - 1,
	      "", "the last place has no bound");
}

/* By hand from the Arm ARM: every regime, shareability, range, level hint and nXS. */
static void tlbis(void)
{
	static const struct {
		int op1, crn, crm, op2;
		const char *name;
	} rows[] = {
		{ 4, 8, 7, 0, "ALLE2" }, { 4, 8, 3, 0, "ALLE2IS" }, { 4, 8, 1, 0, "ALLE2OS" },
		{ 4, 8, 7, 1, "VAE2" }, { 4, 8, 3, 5, "VALE2IS" }, { 4, 8, 6, 1, "RVAE2" },
		{ 4, 8, 2, 5, "RVALE2IS" }, { 4, 8, 5, 1, "RVAE2OS" }, { 4, 9, 7, 1, "VAE2nXS" },
		{ 4, 9, 5, 5, "RVALE2OSnXS" }, { 4, 8, 7, 4, "ALLE1" }, { 4, 8, 7, 6, "VMALLS12E1" },
		{ 0, 8, 7, 0, "VMALLE1" }, { 0, 8, 3, 2, "ASIDE1IS" }, { 0, 8, 1, 3, "VAAE1OS" },
		{ 0, 8, 7, 5, "VALE1" }, { 0, 8, 3, 7, "VAALE1IS" }, { 0, 8, 5, 5, "RVALE1OS" },
		{ 0, 9, 6, 3, "RVAAE1nXS" }, { 0, 9, 2, 7, "RVAALE1ISnXS" },
		{ 4, 8, 0, 1, NULL }, { 4, 8, 2, 0, NULL }, { 0, 7, 7, 0, NULL }, { 0, 8, 7, 4, NULL },
		{ 0, 8, 2, 2, NULL }, { 3, 8, 7, 1, NULL }, { 0, 8, 8, 0, NULL },
	};
	char buf[NAME_LEN];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name = name_tlbi(1 << 19 | rows[i].op1 << 16 | rows[i].crn << 12 |
					     rows[i].crm << 8 | rows[i].op2 << 5, buf);

		check(rows[i].name ? name && !strcmp(name, rows[i].name) : !name, name ? name : "none",
		      "sys #%d, C%d, C%d, #%d is %s", rows[i].op1, rows[i].crn, rows[i].crm,
		      rows[i].op2, rows[i].name ? rows[i].name : "no such TLBI");
	}
}

static void absence(void)
{
	struct host h = { .tracepoint = { [KVMMT_KIND_S2_FAULT] = true, [KVMMT_KIND_S2_SLOT] = true } };
	char names[160];

	check(host_missing(&h, KVMMT_TRACED, names, sizeof(names)) &&
		      !strcmp(names, " kvm_s2_invalidate, kvm_vncr_*, kvm_nested_tlbi"),
	      names, "a kernel of before the VNCR tracepoints lacks them in one word");
	h.tracepoint[KVMMT_KIND_VNCR_WALK] = true;
	host_missing(&h, KVMMT_VNCR_KINDS, names, sizeof(names));
	check(!strcmp(names, " kvm_vncr_lookup, kvm_vncr_invalidate, kvm_nested_tlbi"), names,
	      "one that lacks some is told which");
	check(!host_missing(&h, KVMMT_KIND_BIT(S2_FAULT), names, sizeof(names)) && !names[0] &&
		      host_has(&h, KVMMT_VNCR_KINDS) && !host_has(&h, KVMMT_KIND_BIT(LOST)),
	      names, "what is there is not missing");
}

static void durations(void)
{
	static const struct {
		__u64 ns;
		const char *text;
	} rows[] = {
		{ 0, "0ns" }, { 999, "999ns" }, { 1000, "1.00us" }, { 9996, "10.0us" },
		{ 123456, "123us" }, { 999600, "1.00ms" }, { 2500000, "2.50ms" },
		{ 61000000000ull, "61.0s" }, { 7200000000000ull, "7200s" },
	};
	char buf[NAME_LEN];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(!strcmp(name_time(rows[i].ns, buf), rows[i].text), buf, "%llu ns is %s",
		      (unsigned long long)rows[i].ns, rows[i].text);
}

int main(void)
{
	check_suite = "vncr";
	lines();
	strangers();
	json();
	fold();
	times();
	tlbis();
	absence();
	durations();
	return check_status();
}
