// SPDX-License-Identifier: GPL-2.0
/* The fold, the names, the sums: small facts, each stated once more by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kvmmt/counters.h>
#include "check.h"
#include "event_text.h"
#include "field.h"
#include "host.h"
#include "model.h"
#include "names.h"
#include "table.h"
#include "ui.h"
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
	static struct kvmmt_mark marks[KVMMT_MARKS];
	struct kvmmt_counters c = { 0 };
	struct kvmmt_event e = fault(KVMMT_FAULT_MAPPED, 6, KVMMT_F_FWB, 4096);

	kvmmt_fold(&c, marks, &e);
	check(c.fault[KVMMT_FAULT_MAPPED] == 1 && c.mapped[KVMMT_S2_NORMAL] == 1 &&
		      c.mapped_bytes[KVMMT_S2_NORMAL] == 4096 && !c.refused_ns,
	      "", "a mapping counts once, with its bytes");
	e = fault(KVMMT_FAULT_RELAXED, 6, KVMMT_F_FWB, 4096);
	e.vcpu = 6;
	kvmmt_fold(&c, marks, &e);
	check(c.mapped[KVMMT_S2_NORMAL] == 2 && c.mapped_bytes[KVMMT_S2_NORMAL] == 4096, "",
	      "widened permissions map no new bytes");
	check(c.vcpus == 7, "", "vCPUs are counted up to the greatest index");
	e = fault(KVMMT_FAULT_UNSAFE_CACHEABLE, KVMMT_MEMATTR_NONE, 0, 0);
	kvmmt_fold(&c, marks, &e);
	check(counters_outcome(&c, KVMMT_OUTCOME_REFUSED) == 1 && c.refused_ns == 5 &&
		      c.mapped[KVMMT_S2_OTHER] == 0,
	      "", "a refusal is no mapping");
	e = fault(KVMMT_FAULT_NR + 7, KVMMT_MEMATTR_NONE, 0, 0);
	kvmmt_fold(&c, marks, &e);
	check(c.fault[KVMMT_FAULT_NR] == 1 && counters_outcome(&c, KVMMT_OUTCOME_REFUSED) == 2, "",
	      "a reason of a later kernel counts as unknown, and as refused");
	e = (struct kvmmt_event){ .kind = KVMMT_KIND_S2_INVALIDATE,
				  .s2_invalidate = { .size_bytes = 10, .reason = 0, .shadow = 1 } };
	kvmmt_fold(&c, marks, &e);
	e.s2_invalidate.shadow = 0;
	kvmmt_fold(&c, marks, &e);
	check(c.inval[0] == 2 && c.inval_shadow == 1 && c.inval_bytes[0] == 10, "",
	      "a shadow's range adds no bytes of the VM's own");
	e = (struct kvmmt_event){ .kind = KVMMT_KIND_S2_SLOT, .time_ns = 9,
				  .s2_slot = { .reason = KVMMT_SLOT_MTE_VMA } };
	kvmmt_fold(&c, marks, &e);
	check(counters_refused_slots(&c) == 1 && c.refused_ns == 9, "", "a refused slot is a refusal");
}

static struct kvmmt_event invalidation(__u64 vm, __u64 start, __u64 size, __u64 time_ns)
{
	return (struct kvmmt_event){ .kind = KVMMT_KIND_S2_INVALIDATE, .vm = vm, .time_ns = time_ns,
				     .s2_invalidate = { .start = start, .size_bytes = size } };
}

/* Bytes of refault that one mapping adds */
static __u64 remapped(struct kvmmt_mark *marks, __u64 vm, __u64 ipa, __u64 size, __u64 time_ns)
{
	struct kvmmt_event e = fault(KVMMT_FAULT_MAPPED, 6, KVMMT_F_FWB, size);
	struct kvmmt_counters c = { 0 };

	e.vm = vm;
	e.s2_fault.ipa = ipa;
	e.time_ns = time_ns;
	kvmmt_fold(&c, marks, &e);
	return c.refault_bytes;
}

static void refaults(void)
{
	enum { A = 0x12340000, B = 0x12350000, MS = 1000000 };
	static struct kvmmt_mark marks[KVMMT_MARKS];
	const __u64 block = 2ul << 20;
	struct kvmmt_counters c = { 0 };
	struct kvmmt_event e = invalidation(A, 0x80001000, 0x2000, MS);
	int i, found = 0;

	kvmmt_fold(&c, marks, &e);
	check(remapped(marks, A, 0x80001000, 4096, 2 * MS) == 4096 &&
		      remapped(marks, A, 0x80002000, 4096, 101 * MS) == 4096,
	      "it is not", "what is mapped within 100 ms of its invalidation is a refault");
	check(!remapped(marks, A, 0x80001000, 4096, 102 * MS), "it is", "later it is none");
	check(!remapped(marks, A, 0x80003000, 4096, 2 * MS) && !remapped(marks, A, 0x80000000, 4096, 2 * MS),
	      "they are", "nor are its neighbours");
	check(!remapped(marks, B, 0x80001000, 4096, 2 * MS), "it is", "nor is another VM's page");
	e = invalidation(A, 0x90001000, 2 * block, 200 * MS);
	kvmmt_fold(&c, marks, &e);
	check(remapped(marks, A, 0x90200000, block, 201 * MS) == block &&
		      remapped(marks, A, 0x90200000 + 5 * 4096, 4096, 201 * MS) == 4096,
	      "it is not", "of a larger range, blocks and the pages in them");
	check(!remapped(marks, A, 0x90000000, 4096, 201 * MS), "it is", "but not what it covers in part");
	e.s2_invalidate.start = 0xa0000000;
	e.s2_invalidate.shadow = 1;
	kvmmt_fold(&c, marks, &e);
	check(!remapped(marks, A, 0xa0000000, block, 201 * MS), "it is", "nor what a shadow loses");
	for (i = 0; i < 5000; i++) {
		e = invalidation(A, 0x100000000 + i * 4096ull, 4096, 300 * MS);
		kvmmt_fold(&c, marks, &e);
	}
	for (i = 0; i < 5000; i++)
		found += !!remapped(marks, A, 0x100000000 + i * 4096ull, 4096, 310 * MS);
	check(found > 4500, "fewer", "of 5000 pages %d are found", found);
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

/* What a name, or a thread's name, may do to a terminal and to a spreadsheet. */
static void hostile_names(void)
{
	struct kvmmt_event e = fault(KVMMT_FAULT_MAPPED, 6, KVMMT_F_FWB, 4096);
	const struct host host = { .tracepoint = { true, true, true } };
	struct event_printer printer = { 0 };
	const struct table t = { .host = &host };
	struct model_vm vm = { .name = "=1+2" };
	const struct table_row row = { .vm = &vm };
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	memcpy(e.comm, "\033]0;x\007\n9.1 ", 12);
	event_print(&printer, &e, "vm", NULL, f);
	fflush(f);
	check(!strpbrk(text, "\033\007") && strchr(text, '\n') == text + len - 1, text,
	      "a thread's name cannot write to the terminal");
	rewind(f);
	table_csv(&t, &row, 1, false, f);
	fclose(f);
	check(strstr(text, "\"'=1+2\"") != NULL, text, "a VM's name is no formula in CSV");
	free(text);
}

static void accesses(void)
{
	static const struct {
		__u32 esr, flags;
		const char *what;
	} rows[] = {
		{ 0x93c38006, 0, "a read without translation" },
		{ 0x93c38046, KVMMT_F_WRITE, "a write without translation" },
		{ 0x93c3804f, KVMMT_F_WRITE | KVMMT_F_PERM, "a write without permission" },
		{ 0x82000007, KVMMT_F_EXEC, "a fetch without translation" },
		{ 0x8200000f, KVMMT_F_EXEC | KVMMT_F_PERM, "a fetch without permission" },
		{ 0x93c38086, 0, "a table walk without translation reads" },
		{ 0x93c3808f, KVMMT_F_WRITE | KVMMT_F_PERM, "a table walk without permission writes" },
		{ 0x82000087, 0, "a fetch's table walk is no fetch" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(kvmmt_access_flags(rows[i].esr) == rows[i].flags, "other flags",
		      "ESR: %s", rows[i].what);
}

static struct model model;

static void give(__u64 vm, __u32 generation, __u64 mapped, bool gone)
{
	const struct kvmmt_vm_key key = { .vm = vm, .pid = 0x7ffffff0, .generation = generation };
	const struct kvmmt_counters c = { .fault[KVMMT_FAULT_MAPPED] = mapped,
					  .inval_bytes[KVMMT_INVAL_TEARDOWN] = gone };

	model_vm(&model, &key, &c, "vmm");
}

static void models(void)
{
	struct kvmmt_event refusal = fault(KVMMT_FAULT_NO_VMA, KVMMT_MEMATTR_NONE, 0, 0);
	const struct model_vm *vm;
	__u64 i;

	model_sample(&model, 1000);
	give(1, 0, 5, false);
	model_sample(&model, 2000);
	/* In either order: the first is gone, another has its address. */
	give(1, 1, 7, false);
	give(1, 0, 6, true);
	check(model.nr_vms == 2 && model.nr_gone == 1, "", "a VM at a used address is another VM");
	refusal.vm = 1;
	refusal.pid = 0x7ffffff0;
	refusal.time_ns = 3000;	/* after the sample: it takes time to read one */
	model_refusal(&model, &refusal, "", -1);
	vm = model_find(&model, 1, 0x7ffffff0);
	check(vm && vm->key.generation == 1 && vm->nr_refusals == 1, "", "events go to the later one");
	check(!model_age_ns(&model, 3000), "", "an event after the sample is of now");
	for (i = 2; i < MODEL_GONE + 3; i++)
		give(i, 0, 1, true);
	model_sample(&model, 3000);
	check(model.nr_vms == 1 && !model.nr_gone && model.nr_rest == MODEL_GONE + 2 &&
		      model.rest.now.s2.fault[KVMMT_FAULT_MAPPED] == 6 + MODEL_GONE + 1,
	      "", "too many that are gone are summed up, and nothing is lost");
	model_sample(&model, 4000);
	give(1, 1, 7, true);
	model_sample(&model, 4001 + MODEL_MARK_NS);
	check(!model.nr_vms, "", "one that is gone is dropped after 15 minutes");
	model_free(&model);
}

static void tiny_screens(void)
{
	const struct model none = { .now_ns = 1 };
	const struct host host = { 0 };
	struct screen s = { 0 };
	struct ui ui;
	int rows, cols, bad = 0;

	ui_init(&ui, &host, &none);
	ui.paused = true;
	for (rows = 1; rows < 8; rows++)
		for (cols = 1; cols < 12; cols++)
			bad |= ui_draw(&ui, &s, rows, cols);
	check(!bad, "", "no screen is too small to draw");
	screen_free(&s);
}

static bool locked_by(const char *modes)
{
	char path[] = "/tmp/kvmmt-lockdown-XXXXXX";
	int fd = mkstemp(path);
	bool locked;

	dprintf(fd, "%s", modes);
	close(fd);
	locked = host_locked_down(path);
	unlink(path);
	return locked;
}

static void lockdown(void)
{
	check(locked_by("none integrity [confidentiality]\n"), "it is not", "confidentiality keeps kernel memory from BPF");
	check(!locked_by("none [integrity] confidentiality\n") && !locked_by("") &&
		      !host_locked_down("/nonexistent"),
	      "it does", "integrity, or nothing, does not");
}

int main(void)
{
	check_suite = "facts";
	accesses();
	hostile_names();
	models();
	tiny_screens();
	types();
	fold();
	refaults();
	words();
	names();
	lockdown();
	return check_status();
}
