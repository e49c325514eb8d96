// SPDX-License-Identifier: GPL-2.0
/* kvmmt features: what this host has, and what each missing thing costs. */
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "kvmmt.h"
#include "names.h"

struct feature {
	const char *name;
	enum tri has;
	const char *source;	/* where the answer comes from */
	const char *cost;	/* of not having it */
};

static bool as_json;

static error_t parse(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key == ARGP_KEY_ARG)
		argp_error(state, "takes no arguments");
	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	as_json = true;
	return 0;
}

static enum tri yes_no(bool b)
{
	return b ? YES : NO;
}

static void print(const struct feature *f)
{
	static const char *const words[] = { [NO] = "no", [YES] = "yes", [UNKNOWN] = "unknown" };

	printf("%-19s %-8s (%s)\n", f->name, words[f->has], f->source);
	if (f->has == NO)
		printf("%-19s without it: %s\n", "", f->cost);
}

static void add_json(struct json *j, const struct feature *f)
{
	if (f->has == UNKNOWN)
		json_null(j, f->name);
	else
		json_bool(j, f->name, f->has == YES);
}

int cmd_features(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "json", 'j', NULL, 0, "as one JSON object", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		options, parse, NULL,
		"Show what this host has that decides stage-2 memory types and what kvmmt can see "
		"of them, and what each missing thing costs.",
		NULL, NULL, NULL
	};
	struct host h;
	const char *obstacle;
	struct json j;
	size_t i;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	host_read(&h);
	const struct feature features[] = {
		{ "arm64", yes_no(h.arm64), "machine", "kvmmt has nothing to watch" },
		{ "kvm", h.kvm, "/dev/kvm", "no VM can run here" },
		{ "FWB", h.fwb, "ID_AA64MMFR2_EL1 as KVM shows it",
		  "cacheable PFNMAP memory is refused: a guest could bypass the host's cache" },
		{ "DIC", h.dic, "CTR_EL0",
		  "cacheable PFNMAP memory is refused: KVM cannot invalidate its instruction cache lines" },
		{ "IDC", h.idc, "CTR_EL0", "KVM cleans data caches for every page it gives a guest" },
		{ "cacheable_pfnmap", h.cacheable_pfnmap, "KVM_CHECK_EXTENSION 243",
		  "device memory that its driver maps cacheable cannot back a memslot" },
		{ "nested", h.el2, "KVM_CHECK_EXTENSION 240", "no guest hypervisors" },
		{ "BTF", yes_no(h.btf), "/sys/kernel/btf/vmlinux",
		  "no event can be read: the kernel needs CONFIG_DEBUG_INFO_BTF" },
		{ "kvm_s2_fault", yes_no(h.tracepoint[KVMMT_KIND_S2_FAULT]), "BTF",
		  "no faults, memory types or refused faults; the kernel needs kernel-patches/" },
		{ "kvm_s2_slot", yes_no(h.tracepoint[KVMMT_KIND_S2_SLOT]), "BTF",
		  "no refused memslots; the kernel needs kernel-patches/" },
		{ "kvm_s2_invalidate", yes_no(h.tracepoint[KVMMT_KIND_S2_INVALIDATE]), "BTF",
		  "no invalidations; the kernel needs kernel-patches/" },
		{ "kvm_vncr_lookup", yes_no(h.tracepoint[KVMMT_KIND_VNCR_LOOKUP]), "BTF",
		  "no hit ratio of the VNCR pseudo-TLB; the kernel needs kernel-patches/" },
		{ "kvm_vncr_walk", yes_no(h.tracepoint[KVMMT_KIND_VNCR_WALK]), "BTF",
		  "no walks for VNCR_EL2, nor what they took; the kernel needs kernel-patches/" },
		{ "kvm_vncr_invalidate", yes_no(h.tracepoint[KVMMT_KIND_VNCR_INVALIDATE]), "BTF",
		  "no invalidations of the VNCR pseudo-TLB; the kernel needs kernel-patches/" },
		{ "kvm_nested_tlbi", yes_no(h.tracepoint[KVMMT_KIND_NESTED_TLBI]), "BTF",
		  "no TLBIs of guest hypervisors; the kernel needs kernel-patches/" },
	};

	if (as_json) {
		json_begin(&j, stdout);
		json_string(&j, "machine", h.machine);
		json_string(&j, "release", h.release);
		json_number(&j, "page_size_bytes", h.page_size_bytes);
		for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
			add_json(&j, &features[i]);
		json_end(&j);
		return 0;
	}
	printf("%s, Linux %s, pages of %ld bytes\n\n", h.machine, h.release, h.page_size_bytes);
	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		print(&features[i]);
	obstacle = host_obstacle(&h);
	printf("\n%s\n", obstacle ? obstacle : "kvmmt can watch this host.");
	return 0;
}
