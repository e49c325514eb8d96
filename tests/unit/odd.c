// SPDX-License-Identifier: GPL-2.0
/*
 * A recording of what is rare, for recordings.sh: two VMs of one process, a refused
 * memslot and a refused fault, two losses, walks for a guest hypervisor, the marks of
 * a live run's four tables, and a host whose name needs care. Or a crowd: 16 vCPUs of
 * guest hypervisors more than are counted at one time. Or a storm: 15 seconds in which
 * ksmd takes page after page, and the guest takes them back. Or VMs with names in letters
 * that are not ASCII's: of one column, of two, and with marks that have none; each has a
 * memslot. Or refusals of memory that is known by its slot, by its file, or not at all, and
 * the end of a VMM.
 *   odd FILE [crowd | storm | names | memory]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kvmmt/maps.h>
#include "recording.h"

#define SECOND 1000000000ull
#define PAGE   4096ull

static struct writer *writer;
static int err;

static void name_vm(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	vm->process = 1000;
	strcpy(vm->name, "twin");
}

static void letters(void *ctx, struct vm_entry *vm, const char *comm)
{
	static const char *const names[] = { "größe-π", "数据库-东京", "cafe\u0301-3" };

	name_vm(ctx, vm, comm);
	strcpy(vm->name, names[(vm->vm & 0xfffff) / 0x6000 % 3]);
}

static struct kvmmt_event event(double s, int kind, int which)
{
	struct kvmmt_event e = {
		.time_ns = s * SECOND, .kind = kind, .vm = 0xffff800081000000ull + which * 0x6000ull,
		.pid = 1000, .vcpu = 0, .tid = 1001 + which, .comm = "CPU 0/KVM",
	};

	return e;
}

static void put(struct kvmmt_event e)
{
	err |= writer_event(writer, &e);
}

static void fault(double s, int which, __u64 ipa, __u16 reason)
{
	struct kvmmt_event e = event(s, KVMMT_KIND_S2_FAULT, which);

	e.s2_fault = (struct kvmmt_s2_fault){
		.fault_ipa = ipa, .ipa = ipa, .hva = 0xffff00000000ull + ipa, .pfn = ipa / PAGE,
		.size_bytes = PAGE, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_RAM | 0xf0,
		.flags = KVMMT_F_MAP_R | KVMMT_F_MAP_W | KVMMT_F_WRITE, .reason = reason,
		.memattr = reason == KVMMT_FAULT_MAPPED ? 0xf : KVMMT_MEMATTR_NONE,
		.ret = reason == KVMMT_FAULT_MAPPED ? 0 : -14,
	};
	put(e);
}

static void refuse_slot(double s, int which, __u64 ipa)
{
	struct kvmmt_event e = event(s, KVMMT_KIND_S2_SLOT, which);

	e.vcpu = -1;
	e.s2_slot = (struct kvmmt_s2_slot){
		.ipa = ipa, .size_bytes = 0x200000, .hva = 0xfffe00000000ull, .slot = 3,
		.reason = KVMMT_SLOT_UNSAFE_CACHEABLE, .ret = -22,
	};
	put(e);
}

static void lose(double from_s, double to_s, __u32 faults)
{
	struct kvmmt_event e = { .time_ns = to_s * SECOND, .kind = KVMMT_KIND_LOST };

	e.lost = (struct kvmmt_lost){ .first_ns = from_s * SECOND, .last_ns = to_s * SECOND };
	e.lost.count[KVMMT_KIND_S2_FAULT] = faults;
	put(e);
}

static void walk(double s, int which, __u64 lat_ns)
{
	struct kvmmt_event e = event(s, KVMMT_KIND_VNCR_WALK, which);

	e.vncr_walk = (struct kvmmt_vncr_walk){
		.va = 0x451000, .ipa = 0x40451000, .pfn = 0x51, .lat_ns = lat_ns,
		.reason = KVMMT_VNCR_WALK_FILLED, .entry = 3, .level = 3, .size_shift = 12,
	};
	put(e);
}

static void sample(double s, bool last)
{
	err |= writer_sample(writer, s * SECOND, last);
}

/* From second 100 of the host's clock to second 104. */
static void run(void)
{
	int i;

	sample(100, false);
	for (i = 0; i < 40; i++)
		fault(100.01 + i * 0.02, i % 2, 0x40000000 + i * 64 * PAGE, KVMMT_FAULT_MAPPED);
	sample(101, false);
	refuse_slot(101.2, 0, 0x80000000);
	fault(101.4, 0, 0x40000000, KVMMT_FAULT_UNSAFE_CACHEABLE);
	lose(101.5, 101.9, 7);
	sample(102, false);
	walk(102.1, 1, 1234);
	walk(102.2, 1, 56789);
	fault(102.5, 0, 0x40040000, KVMMT_FAULT_MAPPED);
	sample(103, false);
	lose(103.1, 103.2, 5);
	fault(103.9, 1, 0x50000000, KVMMT_FAULT_MAPPED);
	sample(104, true);
}

static void crowd(void)
{
	int i;

	for (i = 0; i < KVMMT_MAX_VCPUS + 16; i++) {
		struct kvmmt_event e = event(100 + i * 1e-5, KVMMT_KIND_VNCR_LOOKUP, i / 16);

		e.vcpu = i % 16;
		e.vncr_lookup.reason = KVMMT_VNCR_LOOKUP_HIT;
		put(e);
	}
}

static void storm(void)
{
	int i;

	put(event(99, KVMMT_KIND_S2_FAULT, 0));
	for (i = 0; i < 15 * 12000; i++) {
		struct kvmmt_event e = event(100 + i / 12000.0, KVMMT_KIND_S2_INVALIDATE, 0);
		struct kvmmt_event back = event(100.00001 + i / 12000.0, KVMMT_KIND_S2_FAULT, 0);

		snprintf(e.comm, sizeof(e.comm), "ksmd");
		e.s2_invalidate.start = back.s2_fault.ipa = (__u64)(i % 64) << 12;
		e.s2_invalidate.size_bytes = back.s2_fault.size_bytes = PAGE;
		put(e);
		put(back);
	}
}

/* By the fault's second */
static void tell_origin(void *ctx, const struct kvmmt_event *e, struct refused *to)
{
	__u64 second = e->time_ns / SECOND;

	(void)ctx;
	to->slot = second < 102 || second == 104 ? 3 : -1;
	to->killed = second == 104;
	if (second % 2)
		strcpy(to->backing, "file \"a\", b");
}

static void memory(void)
{
	int i;

	writer_ask_origins(writer, tell_origin);
	for (i = 0; i < 4; i++)
		fault(100 + i, 0, 0x40000000 + i * PAGE, KVMMT_FAULT_UNSAFE_CACHEABLE);
	fault(104, 0, 0x40000000 + 4 * PAGE, KVMMT_FAULT_NO_PFN);
	fault(105, 0, 0x40000000, KVMMT_FAULT_MAPPED);
}

/* Each with a memslot */
static void names(void)
{
	struct vm_slots slots = { .nr = 1, .slots[0] = { .size_bytes = 0x40000000, .ipa = 0x40000000,
							  .backing = "anonymous memory" } };
	int i;

	for (i = 0; i < 9; i++) {
		const struct kvmmt_event e = event(100, KVMMT_KIND_S2_FAULT, i);

		slots.key = (struct vm_slots_key){ e.vm, e.pid };
		if (i < 3)
			err |= writer_slots(writer, &slots, 100 * SECOND);
		fault(100 + i, i % 3, 0x40000000 + i * PAGE, KVMMT_FAULT_MAPPED);
	}
}

int main(int argc, char **argv)
{
	struct recording_info info = {
		.hostname = "odd\\host\"", .realtime_ns = 1795000000ull * SECOND,
		.host = { .machine = "aarch64", .release = "6.12", .page_size_bytes = PAGE,
			  .fwb = NO, .dic = NO },
	};
	const char *what = argc > 2 ? argv[2] : "";
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		info.host.tracepoint[kind] = KVMMT_TRACED >> kind & 1;
	writer = argc > 1 ? writer_new(&info, strcmp(what, "names") ? name_vm : letters, NULL) : NULL;
	if (!writer)
		return 2;
	err = writer_open(writer, argv[1]);
	if (!strcmp(what, "crowd"))
		crowd();
	else if (!strcmp(what, "storm"))
		storm();
	else if (!strcmp(what, "memory"))
		memory();
	else if (!strcmp(what, "names"))
		names();
	else
		run();
	err |= writer_close(writer);
	writer_free(writer);
	return err != 0;
}
