// SPDX-License-Identifier: GPL-2.0
/* See model_image.h. */
#include <errno.h>
#include <stdlib.h>

#include "model_image.h"
#include "model_vms.h"
#include "storms.h"

static size_t vcpu_starts_bytes(const struct model_vm *vm)
{
	return vm->nr_vcpu_starts * sizeof(*vm->vcpu_starts);
}

static size_t refusals_bytes(const struct model_vm *vm)
{
	return vm->refusals ? MODEL_REFUSALS * sizeof(*vm->refusals) : 0;
}

static size_t causes_bytes(const struct model_vm *vm)
{
	return vm->causes ? MODEL_CAUSES * sizeof(*vm->causes) : 0;
}

static size_t slots_bytes(const struct model_vm *vm)
{
	return vm->nr_slots * sizeof(*vm->slots);
}

static size_t storm_bytes(const struct model_vm *vm)
{
	return vm->storm ? sizeof(*vm->storm) : 0;
}

static size_t thrash_bytes(const struct model_vm *vm)
{
	return vm->thrash ? sizeof(*vm->thrash) : 0;
}

/*
 * What came between two samples, instead of what was before, is mostly 0, which costs
 * nothing; and done again it is what was before.
 */
static void exchange_before(struct model_vcpu *v)
{
	const __u64 *now = (const __u64 *)&v->now;
	__u64 *before = (__u64 *)&v->before;
	size_t i;

	for (i = 0; i < sizeof(v->now) / sizeof(*now); i++)
		before[i] = now[i] - before[i];
}

static void put_vcpus(const struct model_vm *vm, struct image *to)
{
	struct model_vcpu v;
	size_t i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		v = vm->vcpus[i];
		exchange_before(&v);
		image_put(to, &v, sizeof(v));
	}
}

static const __u64 *skip_vcpus(const __u64 *from, size_t nr)
{
	while (nr--)
		from = image_skip(from, sizeof(struct model_vcpu));
	return from;
}

static void put_vm(const struct model_vm *vm, struct image *to)
{
	image_put(to, vm, sizeof(*vm));
	put_vcpus(vm, to);
	image_put(to, vm->vcpu_starts, vcpu_starts_bytes(vm));
	image_put(to, vm->refusals, refusals_bytes(vm));
	image_put(to, vm->causes, causes_bytes(vm));
	image_put(to, vm->slots, slots_bytes(vm));
	image_put(to, vm->storm, storm_bytes(vm));
	image_put(to, vm->thrash, thrash_bytes(vm));
}

void model_put(const struct model *m, struct image *to)
{
	size_t i;

	image_put(to, m, sizeof(*m));
	for (i = 0; i < m->nr_vms; i++)
		put_vm(m->vms[i], to);
}

/* With room for as many as model.c believes there to be: the next power of two. */
static struct model_vcpu *take_vcpus(const __u64 **from, size_t nr, int *err)
{
	struct model_vcpu *vcpus;
	size_t room = 1, i;

	while (room < nr)
		room *= 2;
	vcpus = nr ? malloc(room * sizeof(*vcpus)) : NULL;
	if (nr && !vcpus)
		*err = -ENOMEM;
	for (i = 0; vcpus && i < nr; i++) {
		*from = image_get(*from, &vcpus[i], sizeof(*vcpus));
		exchange_before(&vcpus[i]);
	}
	return vcpus;
}

static int take_vm(struct model *m, const __u64 **from)
{
	struct model_vm was, *vm;
	int err = 0;

	*from = image_get(*from, &was, sizeof(was));
	vm = model_add_vm(m, &was.key);
	if (!vm)
		return -ENOMEM;
	was.vcpus = take_vcpus(from, was.nr_vcpus, &err);
	was.vcpu_starts = err ? NULL : image_take(from, vcpu_starts_bytes(&was), &err);
	was.refusals = err ? NULL : image_take(from, refusals_bytes(&was), &err);
	was.causes = err ? NULL : image_take(from, causes_bytes(&was), &err);
	was.slots = err ? NULL : image_take(from, slots_bytes(&was), &err);
	was.storm = err ? NULL : image_take(from, storm_bytes(&was), &err);
	was.thrash = err ? NULL : image_take(from, thrash_bytes(&was), &err);
	*vm = was;
	return err;
}

int model_take(struct model *m, const __u64 **from)
{
	size_t nr;
	int err = 0;

	*from = image_get(*from, m, sizeof(*m));
	nr = m->nr_vms;
	m->vms = NULL;
	m->nr_vms = m->room = 0;
	m->by_key = m->latest = NULL;
	while (!err && m->nr_vms < nr)
		err = take_vm(m, from);
	return err;
}

bool model_find_in_image(const __u64 *from, const struct kvmmt_vm_key *key, struct model *m,
			 struct model_vm *vm)
{
	size_t i;

	from = image_get(from, m, sizeof(*m));
	for (i = 0; i < m->nr_vms; i++) {
		from = image_get(from, vm, sizeof(*vm));
		if (!model_key_order(&vm->key, key))
			return true;
		from = skip_vcpus(from, vm->nr_vcpus);
		from = image_skip(from, vcpu_starts_bytes(vm));
		from = image_skip(from, refusals_bytes(vm));
		from = image_skip(from, causes_bytes(vm));
		from = image_skip(from, slots_bytes(vm));
		from = image_skip(from, storm_bytes(vm));
		from = image_skip(from, thrash_bytes(vm));
	}
	return false;
}
