// SPDX-License-Identifier: GPL-2.0
/* The rows of a table, from the model: see table.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* What the VM did, in one row or a row for each vCPU, to @rows; returns how many. */
static size_t vm_rows(const struct table *t, const struct model_vm *vm, struct table_row *rows)
{
	size_t i;

	if (!t->vcpus) {
		*rows = (struct table_row){
			.vm = vm,
			.counts = model_delta(t->total ? &vm->start : &vm->before, &vm->now),
		};
		return 1;
	}
	for (i = 0; i < vm->nr_vcpus; i++) {
		const struct model_vcpu *v = &vm->vcpus[i];

		rows[i] = (struct table_row){
			.vm = vm,
			.vcpu = v->vcpu,
			.counts.vncr = t->total ? model_vcpu_total(vm, v) :
						  model_vncr_delta(&v->before, &v->now),
		};
	}
	return vm->nr_vcpus;
}

/* Those that are gone and no longer told apart. */
static size_t rest_row(const struct table *t, const struct model *m, struct model_vm *rest,
		       struct table_row *row)
{
	static const struct kvmmt_vncr none;

	if (!m->nr_rest || (t->vcpus && !memcmp(&m->rest.now.vncr, &none, sizeof(none))))
		return 0;
	*rest = m->rest;
	snprintf(rest->name, sizeof(rest->name), "(%llu_gone)", (unsigned long long)m->nr_rest);
	*row = (struct table_row){ .vm = rest, .vcpu = TABLE_NO_VCPU, .counts = rest->now };
	return 1;
}

struct table_row *table_rows(const struct table *t, const struct model *m, struct model_vm *rest,
			     size_t *nr)
{
	size_t most = m->nr_vms + 1, i;
	struct table_row *rows;

	for (i = 0; t->vcpus && i < m->nr_vms; i++)
		most += m->vms[i]->nr_vcpus;
	*nr = 0;
	rows = calloc(most, sizeof(*rows));
	for (i = 0; rows && i < m->nr_vms; i++) {
		const struct model_vm *vm = m->vms[i];

		/* A VM that is gone is shown once more, with what it did last. */
		if (t->total || !vm->gone || memcmp(&vm->before, &vm->now, sizeof(vm->now)))
			*nr += vm_rows(t, vm, rows + *nr);
	}
	if (rows && t->total)
		*nr += rest_row(t, m, rest, rows + *nr);
	return rows;
}
