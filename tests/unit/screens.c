// SPDX-License-Identifier: GPL-2.0
/* The dashboard's screens for scripted keys, as text: compared with tests/cases/screens.txt. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nested.h"
#include "storms.h"
#include "term.h"
#include "ui_past.h"

#define S 1000000000ull

static struct model model;
static struct host host;
static struct ui ui;
static struct screen screen;

static void give(int i, const char *comm, const struct kvmmt_counters *c)
{
	struct kvmmt_vm_key key = { .vm = 0xffff000000001000ull + i, .pid = 4194304 + i };

	model_vm(&model, &key, c, comm);
}

static void sample(__u64 t)
{
	struct kvmmt_counters web = { 0 }, gpu = { 0 }, db = { 0 };

	web.fault[KVMMT_FAULT_MAPPED] = web.mapped[KVMMT_S2_NORMAL] = 100 * t;
	web.mapped_bytes[KVMMT_S2_NORMAL] = 100 * t * 4096;
	gpu.fault[KVMMT_FAULT_UNSAFE_CACHEABLE] = t > 1;
	gpu.slot[KVMMT_SLOT_ACCEPTED] = 2;
	gpu.refused_ns = t > 1 ? 2 * S : 0;
	gpu.mapped[KVMMT_S2_NORMAL_NC] = gpu.fault[KVMMT_FAULT_MAPPED] = 7 * t;
	db.fault[KVMMT_FAULT_MAPPED] = db.mapped[KVMMT_S2_NORMAL] = 51234 * t;
	db.mapped_bytes[KVMMT_S2_NORMAL] = (51234 * t) << 12;
	db.inval[KVMMT_INVAL_NOTIFIER] = 48000 * t;
	db.inval_bytes[KVMMT_INVAL_NOTIFIER] = (48000 * t) << 12;
	model_sample(&model, t * S);
	give(0, "web-7", &web);
	give(1, "gpu-a", &gpu);
	give(2, "db-2", &db);
}

static struct past past;

static void show(const char *title, int rows, int cols)
{
	if (past.history)
		past_trend(&past, &ui);
	ui_draw(&ui, &screen, rows, cols);
	printf("=== %s, %dx%d\n", title, cols, rows);
	screen_print(&screen, stdout);
}

static void keys(const char *text)
{
	for (; *text; text++)
		ui_key(&ui, *text == '\n' ? K_ENTER : *text == '\x1b' ? K_ESC : *text, 24);
}

/* db-2 turns out to be a guest hypervisor. */
static void sample_nested(__u64 t)
{
	unsigned int i;

	sample(t);
	for (i = 0; i < 6; i++) {
		const struct kvmmt_vcpu_key key = {
			.vm = { .vm = 0xffff000000001002ull, .pid = 4194306 }, .vcpu = i,
		};
		const struct kvmmt_vncr c = nested_vcpu(i, t);

		model_vcpu(&model, &key, &c);
	}
}

static void nested(void)
{
	sample_nested(4);
	sample_nested(6);
	show("a guest hypervisor among the VMs", 24, 80);
	show("a guest hypervisor among the VMs, wide", 8, 200);
	keys(">>>>>>");
	show("sorted by hit ratio", 24, 80);
	keys("/db\n\n");
	show("a VM with a VNCR pseudo-TLB", 24, 80);
	show("lines end between words", 40, 60);
	keys("n");
	show("the VNCR pseudo-TLB", 24, 80);
	keys("jjjjjjjj");
	show("of its last vCPU", 30, 80);
	keys("kkkkkk");
	host.tracepoint[KVMMT_KIND_VNCR_LOOKUP] = host.tracepoint[KVMMT_KIND_NESTED_TLBI] = false;
	show("without two of the tracepoints", 24, 80);
	host.tracepoint[KVMMT_KIND_VNCR_LOOKUP] = host.tracepoint[KVMMT_KIND_NESTED_TLBI] = true;
	keys("k");
	show("little room", 15, 60);
	ui_key(&ui, K_PAGE_DOWN, 15);
	keys("j");
	show("some rows on, and another vCPU", 15, 60);
	ui_key(&ui, K_END, 15);
	keys("?");
	show("help, little room", 15, 60);
	ui_key(&ui, K_END, 15);
	show("its end", 15, 60);
	keys("x");
	show("any other key ends it", 15, 60);
	ui_key(&ui, K_HOME, 24);
	model_reset(&model);
	show("after a reset", 24, 80);
	show("hardly any room", 9, 30);
	keys("\x1b");
	show("and back", 5, 80);
	keys("\x1b");
}

/* As kvmmt top does: a key, then what it asks of the past. */
static void live_keys(const char *text)
{
	for (; *text; text++) {
		keys((char[]){ *text, '\0' });
		past_follow(&past, &ui, &model);
	}
}

/* A live run of 20 samples, one a second, and the user goes back in them. */
static void back_in_time(void)
{
	__u64 t;

	model_free(&model);
	past_open(&past, &ui);
	for (t = 1; t <= 20; t++) {
		sample(t);
		if (t % 5 == 0)
			model.nr_refusals++;
		history_add(past.history, &model);
	}
	past_follow(&past, &ui, &model);
	show("live, with a past", 24, 80);
	live_keys("t");
	show("later than live is live", 3, 80);
	live_keys("TTTT");
	show("four samples back in time", 24, 80);
	live_keys("t");
	show("and one on", 3, 80);
	sample(21);
	history_add(past.history, &model);
	past_follow(&past, &ui, &model);
	show("a sample later the past is the same", 24, 80);
	live_keys("r");
	show("nothing is reset in the past", 6, 80);
	live_keys("g");
	show("which second", 24, 80);
	live_keys("17.5\n");
	show("of a time", 6, 80);
	live_keys("/gpu\n\n");
	show("a VM in the past", 24, 80);
	live_keys("\x1b/web\n\n");
	show("another one", 24, 44);
	live_keys("\x1bg99\n");
	show("no further back than was kept", 6, 80);
	live_keys("l");
	show("live again", 6, 80);
	live_keys("b");
	show("what BPF costs is measured from now on", 8, 80);
	ui.costs_s = 2;
	ui.costs[KVMMT_KIND_S2_FAULT] = (struct live_cost){ 100000, 42000000 };
	ui.costs_before[KVMMT_KIND_S2_FAULT] = (struct live_cost){ 4000, 2000000 };
	show("what BPF costs", 16, 80);
	live_keys("bpT");
	show("back in time from a pause", 3, 80);
	live_keys("t");
	show("and on to it", 3, 80);
	past_close(&past);
}

/* A name that is longer than the column, a VM that is gone, big numbers, little room. */
static void crowded(void)
{
	static const int sizes[][2] = { { 24, 132 }, { 24, 80 }, { 12, 60 }, { 12, 44 }, { 12, 40 },
					{ 6, 22 } };
	struct kvmmt_counters c = { .fault = { [KVMMT_FAULT_UNSAFE_CACHEABLE] = 20000 } };
	size_t i;

	model_free(&model);
	ui_init(&ui, &host, &model);
	snprintf(ui.hostname, sizeof(ui.hostname), "gh-rack-17-node-03.example.com");
	snprintf(host.release, sizeof(host.release), "6.12.117-kvmmt-arm64-64k");
	host.tracepoint[KVMMT_KIND_S2_SLOT] = host.tracepoint[KVMMT_KIND_VNCR_WALK] = false;
	for (i = 1; i <= 3; i++) {
		sample(i);
		c.refused_ns = i * S;
		c.inval[KVMMT_INVAL_TEARDOWN] = c.inval_bytes[KVMMT_INVAL_TEARDOWN] = i > 2;
		give(3, "train-llm-70b-worker-number-0017-of-0064", &c);
	}
	model.lost[KVMMT_KIND_S2_FAULT] = 4000000007;
	model.nr_refusals = 20000;
	keys("p");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		show("much to say", sizes[i][0], sizes[i][1]);
	host.tracepoint[KVMMT_KIND_S2_SLOT] = host.tracepoint[KVMMT_KIND_VNCR_WALK] = true;
	ui.sort = field_find("retried", 7) - fields;
	show("sorted by a column for which there is no room", 12, 44);
	keys("p");
}

static void refuse(__u64 time_ns, __u32 ipa, const char *backing, int slot)
{
	struct kvmmt_event e = {
		.time_ns = time_ns, .vm = 0xffff000000001001ull, .pid = 4194305, .vcpu = 3,
		.tid = 4711, .comm = "CPU 3/KVM", .kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .fault_ipa = ipa, .ipa = ipa, .pfn = 0x70000, .hva = 0x7f0000000000 + ipa,
			      .vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | KVMMT_VMA_SHARED,
			      .flags = KVMMT_F_DIC | KVMMT_F_MTE | KVMMT_F_WRITE,
			      .reason = KVMMT_FAULT_UNSAFE_CACHEABLE, .ret = -14,
			      .memattr = KVMMT_MEMATTR_NONE },
	};

	model_refusal(&model, &e, backing, slot);
}

/* Refusals that are alike are one; the view scrolls to whatever else there is. */
static void refused(void)
{
	struct kvmmt_event slot = {
		.time_ns = S, .vm = 0xffff000000001001ull, .pid = 4194305, .vcpu = -1, .tid = 4194305,
		.comm = "qemu", .kind = KVMMT_KIND_S2_SLOT,
		.s2_slot = { .ipa = 0xc0000000, .size_bytes = 1 << 30, .hva = 0x7f0080000000, .slot = 5,
			     .vma_hva = 0x7f0080000000, .vma = KVMMT_VMA_FOUND,
			     .reason = KVMMT_SLOT_MTE_VMA, .flags = KVMMT_F_MTE, .ret = -22 },
	};
	int i;

	model_free(&model);
	ui_init(&ui, &host, &model);
	snprintf(ui.hostname, sizeof(ui.hostname), "gh-01");
	sample(1);
	sample(2);
	model_refusal(&model, &slot, "/dev/hugepages/vm", -1);
	for (i = 0; i < 12; i++)
		refuse(2 * S + i, 0x80000000 + 0x1000 * (i % 5), "vfio-pci 0000:17:00.0", 3);
	refuse(2 * S, 0xd0000000, "", -1);
	sample(3);
	keys("/gpu\n\n");
	show("refusals that are alike are one", 24, 80);
	ui_key(&ui, K_PAGE_DOWN, 24);
	show("and a page on", 24, 80);
	keys("kk");
	show("two rows back", 24, 80);
	ui_key(&ui, K_END, 12);
	show("the last row on a small screen", 12, 40);
	ui_key(&ui, K_HOME, 24);
	keys("\n");
	show("Enter, but this VM does not nest", 12, 132);
	keys("\x1b");
}

/* What backs a VM's memory, as it comes and where there is little room. */
static void memslots(void)
{
	static struct vm_slots s = {
		.key = { 0xffff000000001001ull, 4194305 },
		.nr = 5,
		.more = true,
		.slots = {
			{ .id = 0, .ipa = 0x40000000, .size_bytes = 64ull << 30, .vma_bytes = 64ull << 30,
			  .vma = KVMMT_VMA_FOUND | KVMMT_VMA_HUGETLB, .backing = "hugetlb memfd pc.ram" },
			{ .id = 7, .ipa = 0x4000000000, .size_bytes = 2 << 20, .vma_bytes = 2 << 20, .flags = 3,
			  .vma = KVMMT_VMA_FOUND, .backing = "file AAVMF_CODE.fd" },
			{ .id = 65535, .ipa = 0xffffffff0000, .size_bytes = 4096, .vma_bytes = 4096,
			  .vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | KVMMT_VMA_IO |
				 KVMMT_VMA_ANY_UNCACHED | KVMMT_S1_DEVICE_nGnRnE,
			  .backing = "device /dev/vfio/devices/vfio0 of 0000:17:00.0" },
			{ .id = 9, .ipa = 0x1000000000000, .size_bytes = 8192, .vma_bytes = 4096,
			  .vma = KVMMT_VMA_FOUND | KVMMT_S1_NORMAL_TAGGED, .backing = "anonymous memory" },
			{ .id = 10, .ipa = 0x1000000002000, .size_bytes = 4096 },
		},
	};

	model_free(&model);
	ui_init(&ui, &host, &model);
	snprintf(ui.hostname, sizeof(ui.hostname), "gh-01");
	sample(1);
	sample(2);
	model_slots(&model, &s);
	keys("/gpu\n\n");
	show("a VM's memslots", 24, 80);
	show("a VM's memslots, wide", 24, 132);
	show("a VM's memslots, narrow", 24, 40);
	s.nr = 0;
	s.more = false;
	model_slots(&model, &s);
	show("a VM that has none", 24, 80);
	keys("\x1b/db\n\n");
	ui.no_slots = "they are not in this recording";
	show("one of which they are not known", 12, 80);
	keys("\x1b");
}

/* Answers that are none. */
static void nonsense(void)
{
	ui.replay = true;
	ui.realtime_ns = 1763757000000000000ll;
	ui.zero_ns = model.now_ns - 2000000000;
	show("a recording", 12, 80);
	keys("gabc\n");
	show("go to nowhere", 12, 80);
	keys("d0\n");
	show("no time at all between refreshes", 12, 80);
	keys("/nosuch\n");
	show("nobody of that name", 12, 80);
	keys("d3601\n");
	show("an hour and more is fine", 12, 80);
	ui.ended = true;
	show("at its end", 12, 80);
	ui.replay = ui.ended = ui.new_delay = false;
	ui.delay_s = 1;
}

static void give_cause(__u32 process, const char *comm, __s32 syscall, __u64 count)
{
	struct kvmmt_cause_key key = { .vm = { .vm = 0xffff000000001002ull, .pid = 4194306 },
				       .process = process, .syscall = syscall,
				       .reason = KVMMT_INVAL_NOTIFIER };
	const struct kvmmt_cause c = { .count = count, .bytes = count << 12 };

	snprintf(key.comm, sizeof(key.comm), "%s", comm);
	model_cause(&model, &key, &c);
}

/* In db-2's memory it storms. */
static void stormy(void)
{
	const struct kvmmt_vm_key db = { .vm = 0xffff000000001002ull, .pid = 4194306 };
	const struct storm_limits limits = STORM_DEFAULTS;
	int t;

	model_free(&model);
	ui_init(&ui, &host, &model);
	snprintf(ui.hostname, sizeof(ui.hostname), "gh-01");
	for (t = 1; t <= 20; t++) {
		struct kvmmt_counters c = { .vcpus = 64 };

		sample(t);
		c.inval[KVMMT_INVAL_NOTIFIER] = 48000 * t;
		c.inval_bytes[KVMMT_INVAL_NOTIFIER] = (48000ull * t) << 12;
		c.refault_bytes = (34000ull * t) << 12;
		model_vm(&model, &db, &c, "db-2");
		give_cause(0, "khugepaged", KVMMT_NO_SYSCALL, 44640 * t);
		give_cause(4194306, "CPU ##/KVM", 29, 2000 * t);
		give_cause(4194306, "qemu-system-aar", 233, 1360 * t);
		storms_step(&model, &limits);
	}
	show("a storm", 12, 80);
	show("a storm, narrow", 8, 40);
	keys("/db\n\n");
	show("a VM with a storm, and who does it", 40, 100);
	keys("\x1b");
	model_sample(&model, 40 * S);
	storms_step(&model, &limits);
	model_sample(&model, 80 * S);
	storms_step(&model, &limits);
	show("the storm is over, and marked", 12, 80);
}

/* Names in letters that are not ASCII's, and what is left of them where there is only that. */
static void letters(void)
{
	static const char *const names[] = { "größe-π", "数据库-东京-01", "cafe\u0301-Z\u0335\u0301\u0302",
					     "データベース-大阪-本番-0001" };
	const struct kvmmt_counters c = { .vcpus = 2 };
	int i;

	model_free(&model);
	ui_init(&ui, &host, &model);
	snprintf(ui.hostname, sizeof(ui.hostname), "gh-01");
	model_sample(&model, S);
	for (i = 0; i < 4; i++)
		give(i, names[i], &c);
	show("names without their letters", 10, 80);
	setlocale(LC_CTYPE, "C.UTF-8");
	show("names", 10, 80);
	show("names, wide", 10, 110);
	for (i = 0; i < 4; i++)
		ui_key(&ui, (int []){ '/', 0x5927, 0xe9, K_BACKSPACE }[i], 24);
	show("finding one", 10, 80);
	keys("\n\n");
	show("and it is found", 10, 80);
	setlocale(LC_CTYPE, "C");
}

int main(void)
{
	struct kvmmt_event refusal = {
		.time_ns = 2 * S, .vm = 0xffff000000001001ull, .pid = 4194305, .vcpu = 3,
		.tid = 4711, .comm = "CPU 3/KVM", .kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .fault_ipa = 0x80000000, .ipa = 0x80000000, .pfn = 0x70000,
			      .hva = 0x7f0000000000,
			      .vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | KVMMT_VMA_SHARED,
			      .reason = KVMMT_FAULT_UNSAFE_CACHEABLE, .ret = -14,
			      .memattr = KVMMT_MEMATTR_NONE },
	};
	int kind;

	setenv("TZ", "UTC", 1);
	snprintf(host.release, sizeof(host.release), "6.12.117-kvmmt");
	host.fwb = NO;
	host.dic = NO;
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		host.tracepoint[kind] = KVMMT_TRACED & 1u << kind;
	ui_init(&ui, &host, &model);
	snprintf(ui.hostname, sizeof(ui.hostname), "gh-01");
	show("before the first VM", 24, 80);
	sample(1);
	sample(2);
	model_refusal(&model, &refusal, "", -1);
	sample(3);
	show("three VMs", 24, 80);
	show("three VMs, wide", 12, 200);
	keys(">>");
	show("sorted by faults mapped Normal", 24, 80);
	keys("<");
	keys("I");
	show("sorted, inverted", 24, 80);
	keys("fdb\n");
	show("filtered", 24, 80);
	keys("\x1b/gpu\n");
	show("searched", 24, 80);
	keys("\n");
	show("one VM that was refused", 24, 80);
	keys("\x1b?");
	show("help", 24, 80);
	keys("x");
	keys("p");
	host.tracepoint[KVMMT_KIND_S2_INVALIDATE] = false;
	model.lost[KVMMT_KIND_S2_FAULT] = 17;
	show("paused, without a tracepoint, with loss", 24, 80);
	model_sample(&model, 2 * S + MODEL_MARK_NS);
	show("the mark ends after 15 minutes", 24, 80);
	show("too small", 5, 20);
	keys("pI");
	host.tracepoint[KVMMT_KIND_S2_INVALIDATE] = true;
	nested();
	back_in_time();
	crowded();
	refused();
	nonsense();
	stormy();
	memslots();
	letters();
	model_free(&model);
	screen_free(&screen);
	return 0;
}
