// SPDX-License-Identifier: GPL-2.0
/* kvmmt stat's tables of a model: compared with tests/cases/tables.txt. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "nested.h"
#include "table.h"

#define S 1000000000ull

static struct model model;
static struct host host;

static void give_vm(__u64 vm, const char *comm, __u64 mapped, bool gone)
{
	const struct kvmmt_vm_key key = { .vm = vm, .pid = 4194304 + vm };
	const struct kvmmt_counters c = { .fault[KVMMT_FAULT_MAPPED] = mapped,
					  .mapped[KVMMT_S2_NORMAL] = mapped,
					  .mapped_bytes[KVMMT_S2_NORMAL] = mapped << 12,
					  .inval_bytes[KVMMT_INVAL_TEARDOWN] = gone };

	model_vm(&model, &key, &c, comm);
}

static int give_vcpu(__u64 vm, unsigned int vcpu, unsigned int t)
{
	const struct kvmmt_vcpu_key key = { .vm = { .vm = vm, .pid = 4194304 + vm }, .vcpu = vcpu };
	const struct kvmmt_vncr c = nested_vcpu(vcpu, t);

	return model_vcpu(&model, &key, &c);
}

enum { TEXT, JSON, CSV };

static void show(const char *title, int form, struct table t)
{
	struct table_row *rows;
	struct model_vm rest;
	size_t nr;

	t.host = &host;
	t.nested = model.nested;
	t.seconds = (double)(model.now_ns - (t.total ? model.start_ns : model.before_ns)) / S;
	rows = table_rows(&t, &model, &rest, &nr);
	table_sort(&t, rows, nr);
	printf("=== %s\n", title);
	if (form == JSON)
		table_json(&t, rows, nr, stdout);
	else if (form == CSV)
		table_csv(&t, rows, nr, true, stdout);
	else
		table_text(&t, rows, nr, stdout);
	free(rows);
}

int main(void)
{
	const struct field *some[] = { field_find("vm", 2), field_find("vncr_hit_ratio", 14),
				       field_find("vncr_walk_times", 15) };
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		host.tracepoint[kind] = KVMMT_TRACED & 1u << kind;
	model_sample(&model, S);
	give_vm(1, "schön", 10, false);
	show("no VM is a guest hypervisor", TEXT, (struct table){ 0 });
	show("no vCPUs", TEXT, (struct table){ .vcpus = true });
	give_vm(2, "nest", 20, false);
	give_vcpu(2, 1, 1);
	give_vcpu(2, 0, 1);
	model_sample(&model, 2 * S);
	give_vm(1, "schön", 30, false);
	give_vm(2, "nest", 21, false);
	give_vcpu(2, 0, 3);
	give_vcpu(2, 1, 2);
	printf("=== a vCPU of a VM that the model has not\n%d\n", give_vcpu(3, 0, 1));
	show("one of two VMs is a guest hypervisor", TEXT, (struct table){ .total = true });
	show("by hit ratio", TEXT, (struct table){ .sort = some[1] });
	show("vCPUs, of the interval", TEXT, (struct table){ .vcpus = true });
	show("vCPUs, total, by time of walks", TEXT,
	     (struct table){ .vcpus = true, .total = true, .sort = some[2] });
	show("vCPUs, some fields", TEXT,
	     (struct table){ .vcpus = true, .fields = some, .nr_fields = 3 });
	show("VMs as JSON", JSON, (struct table){ .total = true });
	show("vCPUs as JSON", JSON, (struct table){ .vcpus = true });
	show("vCPUs as CSV", CSV, (struct table){ .vcpus = true });
	show("some fields as CSV", CSV, (struct table){ .fields = some, .nr_fields = 3 });
	host.tracepoint[KVMMT_KIND_VNCR_LOOKUP] = false;
	show("without kvm_vncr_lookup", TEXT, (struct table){ .vcpus = true });
	model_reset(&model);
	model_sample(&model, 3 * S);
	give_vm(2, "nest", 21, true);
	give_vcpu(2, 0, 4);
	show("after a reset, its last", TEXT, (struct table){ .vcpus = true, .total = true });
	model_sample(&model, 4 * S + MODEL_MARK_NS);
	show("gone for long: a sum of vCPUs", TEXT, (struct table){ .vcpus = true, .total = true });
	show("gone for long: as JSON", JSON,
	     (struct table){ .vcpus = true, .total = true, .fields = some, .nr_fields = 3 });
	setlocale(LC_CTYPE, "C.UTF-8");
	give_vm(4, "データ-3", 7, false);
	give_vm(5, "cafe\u0301-3", 8, false);
	show("characters of two columns, and of none", TEXT, (struct table){ 0 });
	model_free(&model);
	return 0;
}
