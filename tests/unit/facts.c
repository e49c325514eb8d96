// SPDX-License-Identifier: GPL-2.0
/* The fold, the names, the sums: small facts, each stated once more by hand. */
#include <stdio.h>
#include <string.h>

#include <kvmmt/counters.h>
#include "check.h"
#include "event_text.h"
#include "field.h"
#include "model.h"
#include "names.h"
#include "vmname.h"

static struct kvmmt_event fault(__u16 reason, __u16 memattr, __u32 flags, __u64 size)
{
	return (struct kvmmt_event){
		.time_ns = 5, .kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .reason = reason, .memattr = memattr, .flags = flags, .size_bytes = size },
	};
}

static void types(void)
{
	const struct {
		int memattr, fwb;
		enum kvmmt_s2_type type;
	} rows[] = {
		{ 0xf, 0, KVMMT_S2_NORMAL }, { 0x5, 0, KVMMT_S2_NORMAL_NC },
		{ 0x1, 0, KVMMT_S2_DEVICE_nGnRE }, { 0x0, 0, KVMMT_S2_DEVICE_nGnRnE },
		{ 0x6, 1, KVMMT_S2_NORMAL }, { 0x5, 1, KVMMT_S2_NORMAL_NC },
		{ 0x1, 1, KVMMT_S2_DEVICE_nGnRE }, { 0x0, 1, KVMMT_S2_DEVICE_nGnRnE },
		{ 0x6, 0, KVMMT_S2_OTHER }, { 0xf, 1, KVMMT_S2_OTHER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(kvmmt_s2_type(rows[i].memattr, rows[i].fwb ? KVMMT_F_FWB : 0) == rows[i].type, "",
		      "MemAttr 0x%x %s FWB is %s", rows[i].memattr, rows[i].fwb ? "with" : "without",
		      name_s2_type(rows[i].type));
}

static void fold(void)
{
	struct kvmmt_counters c = { 0 };
	struct kvmmt_event e = fault(KVMMT_FAULT_MAPPED, 6, KVMMT_F_FWB, 4096);

	kvmmt_fold(&c, &e);
	check(c.fault[KVMMT_FAULT_MAPPED] == 1 && c.mapped[KVMMT_S2_NORMAL] == 1 &&
		      c.mapped_bytes[KVMMT_S2_NORMAL] == 4096 && !c.refused_ns,
	      "", "a mapping counts once, with its bytes");
	e = fault(KVMMT_FAULT_RELAXED, 6, KVMMT_F_FWB, 4096);
	kvmmt_fold(&c, &e);
	check(c.mapped[KVMMT_S2_NORMAL] == 2 && c.mapped_bytes[KVMMT_S2_NORMAL] == 4096, "",
	      "widened permissions map no new bytes");
	e = fault(KVMMT_FAULT_UNSAFE_CACHEABLE, KVMMT_MEMATTR_NONE, 0, 0);
	kvmmt_fold(&c, &e);
	check(counters_outcome(&c, KVMMT_OUTCOME_REFUSED) == 1 && c.refused_ns == 5 &&
		      c.mapped[KVMMT_S2_OTHER] == 0,
	      "", "a refusal is no mapping");
	e = fault(KVMMT_FAULT_NR + 7, KVMMT_MEMATTR_NONE, 0, 0);
	kvmmt_fold(&c, &e);
	check(c.fault[KVMMT_FAULT_NR] == 1 && counters_outcome(&c, KVMMT_OUTCOME_REFUSED) == 2, "",
	      "a reason of a later kernel counts as unknown, and as refused");
	e = (struct kvmmt_event){ .kind = KVMMT_KIND_S2_INVALIDATE,
				  .s2_invalidate = { .size_bytes = 10, .reason = 0, .shadow = 1 } };
	kvmmt_fold(&c, &e);
	e.s2_invalidate.shadow = 0;
	kvmmt_fold(&c, &e);
	check(c.inval[0] == 2 && c.inval_shadow == 1 && c.inval_bytes[0] == 10, "",
	      "a shadow's range adds no bytes of the VM's own");
	e = (struct kvmmt_event){ .kind = KVMMT_KIND_S2_SLOT, .time_ns = 9,
				  .s2_slot = { .reason = KVMMT_SLOT_MTE_VMA } };
	kvmmt_fold(&c, &e);
	check(counters_refused_slots(&c) == 1 && c.refused_ns == 9, "", "a refused slot is a refusal");
}

static void words(void)
{
	char buf[200], number[NAME_LEN];
	struct kvmmt_event e = fault(KVMMT_FAULT_UNSAFE_CACHEABLE, KVMMT_MEMATTR_NONE, KVMMT_F_FWB, 0);
	char text[EVENT_TEXT_LEN];

	check(!strcmp(name_or_number(name_fault_reason(99), 99, number), "unknown(99)"), number,
	      "an unknown reason shows its number");
	check(!strcmp(name_missing_features(0), "FWB and DIC") &&
		      !strcmp(name_missing_features(KVMMT_F_FWB), "DIC") &&
		      !strcmp(name_missing_features(KVMMT_F_DIC), "FWB"),
	      "", "which feature is missing");
	check(!strcmp(name_vma_bits(KVMMT_VMA_PFNMAP | KVMMT_VMA_SHARED, buf, sizeof(buf)),
		      "pfnmap,shared"), buf, "VMA bits are joined");
	check(!strcmp(name_vma_bits(~0u, buf, 8), "pfnmap,") && strlen(buf) < 8, buf,
	      "and cut where there is no room");
	check(!strcmp(name_size(4096, buf), "4K") && !strcmp(name_size(2 << 20, buf), "2M") &&
		      !strcmp(name_size(0, buf), "0") && !strcmp(name_size(1ull << 40, buf), "1T"),
	      buf, "sizes");
	check(!strcmp(field_short(9999, FIELD_COUNT, buf), "9999") &&
		      !strcmp(field_short(12345, FIELD_COUNT, number), "12.3K") &&
		      !strcmp(field_short(99960, FIELD_COUNT, text), "100K"),
	      buf, "short counts fit their columns");
	e.s2_fault.vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | 0xf0;
	e.s2_fault.ret = -14;
	event_text(&e, text, sizeof(text));
	check(strstr(text, "missing here: DIC (Bad address)") != NULL, text,
	      "a refusal says which feature is missing");
}

static void names(void)
{
	char name[VM_NAME_LEN];

	vm_name(0x7ffffff0, "kvm-gone", name);
	check(!strcmp(name, "kvm-gone"), name, "a VM whose process is gone has its task's name");
	vm_name(0x7ffffff0, "", name);
	check(!strcmp(name, "?"), name, "or none");
}

int main(void)
{
	check_suite = "facts";
	types();
	fold();
	words();
	names();
	return check_status();
}
