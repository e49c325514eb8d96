// SPDX-License-Identifier: GPL-2.0
/* See field.h. */
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "names.h"

#define COUNTER(function, expression)                             \
	static __u64 function(const struct kvmmt_counters *c)     \
	{                                                         \
		return expression;                                \
	}

static __u64 sum(const __u64 *values, size_t nr)
{
	__u64 s = 0;

	while (nr--)
		s += values[nr];
	return s;
}

COUNTER(normal, c->mapped[KVMMT_S2_NORMAL])
COUNTER(normal_nc, c->mapped[KVMMT_S2_NORMAL_NC])
COUNTER(ngnre, c->mapped[KVMMT_S2_DEVICE_nGnRE])
COUNTER(ngnrne, c->mapped[KVMMT_S2_DEVICE_nGnRnE])
COUNTER(other, c->mapped[KVMMT_S2_OTHER])
COUNTER(mapped_bytes, sum(c->mapped_bytes, KVMMT_S2_NR))
COUNTER(relaxed, c->fault[KVMMT_FAULT_RELAXED])
COUNTER(retried, counters_outcome(c, KVMMT_OUTCOME_RETRIED))
COUNTER(refused, counters_outcome(c, KVMMT_OUTCOME_REFUSED))
COUNTER(refusals, counters_outcome(c, KVMMT_OUTCOME_REFUSED) + counters_refused_slots(c))
COUNTER(unsafe, c->fault[KVMMT_FAULT_UNSAFE_CACHEABLE] + c->slot[KVMMT_SLOT_UNSAFE_CACHEABLE])
COUNTER(injected, counters_outcome(c, KVMMT_OUTCOME_INJECTED))
COUNTER(slots, c->slot[KVMMT_SLOT_ACCEPTED])
COUNTER(slots_refused, counters_refused_slots(c))
COUNTER(invals, counters_invalidations(c))
COUNTER(inval_bytes, sum(c->inval_bytes, KVMMT_INVAL_NR + 1))
COUNTER(inval_shadow, c->inval_shadow)
COUNTER(inval_notifier, c->inval[KVMMT_INVAL_NOTIFIER])
COUNTER(inval_memslot, c->inval[KVMMT_INVAL_MEMSLOT])
COUNTER(inval_wp, c->inval[KVMMT_INVAL_WRITE_PROTECT])
COUNTER(inval_tlbi, c->inval[KVMMT_INVAL_GUEST_TLBI])
COUNTER(inval_reuse, c->inval[KVMMT_INVAL_SHADOW_REUSE])
COUNTER(inval_reset, c->inval[KVMMT_INVAL_VCPU_RESET])
COUNTER(inval_teardown, c->inval[KVMMT_INVAL_TEARDOWN])

#define FAULT (1u << KVMMT_KIND_S2_FAULT)
#define SLOT  (1u << KVMMT_KIND_S2_SLOT)
#define INVAL (1u << KVMMT_KIND_S2_INVALIDATE)
#define NONE  0

const struct field fields[] = {
	{ "vm", "VM", 14, FIELD_NAME, false, NONE, NULL, "name of the VM, else of its process" },
	{ "pid", "PID", 7, FIELD_PID, false, NONE, NULL, "process that has the VM" },
	{ "normal", "NORMAL", 6, FIELD_COUNT, false, FAULT, normal,
	  "faults mapped Normal cacheable" },
	{ "normal_nc", "NC", 6, FIELD_COUNT, false, FAULT, normal_nc,
	  "faults mapped Normal non-cacheable" },
	{ "ngnre", "nGnRE", 6, FIELD_COUNT, false, FAULT, ngnre, "faults mapped Device-nGnRE" },
	{ "ngnrne", "nGnRnE", 6, FIELD_COUNT, false, FAULT, ngnrne, "faults mapped Device-nGnRnE" },
	{ "mapped_bytes", "MAPPED", 6, FIELD_BYTES, false, FAULT, mapped_bytes,
	  "bytes newly mapped" },
	{ "retried", "RETRY", 5, FIELD_COUNT, false, FAULT, retried,
	  "faults that the guest takes again, because the host or another vCPU was faster" },
	{ "refusals", "REFUSE", 6, FIELD_COUNT, false, FAULT | SLOT, refusals,
	  "faults and memslot changes refused" },
	{ "invalidations", "INVAL", 6, FIELD_COUNT, false, INVAL, invals,
	  "stage-2 ranges invalidated, for all reasons" },
	{ "refused", "FAULTRF", 7, FIELD_COUNT, true, FAULT, refused,
	  "faults refused: KVM_RUN failed" },
	{ "slots_refused", "SLOTREF", 7, FIELD_COUNT, true, SLOT, slots_refused,
	  "memslot changes refused" },
	{ "other", "OTHER", 6, FIELD_COUNT, true, FAULT, other,
	  "faults mapped with an encoding that kvmmt does not know" },
	{ "relaxed", "RELAX", 6, FIELD_COUNT, true, FAULT, relaxed,
	  "faults that only widened permissions (also counted by type)" },
	{ "unsafe", "UNSAFE", 6, FIELD_COUNT, true, FAULT | SLOT, unsafe,
	  "faults and slots refused as unsafe cacheable PFNMAP" },
	{ "injected", "ABORT", 6, FIELD_COUNT, true, FAULT, injected,
	  "faults answered with an abort into the guest" },
	{ "slots", "SLOTS", 6, FIELD_COUNT, true, SLOT, slots, "memslot changes accepted" },
	{ "inval_bytes", "INVBYTE", 7, FIELD_BYTES, true, INVAL, inval_bytes,
	  "bytes invalidated in the VM's own stage 2" },
	{ "inval_shadow", "SHADOW", 6, FIELD_COUNT, true, INVAL, inval_shadow,
	  "invalidations of nested guests' shadow stage 2" },
	{ "inval_notifier", "NOTIF", 6, FIELD_COUNT, true, INVAL, inval_notifier,
	  "invalidations by the host's memory management" },
	{ "inval_memslot", "MEMSLOT", 7, FIELD_COUNT, true, INVAL, inval_memslot,
	  "invalidations by a memslot change" },
	{ "inval_write_protect", "WRPROT", 6, FIELD_COUNT, true, INVAL, inval_wp,
	  "invalidations by dirty logging" },
	{ "inval_guest_tlbi", "TLBI", 6, FIELD_COUNT, true, INVAL, inval_tlbi,
	  "invalidations by a guest hypervisor's TLBI" },
	{ "inval_shadow_reuse", "REUSE", 6, FIELD_COUNT, true, INVAL, inval_reuse,
	  "invalidations because a shadow stage 2 changed hands" },
	{ "inval_vcpu_reset", "RESET", 6, FIELD_COUNT, true, INVAL, inval_reset,
	  "invalidations by initialising a vCPU again" },
	{ "inval_teardown", "DOWN", 6, FIELD_COUNT, true, INVAL, inval_teardown,
	  "invalidations because the VM goes away" },
};

const size_t nr_fields = sizeof(fields) / sizeof(fields[0]);

const struct field *field_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < nr_fields; i++)
		if (strlen(fields[i].name) == len && !strncmp(fields[i].name, name, len))
			return &fields[i];
	return NULL;
}

const char *field_short(__u64 value, enum field_type type, char *buf)
{
	static const char units[] = " KMGTPE";
	double step = type == FIELD_BYTES ? 1024 : 1000, v = value;
	int unit = 0;

	if (value < 10000 && (type != FIELD_BYTES || value < 1024)) {
		snprintf(buf, NAME_LEN, "%llu", (unsigned long long)value);
		return buf;
	}
	while (v >= step && unit < 6) {
		v /= step;
		unit++;
	}
	snprintf(buf, NAME_LEN, v < 99.95 ? "%.1f%c" : "%.0f%c", v, units[unit]);
	return buf;
}
