// SPDX-License-Identifier: GPL-2.0
/* The dashboard's screens for scripted keys, as text: compared with tests/cases/screens.txt. */
#include <stdio.h>
#include <string.h>

#include "nested.h"
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

static void show(const char *title, int rows, int cols)
{
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
	keys("n");
	show("the VNCR pseudo-TLB", 24, 80);
	keys("jjjjjjjj");
	show("of its last vCPU", 30, 80);
	keys("kkkkkk");
	host.tracepoint[KVMMT_KIND_VNCR_LOOKUP] = host.tracepoint[KVMMT_KIND_NESTED_TLBI] = false;
	show("without two of the tracepoints", 24, 80);
	host.tracepoint[KVMMT_KIND_VNCR_LOOKUP] = host.tracepoint[KVMMT_KIND_NESTED_TLBI] = true;
	model_reset(&model);
	show("after a reset", 24, 80);
	show("hardly any room", 9, 30);
	keys("\x1b");
	show("and back", 5, 80);
	keys("\x1b");
}

static struct past past;

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
	live_keys("\x1bg99\n");
	show("no further back than was kept", 6, 80);
	live_keys("l");
	show("live again", 6, 80);
	live_keys("pT");
	show("back in time from a pause", 3, 80);
	live_keys("t");
	show("and on to it", 3, 80);
	past_close(&past);
}

int main(void)
{
	struct kvmmt_event refusal = {
		.time_ns = 2 * S, .vm = 0xffff000000001001ull, .pid = 4194305, .vcpu = 3,
		.kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .fault_ipa = 0x80000000, .ipa = 0x80000000, .pfn = 0x70000,
			      .vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | KVMMT_VMA_SHARED,
			      .reason = KVMMT_FAULT_UNSAFE_CACHEABLE, .ret = -14,
			      .memattr = KVMMT_MEMATTR_NONE },
	};
	int kind;

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
	model_refusal(&model, &refusal);
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
	model_free(&model);
	screen_free(&screen);
	return 0;
}
