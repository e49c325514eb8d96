// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of nested virtualization with the guest hypervisor of l1/, by name:
 *   nested [-v] [-c] [-s SEED] [-n BATCHES] [-p MICROSECONDS] [-j VCPUS]
 *          [-k CONTEXTS] TEST...
 * -v prints every single result; -c what L1 counted since the VM began. -s, -n, -p are
 * for random tests: the host takes a page every so many microseconds, 0 for never. -j
 * is how many vCPUs stress has, 1 to 4. -k and -n, contexts and switches, are for bench.
 * One VM serves all of them: on some kernels a vCPU with EL2 takes seconds to make.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "nested.h"

static const struct {
	const char *name;
	int cpus;
	void (*run)(struct env *e);
} tests[] = {
	{ "registers", 1, test_registers },
	{ "isolation", 1, test_isolation },
	{ "switch", 1, test_switch },
	{ "regime", 1, test_regime },
	{ "reuse", 1, test_reuse },
	{ "faults", 1, test_faults },
	{ "address", 1, test_address },
	{ "hcr", 1, test_hcr },
	{ "stage2", 1, test_stage2 },
	{ "ipas2", 1, test_ipas2 },
	{ "at", 1, test_at },
	{ "split", 1, test_split },
	{ "resumed", 1, test_resumed },
	{ "untold", 1, test_untold },
	{ "late", 2, test_late },
	{ "execute", 1, test_execute },
	{ "wide", 1, test_wide },
	{ "device", 1, test_device },
	{ "logged", 1, test_logged },
	{ "tables", 1, test_tables },
	{ "interrupts", 1, test_interrupts },
	{ "restore", 1, test_restore },
	{ "refused", 1, test_refused },
	{ "vectors", 1, test_vectors },
	{ "taken", 1, test_taken },
	{ "moved", 1, test_moved },
	{ "readonly", 1, test_readonly },
	{ "outside", 1, test_outside },
	{ "dirty", 1, test_dirty },
	{ "vcpus", 2, test_vcpus },
	{ "running", 2, test_running },
	{ "races", 2, test_races },
	{ "overtaken", 2, test_overtaken },
	{ "pulled", 1, test_pulled },
	{ "shadow", 1, test_shadow },
	{ "released", 1, test_released },
	{ "lazyfree", 1, test_lazyfree },
	{ "poisoned", 1, test_poisoned },
	{ "userspace", 1, test_userspace },
	{ "reset", 1, test_reset },
	{ "counts", 2, test_counts },
	{ "bench", 1, test_bench },
	{ "fuzz", 2, test_fuzz },
	{ "stress", NV_CPUS, test_stress },
	{ "forms", 2, test_forms },
	{ "sizes", 1, test_sizes },
	{ "ranges", 1, test_ranges },
};

#define N_TESTS (int)(sizeof(tests) / sizeof(tests[0]))

void check_but(struct env *e, bool good, const char *why, const char *format, ...)
{
	char name[160];
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	if (!good && e->stock)
		skip("%s: a stock kernel deviates: %s", name, why);
	else
		check(good, why, "%s", name);
}

uint64_t *pool_word(struct env *e, int n, int offset)
{
	return (uint64_t *)(e->pool + n * PAGE + offset);
}

uint64_t page_tag(int n)
{
	return 0x7a60000000000000ull + n;
}

void window_set(struct env *e, int n, int pool, int prot)
{
	e->changed = true;
	mmap(e->window + n * PAGE, PAGE, prot, MAP_SHARED | MAP_FIXED, e->memfd, pool * PAGE);
}

uint64_t window_ipa(int n)
{
	return L1_WINDOW + n * PAGE;
}

/* Dear: each of these makes KVM unmap all of the shadow stage 2s. */
static void window_reset(struct env *e)
{
	for (int n = 0; n < 16; n++)
		nv_slot(&e->nv, n, NULL, 0, 0);
	mmap(e->window, WINDOW_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	     e->memfd, 0);
	nv_slot(&e->nv, 0, e->window, WINDOW_PAGES * PAGE, 0);
	e->changed = false;
}

void env_reset(struct env *e)
{
	if (e->changed)
		window_reset(e);
	memset(e->pool, 0, POOL_PAGES * PAGE);
	for (int n = 0; n < POOL_PAGES; n++)
		*pool_word(e, n, TAG_OFFSET) = page_tag(n);
	for (int n = 1; n < 16; n++)
		nv_slot(&e->nv, n, NULL, 0, 0);
	nv_slot(&e->nv, 0, NULL, 0, 0);
	nv_slot(&e->nv, 0, e->window, WINDOW_PAGES * PAGE, 0);
	e->nv.next_table = L1_TABLES;
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		nv_mmu_off(&e->nv, cpu);
		nv_add(&e->nv, cpu, L1_TLBI, TLBI_ALLE2, 0, 0);
		nv_run(&e->nv, cpu);
		nv_context(&e->nv, cpu, 0, window_ipa(0));
	}
}

/* What a batch of one thing came to */
static struct seen result(int err, struct seen s)
{
	return err ? (struct seen){ .value = ~0ull, .esr = -err } : s;
}

struct seen l2_access(struct env *e, int cpu, int context, uint32_t what, uint64_t value)
{
	struct l2_op *op = nv_l2_op(&e->nv, cpu, what, value);
	int err;

	nv_run_l2(&e->nv, cpu, context, 1);
	err = nv_run(&e->nv, cpu);
	return result(err, (struct seen){ op->result, op->esr, op->far });
}

struct seen l2_tag(struct env *e, int cpu, int context)
{
	return l2_access(e, cpu, context, 2 * REG_TPIDR_EL2, 0);
}

bool sees_page(struct env *e, int cpu, int context, int page)
{
	struct seen s = l2_tag(e, cpu, context);

	return !s.esr && s.value == page_tag(page);
}

static struct seen l1_act(struct env *e, int cpu, enum l1_op op, uint32_t arg, uint64_t a,
			  uint64_t b)
{
	struct l1_action *action = nv_add(&e->nv, cpu, op, arg, a, b);
	int err = nv_run(&e->nv, cpu);

	return result(err, (struct seen){ action->result, action->esr, action->far });
}

uint64_t l1_read(struct env *e, int cpu, enum l1_reg reg)
{
	return l1_act(e, cpu, L1_REG_READ, reg, 0, 0).value;
}

struct seen l1_write(struct env *e, int cpu, enum l1_reg reg, uint64_t value)
{
	return l1_act(e, cpu, L1_REG_WRITE, reg, 0, value);
}

void l1_store(struct env *e, int cpu, uint64_t addr, uint64_t value)
{
	l1_act(e, cpu, L1_STORE_64, 0, addr, value);
}

struct seen l1_tlbi(struct env *e, int cpu, enum l1_tlbi form, uint64_t operand)
{
	return l1_act(e, cpu, L1_TLBI, form, operand, 0);
}

void l1_mmu(struct env *e, int cpu, const struct nv_tables *t, uint64_t asid0,
	    uint64_t asid1, uint64_t tcr_bits)
{
	nv_mmu_off(&e->nv, cpu);
	if (t)
		nv_mmu_on(&e->nv, cpu, t, asid0, asid1, tcr_bits);
	nv_run(&e->nv, cpu);
}

static int env_open(struct env *e, int cpus)
{
	int err = nv_open(&e->nv, cpus, 0);
	struct utsname u;

	if (err)
		return err;
	uname(&u);
	e->stock = !strstr(u.release, "kvmmt");
	e->memfd = memfd_create("pool", MFD_CLOEXEC);
	if (e->memfd < 0 || ftruncate(e->memfd, POOL_PAGES * PAGE))
		return -errno;
	e->pool = mmap(NULL, POOL_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, e->memfd, 0);
	e->window = mmap(NULL, WINDOW_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return e->pool == MAP_FAILED || e->window == MAP_FAILED ? -ENOMEM : 0;
}

/* L1's own counts since the VM began. */
static void print_counts(struct env *e)
{
	for (int cpu = 0; cpu < e->nv.cpus; cpu++) {
		const struct l1_cpu *c = nv_cpu(&e->nv, cpu);

		printf("count vcpu=%d entries=%lu vncr_changes=%lu", cpu, c->entries, c->vncr_changes);
		for (int i = 0; i < TLBI_COUNT; i++)
			if (c->tlbis[i])
				printf(" %s=%lu", tlbi_names[i], c->tlbis[i]);
		printf("\n");
	}
}

static int find(const char *name)
{
	for (int i = 0; i < N_TESTS; i++)
		if (!strcmp(tests[i].name, name))
			return i;
	fprintf(stderr, "nested: no test '%s'\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static char suite[40];
	struct env e = { .changed = true, .seed = 1, .batches = 20, .pause_us = 20000,
			 .contexts = 1 };
	bool counts = false, verbose = false;
	int cpus = 1, most = NV_CPUS, err, opt;

	check_suite = "nested";
	while ((opt = getopt(argc, argv, "vcs:n:p:k:j:")) != -1) {
		switch (opt) {
		case 'v': verbose = true; break;
		case 'c': counts = true; break;
		case 's': e.seed = strtoull(optarg, NULL, 0); break;
		case 'n': e.batches = strtoull(optarg, NULL, 0); break;
		case 'p': e.pause_us = strtoull(optarg, NULL, 0); break;
		case 'k': e.contexts = strtoull(optarg, NULL, 0); break;
		case 'j': most = atoi(optarg); break;
		default: return 2;
		}
	}
	if (most < 1 || most > NV_CPUS) {
		fprintf(stderr, "nested: -j %d: 1 to %d vCPUs\n", most, NV_CPUS);
		return 2;
	}
	for (int i = optind; i < argc; i++)
		if (tests[find(argv[i])].cpus > cpus)
			cpus = tests[find(argv[i])].cpus;
	err = env_open(&e, cpus < most ? cpus : most);
	if (err == -EOPNOTSUPP) {
		skip("this kernel does not nest: no KVM_CAP_ARM_EL2");
		return 0;
	}
	check(!err, strerror(-err), "a VM of %d vCPUs with EL2", e.nv.cpus);
	if (verbose)
		e.nv.ran = print_batch;
	for (int i = optind; i < argc && !err; i++) {
		snprintf(suite, sizeof(suite), "nested %.30s", argv[i]);
		check_suite = suite;
		if (tests[find(argv[i])].cpus > e.nv.cpus && tests[find(argv[i])].run != test_stress) {
			skip("it needs %d vCPUs", tests[find(argv[i])].cpus);
			continue;
		}
		env_reset(&e);
		tests[find(argv[i])].run(&e);
	}
	if (counts && !err)
		print_counts(&e);
	return check_status();
}
