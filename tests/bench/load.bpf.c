// SPDX-License-Identifier: GPL-2.0
/*
 * kvmmt's programs, and one more: each system call with a number above LOAD_CALL is
 * made a stage-2 fault of a VM that the number tells. So the development host, which has
 * no KVM on arm64, gives events as fast as a process can call, and perf and trace-cmd
 * can record the very same calls.
 */
#include "../../bpf/kvmmt.bpf.c"
#include "load.h"

__u64 faults;

SEC("raw_tp/sys_enter")
int load(const __u64 *ctx)
{
	__u64 call = ctx[1] - LOAD_CALL, vm, n;
	struct kvmmt_counters *c;
	struct kvmmt_event e;
	__u32 place, zero = 0;

	if (call >= LOAD_CALLS)
		return 0;
	n = __sync_fetch_and_add(&faults, 1);
	vm = LOAD_VM(call / LOAD_VCPUS);
	place = kvmmt_place(vm);
	if (counting[place] == vm)
		c = bpf_map_lookup_elem(&places, &place);
	else
		c = find_counters(vm, bpf_get_current_pid_tgid() >> 32);
	if (c)
		kvmmt_count_fault(c, KVMMT_FAULT_MAPPED, 6, KVMMT_F_FWB, 4096);
	if (!bpf_map_lookup_elem(&rings, &zero))
		return 0;
	e = (struct kvmmt_event){
		.vm = vm,
		.pid = bpf_get_current_pid_tgid() >> 32,
		.vcpu = call % LOAD_VCPUS,
		.kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = {
			.fault_ipa = 0x40000000 + n * 4096,
			.ipa = 0x40000000 + n * 4096,
			.hva = 0xffff80000000ull + n * 4096,
			.pfn = 0x100000 + n,
			.size_bytes = 4096,
			.vma = KVMMT_VMA_FOUND | KVMMT_VMA_RAM | 0xf0,
			.flags = KVMMT_F_MAP_R | KVMMT_F_MAP_W | KVMMT_F_FWB | KVMMT_F_DIC | KVMMT_F_WRITE,
			.reason = KVMMT_FAULT_MAPPED,
			.memattr = 6,
		},
	};
	return stream(&e, KVMMT_KIND_S2_FAULT, false);
}
