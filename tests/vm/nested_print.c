// SPDX-License-Identifier: GPL-2.0
/* What L1 and its L2s did, and what it came to, by name: -v. */
#include <stdio.h>

#include "nested.h"

#define OFFSET(name, encoding, offset) offset,
#define NAME(name, ...) #name,

const uint16_t reg_offsets[] = { L1_REGS(OFFSET) };
const char *const reg_names[] = { L1_REGS(NAME) };
const char *const tlbi_names[] = { TLBI_FORMS(NAME) };
const char *const at_names[] = { AT_FORMS(NAME) };

static void name_action(const struct l1_action *a, char *name, size_t bytes)
{
	switch (a->op) {
	case L1_STORE_64:
		snprintf(name, bytes, "store %#lx", a->a);
		break;
	case L1_LOAD_64:
		snprintf(name, bytes, "load %#lx", a->a);
		break;
	case L1_REG_READ:
	case L1_REG_WRITE:
		snprintf(name, bytes, "%s %s", a->op == L1_REG_READ ? "read" : "write",
			 reg_names[a->arg]);
		break;
	case L1_TLBI:
		snprintf(name, bytes, "TLBI %s %#lx", tlbi_names[a->arg], a->a);
		break;
	case L1_AT:
		snprintf(name, bytes, "AT %s %#lx", at_names[a->arg], a->a);
		break;
	case L1_RUN_L2:
		snprintf(name, bytes, "run L2 %u, %lu ops", a->arg, a->b);
		break;
	default:
		snprintf(name, bytes, "action %u", a->op);
	}
}

static void name_op(const struct l2_op *op, char *name, size_t bytes)
{
	static const char *const others[] = { "CurrentEL", "HVC", "ERET", "WFI", "load", "store", "RDVL" };
	uint32_t what = op->what & 0xffff;

	if (what < 2 * REG_COUNT)
		snprintf(name, bytes, "%s %s", what % 2 ? "write" : "read", reg_names[what / 2]);
	else
		snprintf(name, bytes, "%s", others[what - 2 * REG_COUNT]);
}

/* One result, for the user and for nested-diff.sh. */
static void print_result(int cpu, const char *who, const char *what, int err, struct seen s)
{
	printf("= %s vcpu %d: %s %s: ", check_suite, cpu, who, what);
	if (err)
		printf("KVM_RUN %d\n", err);
	else
		printf("%#lx esr %#lx far %#lx\n", s.value, s.esr, s.far);
}

void print_batch(const struct nv *nv, int cpu, uint32_t actions, uint32_t ops, int err)
{
	char name[64];

	for (uint32_t i = 0; i < actions; i++) {
		const struct l1_action *a = nv_action(nv, cpu, i);

		name_action(a, name, sizeof(name));
		print_result(cpu, "L1", name, err, (struct seen){ a->result, a->esr, a->far });
	}
	for (uint32_t i = 0; i < ops; i++) {
		const struct l2_op *op = nv_op(nv, cpu, i);

		name_op(op, name, sizeof(name));
		print_result(cpu, "L2", name, err, (struct seen){ op->result, op->esr, op->far });
	}
}
