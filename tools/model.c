// SPDX-License-Identifier: GPL-2.0
/* See model.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

void model_sample(struct model *m, __u64 now_ns)
{
	size_t i;

	if (!m->start_ns)
		m->start_ns = now_ns;
	m->before_ns = m->now_ns ? m->now_ns : now_ns;
	m->now_ns = now_ns;
	for (i = 0; i < m->nr_vms; i++)
		m->vms[i].before = m->vms[i].now;
}

static struct model_vm *find(const struct model *m, __u64 vm, __u32 pid)
{
	size_t i;

	for (i = 0; i < m->nr_vms; i++)
		if (m->vms[i].key.vm == vm && m->vms[i].key.pid == pid)
			return &m->vms[i];
	return NULL;
}

const struct model_vm *model_find(const struct model *m, __u64 vm, __u32 pid)
{
	return find(m, vm, pid);
}

static struct model_vm *add(struct model *m, const struct kvmmt_vm_key *key)
{
	struct model_vm *vm;

	if (m->nr_vms == m->room) {
		size_t room = m->room ? m->room * 2 : 64;
		struct model_vm *more = realloc(m->vms, room * sizeof(*more));

		if (!more)
			return NULL;
		m->vms = more;
		m->room = room;
	}
	vm = &m->vms[m->nr_vms++];
	memset(vm, 0, sizeof(*vm));
	vm->key = *key;
	return vm;
}

int model_vm(struct model *m, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
	     const char *comm)
{
	struct model_vm *vm = find(m, key->vm, key->pid);

	if (!vm) {
		vm = add(m, key);
		if (!vm)
			return -ENOMEM;
		vm_name(key->pid, comm, vm->name);
	}
	vm->now = *c;
	/* A teardown is the VM's last event; a reused address counts on from there. */
	vm->gone = c->inval[KVMMT_INVAL_TEARDOWN] > 0;
	return 0;
}

void model_refusal(struct model *m, const struct kvmmt_event *e)
{
	m->refusals[m->nr_refusals++ % MODEL_REFUSALS] = *e;
}

void model_reset(struct model *m)
{
	size_t i;

	m->start_ns = m->now_ns;
	for (i = 0; i < m->nr_vms; i++)
		m->vms[i].start = m->vms[i].now;
}

void model_free(struct model *m)
{
	free(m->vms);
	memset(m, 0, sizeof(*m));
}

struct kvmmt_counters model_delta(const struct kvmmt_counters *from,
				  const struct kvmmt_counters *to)
{
	struct kvmmt_counters d = *to;
	__u64 *x = (__u64 *)&d;
	const __u64 *f = (const __u64 *)from;
	size_t i, nr = offsetof(struct kvmmt_counters, refused_ns) / sizeof(*x);

	for (i = 0; i < nr; i++)
		x[i] -= f[i];
	return d;
}

__u64 counters_outcome(const struct kvmmt_counters *c, enum kvmmt_outcome outcome)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= KVMMT_FAULT_NR; i++)
		if (kvmmt_fault_outcome(i) == outcome)
			sum += c->fault[i];
	return sum;
}

__u64 counters_refused_slots(const struct kvmmt_counters *c)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= KVMMT_SLOT_NR; i++)
		if (i != KVMMT_SLOT_ACCEPTED)
			sum += c->slot[i];
	return sum;
}

__u64 counters_invalidations(const struct kvmmt_counters *c)
{
	__u64 sum = 0;
	int i;

	for (i = 0; i <= KVMMT_INVAL_NR; i++)
		sum += c->inval[i];
	return sum;
}
