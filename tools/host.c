// SPDX-License-Identifier: GPL-2.0
/* See host.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <linux/kvm.h>
#include <bpf/btf.h>

#include "host.h"
#include "names.h"

#ifndef KVM_CAP_ARM_EL2
#define KVM_CAP_ARM_EL2 240
#endif
#ifndef KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED
#define KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED 243
#endif

static void read_tracepoints(struct host *h)
{
	struct btf *btf = access("/sys/kernel/btf/vmlinux", R_OK) ? NULL : btf__load_vmlinux_btf();
	unsigned int kind;

	h->btf = btf;
	for (kind = 0; btf && kind < KVMMT_KIND_NR; kind++) {
		char type[64];

		snprintf(type, sizeof(type), "btf_trace_kvm_%s", name_kind(kind));
		h->tracepoint[kind] = btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF) > 0;
	}
	btf__free(btf);
}

#ifdef __aarch64__
static enum tri bit(unsigned long value, int bit)
{
	return value >> bit & 1 ? YES : NO;
}

/* CTR_EL0 is readable at EL0, or emulated with the system-wide safe value. */
static void read_cache_type(struct host *h)
{
	unsigned long ctr;

	asm("mrs %0, ctr_el0" : "=r"(ctr));
	h->idc = bit(ctr, 28);
	h->dic = bit(ctr, 29);
}

/*
 * ID_AA64MMFR2_EL1.FWB (bits 43:40) is hidden from EL0, but KVM shows it to
 * guests as the host has it: ask for a guest's.
 */
static enum tri read_fwb(int vm)
{
	struct kvm_vcpu_init init = { 0 };
	__u64 mmfr2 = 0;
	struct kvm_one_reg reg = {
		.id = ARM64_SYS_REG(3, 0, 0, 7, 2),
		.addr = (__u64)&mmfr2,
	};
	enum tri fwb = UNKNOWN;
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);

	if (vcpu < 0)
		return UNKNOWN;
	if (!ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) && !ioctl(vcpu, KVM_ARM_VCPU_INIT, &init) &&
	    !ioctl(vcpu, KVM_GET_ONE_REG, &reg))
		fwb = mmfr2 >> 40 & 0xf ? YES : NO;
	close(vcpu);
	return fwb;
}
#else
static void read_cache_type(struct host *h)
{
	(void)h;
}

static enum tri read_fwb(int vm)
{
	(void)vm;
	return UNKNOWN;
}
#endif

static void read_kvm(struct host *h)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm;

	if (kvm < 0) {
		h->kvm = access("/dev/kvm", F_OK) ? NO : UNKNOWN;
		return;
	}
	h->kvm = YES;
	vm = h->arm64 ? ioctl(kvm, KVM_CREATE_VM, 0) : -1;
	if (vm >= 0) {
		h->fwb = read_fwb(vm);
		h->el2 = ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_EL2) > 0 ? YES : NO;
		h->cacheable_pfnmap =
			ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED) > 0 ?
				YES :
				NO;
		close(vm);
	}
	close(kvm);
}

bool host_locked_down(const char *path)
{
	FILE *f = fopen(path, "re");
	char modes[64] = "";

	if (!f)
		return false;
	if (!fgets(modes, sizeof(modes), f))
		modes[0] = '\0';
	fclose(f);
	return strstr(modes, "[confidentiality]");
}

void host_read(struct host *h)
{
	struct utsname uts;

	memset(h, 0, sizeof(*h));
	h->kvm = h->fwb = h->dic = h->idc = h->el2 = h->cacheable_pfnmap = UNKNOWN;
	uname(&uts);
	snprintf(h->machine, sizeof(h->machine), "%s", uts.machine);
	snprintf(h->release, sizeof(h->release), "%s", uts.release);
	h->arm64 = !strcmp(uts.machine, "aarch64");
	h->locked_down = host_locked_down("/sys/kernel/security/lockdown");
	h->page_size_bytes = sysconf(_SC_PAGESIZE);
	read_cache_type(h);
	read_tracepoints(h);
	read_kvm(h);
}

bool host_has(const struct host *h, __u32 kinds)
{
	unsigned int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (kinds & 1u << kind && h->tracepoint[kind])
			return true;
	return false;
}

bool host_missing(const struct host *h, __u32 kinds, char *buf, size_t len)
{
	/* Kernels of before the VNCR pseudo-TLB lack all four. */
	bool no_vncr = (kinds & KVMMT_VNCR_KINDS) == KVMMT_VNCR_KINDS &&
		       !host_has(h, KVMMT_VNCR_KINDS);
	unsigned int kind;
	size_t used = 0;

	buf[0] = '\0';
	if (no_vncr)
		kinds &= ~KVMMT_VNCR_KINDS;
	for (kind = 0; kind < KVMMT_KIND_NR && used < len; kind++)
		if (kinds & 1u << kind && !h->tracepoint[kind])
			used += snprintf(buf + used, len - used, "%s kvm_%s", used ? "," : "",
					 name_kind(kind));
	if (no_vncr && used < len)
		snprintf(buf + used, len - used, "%s kvm_vncr_*, kvm_nested_tlbi", used ? "," : "");
	return buf[0];
}

static const char *no_bpf(const struct host *h)
{
	if (!h->arm64)
		return "this machine is not arm64: kvmmt watches KVM on arm64 hosts";
	if (!h->btf)
		return "/sys/kernel/btf/vmlinux: cannot be read: "
		       "the kernel needs CONFIG_DEBUG_INFO_BTF";
	return NULL;
}

const char *host_no_slots(const struct host *h)
{
	if (h->locked_down)
		return "kernel lockdown is in confidentiality mode: memslots cannot be read";
	return no_bpf(h);
}

const char *host_obstacle(const struct host *h)
{
	const char *obstacle = no_bpf(h);

	if (obstacle)
		return obstacle;
	if (host_has(h, KVMMT_TRACED))
		return NULL;
	return "this kernel has none of the kvm_s2_* tracepoints: "
	       "it needs the patches of kvmmt's kernel-patches/ (docs/install.md)";
}
