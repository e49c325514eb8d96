// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics of a model, as text: compared with tests/cases/metrics.txt, and checked by
 * parsers that Prometheus's makers wrote.
 *   metrics [text | openmetrics]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"

#define S 1000000000ull

static struct model model;
static struct series_set set = { .limit = 3 };
static struct refusal_log refusals;
static struct host host;

static void give(int i, const char *comm, __u64 mapped, bool gone)
{
	const struct kvmmt_vm_key key = { .vm = 0xffff000000001000ull + i, .pid = 4194304 + i };
	struct kvmmt_counters c = { .inval_bytes[KVMMT_INVAL_TEARDOWN] = gone ? 1ull << 40 : 0 };

	c.fault[KVMMT_FAULT_MAPPED] = c.mapped[KVMMT_S2_NORMAL] = mapped;
	c.mapped_bytes[KVMMT_S2_NORMAL] = mapped << 12;
	c.fault[KVMMT_FAULT_UNSAFE_CACHEABLE] = i == 1;
	c.fault[KVMMT_FAULT_NR] = i == 2;
	c.inval[KVMMT_INVAL_NOTIFIER] = 3 * i;
	model_vm(&model, &key, &c, comm);
}

/* The VM @i is a guest hypervisor. */
static void give_vncr(int i)
{
	const struct kvmmt_vcpu_key key = {
		.vm = { .vm = 0xffff000000001000ull + i, .pid = 4194304 + i },
	};
	struct kvmmt_vncr c = {
		.lookup = { [KVMMT_VNCR_LOOKUP_HIT] = 97, [KVMMT_VNCR_LOOKUP_VA] = 3 },
		.walk = { [KVMMT_VNCR_WALK_FILLED] = 2, [KVMMT_VNCR_WALK_STAGE1] = 1 },
		.inval = { [KVMMT_VNCR_INVAL_NOTIFIER] = 1 },
		.inval_host = 1,
	};

	kvmmt_add_time(&c.walk_time, 1000);
	kvmmt_add_time(&c.walk_time, 5000);
	kvmmt_add_time(&c.walk_time, 1000000000);
	model_vcpu(&model, &key, &c);
}

static void sample(__u64 now)
{
	bool later = now > 1;

	model_sample(&model, now * S);
	give(0, "web", 100 * now, later);
	give(1, "gpu\\a", 5, false);
	give(2, "db", 1ull << 60, false);
	give(3, "folded", 7 * now, later);
	if (later)
		give(4, "late", 1, false);
	if (host.tracepoint[KVMMT_KIND_VNCR_WALK])
		give_vncr(1);
	series_update(&set, &model);
}

/* Workers of one pool, and processes of one name, are one cause each. */
static void storm(struct series *s, double per_s)
{
	static const struct storm_cause causes[] = {
		{ .reason = KVMMT_INVAL_NOTIFIER, .comm = "kworker/3:1", .count = 400 },
		{ .reason = KVMMT_INVAL_NOTIFIER, .comm = "khugepaged", .count = 350 },
		{ .reason = KVMMT_INVAL_NOTIFIER, .comm = "kworker/u8:2", .count = 100 },
		{ .reason = KVMMT_INVAL_NOTIFIER, .comm = "qemu", .process = 5, .syscall = 233, .count = 70 },
		{ .reason = KVMMT_INVAL_NOTIFIER, .comm = "qemu", .process = 6, .syscall = 233, .count = 30 },
		{ .reason = KVMMT_INVAL_NOTIFIER, .comm = "ksmd", .count = 50 },
	};

	s->storm.spell.on = true;
	s->storm.spell.raised = 1;
	s->storm.per_s = per_s;
	s->storm.refault = 0.7;
	s->storm.count = 1000;
	s->storm.nr_causes = sizeof(causes) / sizeof(causes[0]);
	memcpy(s->storm.causes, causes, sizeof(causes));
	s->storm_start_s = 1795262400;
}

static void thrash(struct series *s)
{
	s->thrash = (struct thrash){ .spell = { .on = true, .raised = 1 }, .per_s = 20000, .miss = 0.85,
				     .reason = KVMMT_VNCR_INVAL_REPLACED, .part = 0.97 };
	s->thrash_start_s = 1795262401;
}

static void alerts(void)
{
	size_t i;

	for (i = 0; i < set.nr; i++) {
		struct series *s = set.all[i];

		if (!strncmp(s->label, "gpu", 3))
			thrash(s);
		if (!strncmp(s->label, "gpu", 3) || !strncmp(s->label, "late", 4))
			storm(s, 48000.25);
	}
}

static void print(FILE *out, bool openmetrics)
{
	const struct hook hook = { .command = "x", .done = 3, .dropped = 1 };
	static const struct flight flight = {
		.dir = "/var/lib/kvmmt", .nr = 2, .written = 2, .failed = 1, .removed = 3,
		.entries = { { .vm = "gpu\\a-4194305", .kind = FLIGHT_REFUSAL,
			       .path = "/var/lib/kvmmt/kvmmt-000017-20261121T120000Z.data" },
			     { .vm = "gpu\\a-4194305", .kind = FLIGHT_STORM } },
	};
	const struct metrics m = {
		.host = &host, .model = &model, .set = &set, .refusals = &refusals,
		.hook = &hook, .flight = &flight,
		.openmetrics = openmetrics,
		.own = { .cpu_s = 1.5, .start_s = 1.7e9, .sample_s = 0.00025, .memory_bytes = 4 << 20,
			 .requests = 9 },
	};

	metrics_print(&m, out);
}

static void refuse(void)
{
	const struct kvmmt_event fault = {
		.time_ns = 2 * S, .kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .reason = KVMMT_FAULT_UNSAFE_CACHEABLE, .flags = KVMMT_F_FWB },
	};
	const struct kvmmt_event slot = {
		.time_ns = S + S / 2, .kind = KVMMT_KIND_S2_SLOT,
		.s2_slot = { .reason = KVMMT_SLOT_MTE_VMA },
	};
	const struct refusal_vm gone = { .name = "long ago", .name_from = "option" };
	const struct refusal_vm gpu = { .name = "gpu\\a-4194305", .name_from = "process", .pid = 4194305,
					.pod = "0c1d2e3f-0001-4a5b-8c6d-001122334455" };
	struct kvmmt_event old = fault;

	old.time_ns = 1;
	refusal_add(&refusals, &gone, &old, "", -1, 1699999000);
	refusal_add(&refusals, &gpu, &fault, "PCI 0000:01:00.0 BAR 2", 3, 1700000001);
	refusal_add(&refusals, &gpu, &fault, "PCI 0000:01:00.0 BAR 2", 3, 1700000002);
	refusal_add(&refusals, &gpu, &slot, "\"\n\xc3\xbc\xc3", -1, 1700000003);
	refusal_expire(&refusals, 1 + REFUSAL_KEEP_NS);
}

/* Of storms in 20 VMs without series of their own, the worst are told by name. */
static void beyond(void)
{
	struct kvmmt_counters c = { .fault[KVMMT_FAULT_MAPPED] = 1 };
	char line[512], *text = NULL;
	size_t size = 0, i;
	FILE *f;

	model_sample(&model, 3 * S);
	for (i = 0; i < 20; i++)
		model_vm(&model, &(struct kvmmt_vm_key){ .vm = 0x1000 + i, .pid = 4194304 }, &c, "vm");
	set.limit = 0;
	series_update(&set, &model);
	for (i = 0; i < set.nr; i++)
		storm(set.all[i], 10000 + i * 7919 % 100);
	f = open_memstream(&text, &size);
	print(f, false);
	fclose(f);
	f = fmemopen(text, size, "r");
	while (fgets(line, sizeof(line), f))
		if (strstr(line, "kvmmt_vm_storm{") == line || strstr(line, "kvmmt_vm_storm_rate{") == line)
			fputs(line, stdout);
	fclose(f);
	free(text);
}

int main(int argc, char **argv)
{
	int kind;

	snprintf(host.release, sizeof(host.release), "6.12.117-kvmmt");
	host.fwb = YES;
	host.dic = NO;
	host.cacheable_pfnmap = UNKNOWN;
	host.tracepoint[KVMMT_KIND_S2_FAULT] = host.tracepoint[KVMMT_KIND_S2_INVALIDATE] = true;
	for (kind = 0; argc > 1 && kind < KVMMT_KIND_NR; kind++)
		host.tracepoint[kind] = KVMMT_TRACED & 1u << kind;
	sample(1);
	refuse();
	if (argc < 2) {
		puts("=== OpenMetrics, four VMs, three of them with series, a tracepoint missing");
		print(stdout, true);
	}
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		host.tracepoint[kind] = KVMMT_TRACED & 1u << kind;
	sample(2);
	alerts();
	if (argc < 2)
		puts("=== text, all tracepoints, a guest hypervisor, one of each is gone, one is new, storms");
	print(stdout, argc > 1 && !strcmp(argv[1], "openmetrics"));
	series_free(&set);
	model_free(&model);
	if (argc < 2) {
		puts("=== storms in 20 VMs beyond the limit");
		beyond();
		series_free(&set);
		model_free(&model);
	}
	return 0;
}
