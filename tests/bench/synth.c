// SPDX-License-Identifier: GPL-2.0
/*
 * A recording of VMs that boot, made up: as many events as asked for, the same
 * every time. What a guest boot's events look like was taken from the lab: each
 * vCPU goes through memory of its own, pages come in runs, some faults only widen
 * permissions, the host takes some pages away.
 *   synth FILE EVENTS [VMS [VCPUS [NESTED [SECONDS]]]]
 * NESTED events of 16 are of guest hypervisors' VNCR pseudo-TLBs; 0 if not given. It takes
 * 2.5 microseconds an event, or SECONDS in all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"

#define PAGE 4096ull

struct vcpu {
	__u64 ipa, pfn;
};

static __u64 seed = 88172645463325252ull;

static __u32 random_below(__u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 32) % n;
}

static void name_vm(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	vm->process = vm->pid;
	snprintf(vm->name, sizeof(vm->name), "vm-%u", vm->pid - 1000);
}

static void fault(struct kvmmt_event *e, struct vcpu *v, __u32 vm)
{
	bool relaxed = !random_below(8);

	if (!relaxed) {
		v->ipa = random_below(16) ? v->ipa + PAGE : 0x40000000 + random_below(1 << 18) * PAGE;
		v->pfn = random_below(4) ? v->pfn + 1 : 0x100000 + random_below(1 << 20);
	}
	e->kind = KVMMT_KIND_S2_FAULT;
	e->s2_fault = (struct kvmmt_s2_fault){
		.fault_ipa = v->ipa + 8 * random_below(64),
		.ipa = v->ipa,
		.hva = 0xffff80000000ull + vm * 0x100000000ull + v->ipa,
		.pfn = v->pfn,
		.size_bytes = PAGE,
		.vma = KVMMT_VMA_FOUND | KVMMT_VMA_RAM | 0xf0,
		.flags = KVMMT_F_MAP_R | KVMMT_F_MAP_W | KVMMT_F_FWB | KVMMT_F_DIC |
			 (relaxed ? KVMMT_F_MAP_X | KVMMT_F_EXEC | KVMMT_F_PERM :
			  random_below(3) ? KVMMT_F_WRITE : 0),
		.reason = relaxed ? KVMMT_FAULT_RELAXED : KVMMT_FAULT_MAPPED,
		.memattr = 6,
	};
	if (!random_below(100000)) {
		e->s2_fault.reason = KVMMT_FAULT_UNSAFE_CACHEABLE;
		e->s2_fault.memattr = KVMMT_MEMATTR_NONE;
		e->s2_fault.flags &= ~KVMMT_F_FWB;
		e->s2_fault.ret = -14;
	}
}

static void invalidate(struct kvmmt_event *e, const struct vcpu *v)
{
	e->kind = KVMMT_KIND_S2_INVALIDATE;
	e->vcpu = -1;
	e->tid = 60;
	memcpy(e->comm, "khugepaged", 10);
	e->s2_invalidate = (struct kvmmt_s2_invalidate){
		.start = v->ipa, .size_bytes = PAGE << random_below(3), .reason = KVMMT_INVAL_NOTIFIER,
	};
}

static void nested(struct kvmmt_event *e)
{
	if (random_below(8)) {
		e->kind = KVMMT_KIND_VNCR_LOOKUP;
		e->vncr_lookup = (struct kvmmt_vncr_lookup){
			.va = PAGE * random_below(64), .entry = random_below(16),
			.reason = random_below(8) ? KVMMT_VNCR_LOOKUP_HIT : KVMMT_VNCR_LOOKUP_VA,
		};
		return;
	}
	e->kind = KVMMT_KIND_VNCR_WALK;
	e->vncr_walk = (struct kvmmt_vncr_walk){
		.va = PAGE * random_below(64), .lat_ns = 1000 + random_below(20000),
		.reason = KVMMT_VNCR_WALK_FILLED, .size_shift = 12,
	};
}

int main(int argc, char **argv)
{
	__u64 nr = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, i, time_ns = 1000000000;
	__u32 vms = argc > 3 ? atoi(argv[3]) : 4, vcpus = argc > 4 ? atoi(argv[4]) : 4;
	__u32 nesting = argc > 5 ? atoi(argv[5]) : 0;
	double slower = argc > 6 ? atof(argv[6]) * 1e9 / 2500 / (double)nr : 1;
	struct recording_info info = {
		.hostname = "synth", .realtime_ns = 1795000000000000000ll,
		.host = { .machine = "aarch64", .release = "6.12", .page_size_bytes = PAGE,
			  .fwb = YES, .dic = YES, .tracepoint = { true, true, true } },
	};
	struct vcpu *all = calloc((size_t)vms * vcpus, sizeof(*all));
	struct writer *w;
	int err, kind;

	for (kind = 0; nesting && kind < KVMMT_KIND_NR; kind++)
		info.host.tracepoint[kind] = KVMMT_TRACED >> kind & 1;
	w = writer_new(&info, name_vm, NULL);
	if (!nr || !vms || !vcpus || !all || !w)
		return 2;
	err = writer_open(w, argv[1]);
	for (i = 0; i < nr && !err; i++) {
		__u32 which = random_below(vms * vcpus), vm = which / vcpus;
		struct kvmmt_event e = {
			.time_ns = time_ns += (__u64)((500 + random_below(4000)) * slower),
			.vm = 0xffff800081000000ull + vm * 0x6000ull,
			.pid = 1000 + vm,
			.vcpu = which % vcpus,
			.tid = 2000 + which,
			.cpu = which % 64,
		};

		snprintf(e.comm, sizeof(e.comm), "CPU %u/KVM", e.vcpu);
		if (nesting && random_below(16) < nesting)
			nested(&e);
		else if (random_below(16))
			fault(&e, &all[which], vm);
		else
			invalidate(&e, &all[which]);
		err = writer_event(w, &e);
	}
	err = writer_close(w);
	printf("%llu events, %llu bytes, %.2f bytes an event\n", (unsigned long long)nr,
	       (unsigned long long)writer_count(w).bytes, (double)writer_count(w).bytes / (double)nr);
	writer_free(w);
	free(all);
	return err ? 1 : 0;
}
