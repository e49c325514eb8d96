// SPDX-License-Identifier: GPL-2.0
/* See model.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model_vms.h"

void model_sample(struct model *m, __u64 now_ns)
{
	bool too_many = m->nr_gone > MODEL_GONE;
	size_t i, k, kept = 0;

	if (!m->start_ns)
		m->start_ns = now_ns;
	m->before_ns = m->now_ns ? m->now_ns : now_ns;
	m->now_ns = now_ns;
	m->between = false;
	for (i = 0; i < m->nr_vms; i++) {
		struct model_vm *vm = m->vms[i];
		bool fresh = vm->between;

		if (!vm->between)
			vm->before = vm->now;
		vm->between = false;
		for (k = 0; k < vm->nr_causes; k++)
			vm->causes[k].before = vm->causes[k].now;
		for (k = 0; k < vm->nr_vcpus; k++) {
			if (!vm->vcpus[k].between)
				vm->vcpus[k].before = vm->vcpus[k].now;
			vm->vcpus[k].between = false;
		}
		if (vm->gone && !fresh && (too_many || (!m->keep_gone && model_age_ns(m, vm->seen_ns) > MODEL_MARK_NS)))
			model_drop(m, vm);
		else
			m->vms[kept++] = vm;
	}
	m->nr_vms = m->nr_ordered = kept;
}

static void identify(const struct model *m, struct model_vm *vm, const char *comm)
{
	struct vm_entry entry = { .vm = vm->key.vm, .pid = vm->key.pid };

	(m->identify ? m->identify : vm_identify)(m->identify_ctx, &entry, comm);
	vm->process = entry.process;
	vm->name_source = entry.name_source;
	memcpy(vm->name, entry.name, sizeof(vm->name));
}

int model_vm(struct model *m, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
	     const char *comm)
{
	struct model_vm *vm = model_vm_of(m, key);

	if (!vm) {
		vm = model_add_vm(m, key);
		if (!vm)
			return -ENOMEM;
		identify(m, vm, comm);
	}
	if (m->between && !vm->between) {
		vm->before = vm->now;
		vm->between = true;
	}
	vm->now.s2 = *c;
	vm->seen_ns = m->now_ns;
	if (!vm->gone && kvmmt_is_gone(c)) {
		vm->gone = true;
		m->nr_gone++;
	}
	return 0;
}

/* The VM's vCPU of this index, a new one if need be. NULL: no memory. */
static struct model_vcpu *find_vcpu(struct model_vm *vm, __u32 index)
{
	struct model_vcpu *more;
	size_t i = vm->nr_vcpus;

	while (i && vm->vcpus[i - 1].vcpu > index)
		i--;
	if (i && vm->vcpus[i - 1].vcpu == index)
		return &vm->vcpus[i - 1];
	more = vm->vcpus;
	/* There is room for the next power of two. */
	if (!(vm->nr_vcpus & (vm->nr_vcpus - 1)))
		more = realloc(vm->vcpus, (2 * vm->nr_vcpus + !vm->nr_vcpus) * sizeof(*more));
	if (!more)
		return NULL;
	vm->vcpus = more;
	memmove(more + i + 1, more + i, (vm->nr_vcpus++ - i) * sizeof(*more));
	more[i] = (struct model_vcpu){ .vcpu = index };
	return &more[i];
}

static int by_pid(const void *a, const void *b)
{
	const struct model_vm *x = *(struct model_vm *const *)a, *y = *(struct model_vm *const *)b;

	if (x->key.pid != y->key.pid)
		return x->key.pid < y->key.pid ? -1 : 1;
	return model_key_order(x, y);
}

void model_order(struct model *m)
{
	if (m->nr_ordered == m->nr_vms)
		return;
	qsort(m->vms + m->nr_ordered, m->nr_vms - m->nr_ordered, sizeof(*m->vms), by_pid);
	m->nr_ordered = m->nr_vms;
}

int model_vcpu(struct model *m, const struct kvmmt_vcpu_key *key, const struct kvmmt_vncr *c)
{
	struct model_vm *vm = model_vm_of(m, &key->vm);
	struct model_vcpu *v = vm ? find_vcpu(vm, key->vcpu) : NULL;

	if (!v)
		return vm ? -ENOMEM : -ENOENT;
	if (m->between && !v->between) {
		v->before = v->now;
		v->between = true;
	}
	counters_take(&vm->now.vncr, &v->now, sizeof(v->now));
	counters_add(&vm->now.vncr, c, sizeof(*c));
	v->now = *c;
	m->nested = true;
	return 0;
}

/* A place for another cause: the one that has done nothing for longest, or none. */
static struct model_cause *cause_place(struct model_vm *vm)
{
	size_t i;

	if (vm->nr_causes < MODEL_CAUSES)
		return &vm->causes[vm->nr_causes++];
	for (i = 0; i < MODEL_CAUSES; i++)
		if (vm->causes[i].now.count == vm->causes[i].before.count)
			return &vm->causes[i];
	return NULL;
}

int model_cause(struct model *m, const struct kvmmt_cause_key *key, const struct kvmmt_cause *c)
{
	struct model_vm *vm = model_vm_of(m, &key->vm);
	struct model_cause *cause;
	size_t i;

	if (!vm)
		return 0;
	if (!vm->causes)
		vm->causes = calloc(MODEL_CAUSES, sizeof(*vm->causes));
	if (!vm->causes)
		return -ENOMEM;
	for (i = 0; i < vm->nr_causes; i++)
		if (!memcmp(&vm->causes[i].key, key, sizeof(*key)))
			break;
	if (i == vm->nr_causes) {
		cause = cause_place(vm);
		if (!cause)
			return 0;
		*cause = (struct model_cause){ .key = *key };
	} else {
		cause = &vm->causes[i];
	}
	/* The kernel had forgotten it, and it began anew. */
	if (c->count < cause->before.count)
		memset(&cause->before, 0, sizeof(cause->before));
	cause->now = *c;
	return 0;
}

int model_cause_order(const void *a, const void *b)
{
	const struct model_cause *x = *(const struct model_cause *const *)a;
	const struct model_cause *y = *(const struct model_cause *const *)b;

	if (x->now.count != y->now.count)
		return x->now.count > y->now.count ? -1 : 1;
	return memcmp(&x->key, &y->key, sizeof(x->key));
}

void model_rename(struct model *m)
{
	char name[VM_NAME_LEN];
	size_t i;

	for (i = 0; i < m->nr_vms; i++) {
		enum vm_name_source source = vm_name(m->vms[i]->key.pid, "", name);

		/* Of a process that is gone the last name is the better one. */
		if (!strcmp(name, "?"))
			continue;
		m->vms[i]->name_source = source;
		memcpy(m->vms[i]->name, name, sizeof(name));
	}
}

static int reset_vcpus(struct model_vm *vm)
{
	struct model_vcpu_start *starts;
	size_t i;

	if (!vm->nr_vcpus)
		return 0;
	starts = calloc(vm->nr_vcpus, sizeof(*starts));
	if (!starts)
		return -ENOMEM;
	for (i = 0; i < vm->nr_vcpus; i++)
		starts[i] = (struct model_vcpu_start){ vm->vcpus[i].vcpu, vm->vcpus[i].now };
	free(vm->vcpu_starts);
	vm->vcpu_starts = starts;
	vm->nr_vcpu_starts = vm->nr_vcpus;
	return 0;
}

int model_reset(struct model *m)
{
	size_t i;
	int err = 0;

	m->start_ns = m->now_ns;
	for (i = 0; i < m->nr_vms && !err; i++) {
		m->vms[i]->start = m->vms[i]->now;
		err = reset_vcpus(m->vms[i]);
	}
	m->nr_rest = 0;
	memset(&m->rest, 0, sizeof(m->rest));
	return err;
}

static int by_vcpu(const void *vcpu, const void *start)
{
	__u64 x = *(const __u64 *)vcpu, y = ((const struct model_vcpu_start *)start)->vcpu;

	return x < y ? -1 : x > y;
}

struct kvmmt_vncr model_vcpu_total(const struct model_vm *vm, const struct model_vcpu *v)
{
	const struct model_vcpu_start *start = NULL;
	const __u64 vcpu = v->vcpu;

	if (vm->nr_vcpu_starts)
		start = bsearch(&vcpu, vm->vcpu_starts, vm->nr_vcpu_starts, sizeof(*start),
				by_vcpu);
	return start ? model_vncr_delta(&start->counts, &v->now) : v->now;
}

struct model_counts model_delta(const struct model_counts *from, const struct model_counts *to)
{
	struct model_counts d = *to;

	counters_take(&d, from, sizeof(d));
	d.s2.refused_ns = to->s2.refused_ns; /* these are no counts */
	d.s2.vcpus = to->s2.vcpus;
	return d;
}

struct kvmmt_vncr model_vncr_delta(const struct kvmmt_vncr *from, const struct kvmmt_vncr *to)
{
	struct kvmmt_vncr d = *to;

	counters_take(&d, from, sizeof(d));
	return d;
}

void model_add(struct model_counts *sum, const struct model_counts *c)
{
	counters_add_s2(&sum->s2, &c->s2);
	counters_add(&sum->vncr, &c->vncr, sizeof(sum->vncr));
}

__u64 model_age_ns(const struct model *m, __u64 time_ns)
{
	return m->now_ns > time_ns ? m->now_ns - time_ns : 0;
}

bool model_marked(const struct model *m, const struct model_vm *vm)
{
	return vm->now.s2.refused_ns && model_age_ns(m, vm->now.s2.refused_ns) < MODEL_MARK_NS;
}
