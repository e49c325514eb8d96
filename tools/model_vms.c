// SPDX-License-Identifier: GPL-2.0
/* The VMs of a model: see model.h, and model_vms.h for what model.c does with them. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "model_vms.h"

static int compare(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_address(const void *a, const void *b)
{
	const struct kvmmt_vm_key *x = a, *y = b;
	int order = compare(x->vm, y->vm);

	return order ? order : compare(x->pid, y->pid);
}

int model_key_order(const void *a, const void *b)
{
	const struct kvmmt_vm_key *x = a, *y = b;
	int order = by_address(a, b);

	return order ? order : compare(x->generation, y->generation);
}

/* The trees hold VMs, whose first member is the key. */
static struct model_vm *find(void *const *tree, const struct kvmmt_vm_key *key,
			     int (*order)(const void *, const void *))
{
	struct model_vm **node = tfind(key, tree, order);

	return node ? *node : NULL;
}

static void free_vm(struct model_vm *vm)
{
	free(vm->refusals);
	free(vm->causes);
	free(vm->slots);
	free(vm->storm);
	free(vm->thrash);
	free(vm->vcpus);
	free(vm->vcpu_starts);
	free(vm);
}

void model_drop(struct model *m, struct model_vm *vm)
{
	const struct model_counts c = model_delta(&vm->start, &vm->now);

	model_add(&m->rest.now, &c);
	m->nr_rest++;
	m->nr_gone--;
	if (find(&m->latest, &vm->key, by_address) == vm)
		tdelete(vm, &m->latest, by_address);
	tdelete(vm, &m->by_key, model_key_order);
	free_vm(vm);
}

const struct model_vm *model_find(const struct model *m, __u64 vm, __u32 pid)
{
	const struct kvmmt_vm_key key = { .vm = vm, .pid = pid };

	return find(&m->latest, &key, by_address);
}

struct model_vm *model_vm_of(const struct model *m, const struct kvmmt_vm_key *key)
{
	return find(&m->by_key, key, model_key_order);
}

const struct model_vm *model_find_key(const struct model *m, const struct kvmmt_vm_key *key)
{
	return model_vm_of(m, key);
}

struct model_vm *model_add_vm(struct model *m, const struct kvmmt_vm_key *key)
{
	struct model_vm *vm, **node;

	if (m->nr_vms == m->room) {
		size_t room = m->room ? m->room * 2 : 64;
		struct model_vm **more = realloc(m->vms, room * sizeof(*more));

		if (!more)
			return NULL;
		m->vms = more;
		m->room = room;
	}
	vm = calloc(1, sizeof(*vm));
	if (!vm)
		return NULL;
	vm->key = *key;
	node = tsearch(vm, &m->latest, by_address);
	if (!node || !tsearch(vm, &m->by_key, model_key_order)) {
		if (node && *node == vm)
			tdelete(vm, &m->latest, by_address);
		free(vm);
		return NULL;
	}
	if ((*node)->key.generation < key->generation)
		*node = vm;
	m->vms[m->nr_vms++] = vm;
	return vm;
}

int model_slots(struct model *m, const struct vm_slots *s)
{
	struct model_vm *vm = (struct model_vm *)model_find(m, s->key.vm, s->key.pid);
	struct slot *copy;

	if (!vm)
		return 0;
	copy = s->nr ? malloc(s->nr * sizeof(*copy)) : NULL;
	if (s->nr && !copy)
		return -ENOMEM;
	if (copy)
		memcpy(copy, s->slots, s->nr * sizeof(*copy));
	free(vm->slots);
	vm->slots = copy;
	vm->nr_slots = s->nr;
	vm->slots_known = true;
	vm->more_slots = s->more;
	return 0;
}

static void keep(void *node)
{
	(void)node;	/* m->vms frees it */
}

void model_free(struct model *m)
{
	size_t i;

	tdestroy(m->latest, keep);
	tdestroy(m->by_key, keep);
	for (i = 0; i < m->nr_vms; i++)
		free_vm(m->vms[i]);
	free(m->vms);
	memset(m, 0, sizeof(*m));
}
