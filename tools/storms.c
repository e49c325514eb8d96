// SPDX-License-Identifier: GPL-2.0
/* See storms.h. */
#include <errno.h>
#include <stdlib.h>

#include "storms.h"

static int step(struct model *m, const struct storm_limits *l, struct model_vm *vm)
{
	if (!vm->storm)
		vm->storm = calloc(1, sizeof(*vm->storm));
	if (!vm->thrash && vm->nr_vcpus)
		vm->thrash = calloc(1, sizeof(*vm->thrash));
	if (!vm->storm || (!vm->thrash && vm->nr_vcpus))
		return -ENOMEM;
	m->nr_storms += storm_step(vm->storm, l, m, vm) == STORM_RAISED;
	if (vm->storm->spell.on)
		vm->storm_ns = m->now_ns;
	if (!vm->thrash)
		return 0;
	m->nr_thrashes += thrash_step(vm->thrash, l, m, vm) == STORM_RAISED;
	if (vm->thrash->spell.on)
		vm->storm_ns = m->now_ns;
	return 0;
}

int storms_step(struct model *m, const struct storm_limits *l)
{
	size_t i;
	int err = 0;

	for (i = 0; i < m->nr_vms && !err; i++)
		err = step(m, l, m->vms[i]);
	return err;
}

bool storms_marked(const struct model *m, const struct model_vm *vm)
{
	return vm->storm_ns && model_age_ns(m, vm->storm_ns) < MODEL_MARK_NS;
}
