// SPDX-License-Identifier: GPL-2.0
/*
 * What the table cannot say: copies on write, MTE, leaks, races, counts.
 *   stage2 cow | mte | leak [N [NAME]] | race [N [SEED]] | counts | loss | filter | reuse |
 *   poisoned
 * and for those: stage2 work | burst [ROUNDS] | poke | churn | warn | hang
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stage2.h"
#include "vmm/check.h"
#include "window.h"
#include "witness.h"

#define CAP_CACHEABLE_PFNMAP 243 /* KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED */
#define PFN_BASE 0x70000ull	/* of the window: 0x70000000 */
#define GENMASK_PFN 0xfffffffff000ull

static void capability(void)
{
	struct vm vm;

	if (!vm_open(&vm, 0)) {
		int promised = ioctl(vm.fd, KVM_CHECK_EXTENSION, CAP_CACHEABLE_PFNMAP);

		check(promised == (facts.fwb && facts.dic), "it is not so",
		      "the capability is what FWB and DIC make of it");
		vm_close(&vm);
	}
}

static void cow(void)
{
	volatile uint64_t *mine, *device;
	struct vcpu vcpu;
	struct vm vm;

	/* Uncached, so that every host maps it. */
	mine = window_map(PFNMAP_nGnRE, PAGE, MAP_PRIVATE, NULL);
	device = window_map(PFNMAP_nGnRE, PAGE, MAP_SHARED, NULL);
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, (void *)mine, PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0)) {
		not_ok("setup: %s", strerror(errno));
		return;
	}
	*device = 1;
	check(access_one(&vcpu, VM_READ, VM_VA_NORMAL, 0) == 1, "", "before the copy the guest reads the device");
	check((descriptor(&vm, VM_WINDOW, NULL) & (1 << 7 | 0xf << 2 | 1)) == (1 << 2 | 1), "",
	      "before the copy stage 2 is Device, read-only");
	check(access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 2) == ~0ull && errno == EFAULT, strerror(errno),
	      "a guest's write does not break the copy on write: refused");
	check(*device == 1, "", "nor does it reach the device");
	*mine = 3;
	check(!(descriptor(&vm, VM_WINDOW, NULL) & 1), "", "the VMM's write takes the original away");
	check(access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 4) == 2, strerror(errno),
	      "after the copy the guest's refused write succeeds");
	check(access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 4) == 4, strerror(errno), "and so does the next");
	check(*mine == 4 && *device == 1, "", "it writes the copy, not the device");
	check(memattr(descriptor(&vm, VM_WINDOW, NULL)) == normal_memattr() &&
		      (descriptor(&vm, VM_WINDOW, NULL) & GENMASK_PFN) >> 12 != PFN_BASE,
	      "", "the copy is RAM: Normal, another page");
}

static void mte(void)
{
	void *ram = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *dev = window_map(PFNMAP_CACHEABLE, PAGE, MAP_SHARED, NULL);
	struct vcpu vcpu;
	struct vm vm;
	int err = vm_open(&vm, VM_MTE);

	if (err) {
		skip("no MTE here (%s)", strerror(-err));
		return;
	}
	check(!ioctl(vm.fd, KVM_CHECK_EXTENSION, CAP_CACHEABLE_PFNMAP), "1",
	      "no cacheable PFNMAP is promised to it");
	check(vm_slot(&vm, 1, VM_WINDOW, dev, PAGE, 0) == -EINVAL, "accepted",
	      "a slot over memory without tags is refused");
	check(!vm_slot(&vm, 1, VM_WINDOW, ram, PAGE, 0), "refused", "one over RAM is accepted");
	/* Behind KVM's back, what the slot check would have refused. */
	window_map(PFNMAP_CACHEABLE, PAGE, MAP_SHARED, ram);
	err = vcpu_open(&vm, &vcpu, 0);
	check(!err && access_one(&vcpu, VM_READ, VM_VA_NORMAL, 0) == ~0ull && errno == EFAULT,
	      strerror(errno), "cacheable PFNMAP memory in a VM with MTE is refused at the fault");
	window_map(PFNMAP_nGnRE, PAGE, MAP_SHARED, ram);
	check(access_one(&vcpu, VM_READ, VM_VA_NORMAL, 0) != ~0ull, strerror(errno),
	      "uncached memory is not: tags do not matter there");
}

static uint64_t references(void)
{
	uint64_t refs = 0;

	ioctl(pfnmap, PFNMAP_IOC_REFS, &refs);
	return refs;
}

static long slab_kib(void)
{
	char line[128];
	long kib = -1;
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Slab: %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static void *unmap_for_ever(void *stop)
{
	while (!*(volatile int *)stop)
		ioctl(pfnmap, PFNMAP_IOC_UNMAP);
	return NULL;
}

struct leak {
	const char *name;
	unsigned long mode;
	enum vm_op op;		/* one of READ, again and again; HAMMER against unmapping; FETCHES */
	bool mte;
	int less;		/* so many times fewer: what has no struct page cannot leak one */
};

/* How often the VM's vCPUs have left the guest; nearly all are faults here. */
static long exits(const struct vm *vm)
{
	char path[96];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%d-%d/exits", getpid(), vm->fd);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* How many of @n faults did not end as they should. */
static int leak_faults(const struct leak *l, struct vm *vm, struct vcpu *vcpu, int n)
{
	int stop = 0, wrong = 0, i;
	pthread_t thread;
	long done;

	switch (l->op) {
	case VM_FETCHES:
		return access_one(vcpu, VM_FETCHES, VM_VA_NORMAL, n) == ~0ull;
	case VM_HAMMER:
		pthread_create(&thread, NULL, unmap_for_ever, &stop);
		/*
		 * A PFN map that is zapped between fixup_user_fault() and the second
		 * look is an error to hva_to_pfn_remapped(): EFAULT is no mistake, and
		 * the guest goes on where it was.
		 */
		while ((done = exits(vm)) >= 0 && done < n && !wrong)
			if (access_one(vcpu, VM_HAMMER, VM_VA_NORMAL, n / (4 * VM_HAMMER_PAGES) + 1) == ~0ull)
				wrong = errno != EFAULT;
		wrong |= done < 0;
		stop = 1;
		pthread_join(thread, NULL);
		return wrong;
	default:
		for (i = 0; i < n; i++)
			wrong += access_one(vcpu, VM_READ, VM_VA_NORMAL, 0) != ~0ull || errno != EFAULT;
		return wrong;
	}
}

/* @n faults of one kind, and what is left behind. */
static void leak_one(const struct leak *l, int n)
{
	size_t bytes = VM_HAMMER_PAGES * PAGE;
	uint64_t refs = references();
	long slab = slab_kib();
	struct vcpu vcpu;
	time_t start;
	struct vm vm;
	int wrong;
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (vm_open(&vm, l->mte ? VM_MTE : 0)) {
		skip("%s: no MTE here", l->name);
		return;
	}
	/* The slot is made over RAM: what is refused later is not refused there. */
	if (vm_slot(&vm, 1, VM_WINDOW, mem, bytes, 0) || vcpu_open(&vm, &vcpu, 0) ||
	    window_map(l->mode, bytes, MAP_SHARED, mem) == MAP_FAILED) {
		not_ok("%s: setup: %s", l->name, strerror(errno));
		return;
	}
	start = time(NULL);
	wrong = leak_faults(l, &vm, &vcpu, n);
	printf("# %s: %ld s\n", l->name, (long)(time(NULL) - start));
	vcpu_close(&vcpu);
	munmap(mem, bytes);
	vm_close(&vm);
	check(!wrong, "some accesses did not end as they should", "%s, %d times", l->name, n);
	check(references() == refs, "page references differ", "%s: no page reference is left", l->name);
	check(slab_kib() - slab < 2048, "more than 2 MiB more", "%s: slab is as before", l->name);
}

/* Those whose names have @which in them. */
static void leak(int n, const char *which)
{
	static const struct leak leaks[] = {
		{ "refused, unresolvable", PFNMAP_MIXEDMAP | PFNMAP_NO_IO, VM_READ, false, 1 },
		{ "refused, unsafe cacheable", PFNMAP_LAZY, VM_READ, false, 1 },
		{ "refused, MTE over RAM", PFNMAP_RAM | PFNMAP_MIXEDMAP | PFNMAP_NO_IO, VM_READ, true, 1 },
		{ "fetch from Device", PFNMAP_nGnRE, VM_FETCHES, false, 1 },
		{ "raced over RAM", PFNMAP_RAM | PFNMAP_MIXEDMAP | PFNMAP_NO_IO | PFNMAP_LAZY, VM_HAMMER,
		  false, 1 },
		{ "raced over PFNMAP", PFNMAP_nGnRE | PFNMAP_LAZY, VM_HAMMER, false, 10 },
	};
	size_t i;

	for (i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++)
		if ((leaks[i].mode != PFNMAP_LAZY || !facts.fwb) && strstr(leaks[i].name, which))
			leak_one(&leaks[i], n / leaks[i].less);
}

struct racer {
	struct vcpu vcpu;
	volatile int *stop;
	unsigned int seed;
	unsigned long accesses;
};

#define RACE_PAGES 16

static void *race_vcpu(void *arg)
{
	struct racer *r = arg;

	while (!*r->stop) {
		enum vm_op op = rand_r(&r->seed) & 1 ? VM_READ : VM_WRITE;

		access_one(&r->vcpu, op, VM_VA_NORMAL + rand_r(&r->seed) % RACE_PAGES * PAGE, 0);
		r->accesses++;
	}
	return NULL;
}

/* Types that every host maps, so that only a stale mapping can be wrong. */
static const struct {
	unsigned long mode;
	int memattr; /* -1: Normal */
} race_modes[] = {
	{ PFNMAP_nGnRE, 1 },
	{ PFNMAP_nGnRnE | PFNMAP_LAZY, 0 },
	{ PFNMAP_NC | PFNMAP_ANY_UNCACHED, 5 },
	{ PFNMAP_RAM, -1 },
	{ PFNMAP_RAM | PFNMAP_MIXEDMAP | PFNMAP_NO_IO | PFNMAP_LAZY, -1 },
};

static void race_check(struct vm *vm, struct vcpu *vcpu, int which)
{
	uint64_t wanted = race_modes[which].memattr < 0 ? normal_memattr() :
							  (uint64_t)race_modes[which].memattr;
	bool device = !(race_modes[which].mode & PFNMAP_RAM);
	int stale = 0, i;

	/* The guest first repeats what was refused while the memory was away. */
	access_one(vcpu, VM_READ, VM_VA_NORMAL, 0);
	for (i = 0; i < RACE_PAGES; i++) {
		uint64_t desc = descriptor(vm, VM_WINDOW + i * PAGE, NULL);

		/* What is mapped now must be right already; then touch it and look again. */
		if (desc & 1)
			stale += memattr(desc) != wanted ||
				 (device && (desc & GENMASK_PFN) >> 12 != PFN_BASE + i);
		access_one(vcpu, VM_READ, VM_VA_NORMAL + i * PAGE, 0);
		desc = descriptor(vm, VM_WINDOW + i * PAGE, NULL);
		stale += !(desc & 1) || memattr(desc) != wanted ||
			 (device && (desc & GENMASK_PFN) >> 12 != PFN_BASE + i);
	}
	if (stale)
		not_ok("%d descriptors are stale or wrong for mode 0x%lx", stale, race_modes[which].mode);
}

static void race(int rounds, unsigned int seed)
{
	struct racer racers[2] = { 0 };
	pthread_t threads[2];
	volatile int stop;
	int i, k, which = 0;
	struct vm vm;
	void *mem = window_map(race_modes[0].mode, RACE_PAGES * PAGE, MAP_SHARED, NULL);

	printf("# race: seed %u\n", seed);
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, RACE_PAGES * PAGE, 0) ||
	    vcpu_open(&vm, &racers[0].vcpu, 0) || vcpu_open(&vm, &racers[1].vcpu, 1)) {
		not_ok("setup: %s", strerror(errno));
		return;
	}
	for (i = 0; i < rounds; i++) {
		stop = 0;
		for (k = 0; k < 2; k++) {
			racers[k].stop = &stop;
			racers[k].seed = seed + 2 * i + k;
			pthread_create(&threads[k], NULL, race_vcpu, &racers[k]);
		}
		for (k = 0; k < 20; k++) {
			switch (rand_r(&seed) % 4) {
			case 0:
				ioctl(pfnmap, PFNMAP_IOC_UNMAP);
				/* Eager mappings do not come back by themselves. */
				/* fall through */
			case 1:
			case 2:
				which = rand_r(&seed) % (sizeof(race_modes) / sizeof(race_modes[0]));
				window_map(race_modes[which].mode, RACE_PAGES * PAGE, MAP_SHARED, mem);
				break;
			case 3:
				vm_slot(&vm, 1, VM_WINDOW, mem, 0, 0);
				vm_slot(&vm, 1, VM_WINDOW, mem, RACE_PAGES * PAGE, 0);
				break;
			}
		}
		stop = 1;
		for (k = 0; k < 2; k++)
			pthread_join(threads[k], NULL);
		race_check(&vm, &racers[0].vcpu, which);
	}
	check(racers[0].accesses && racers[1].accesses, "no access was made",
	      "%d rounds, two vCPUs against remapping: nothing stale", rounds);
}

/* Exactly this much of each, for kvmmt stat to count. */
static int work(void)
{
	const struct {
		unsigned long mode;
		int pages;
	} parts[] = { { PFNMAP_nGnRE, 64 }, { PFNMAP_NC | PFNMAP_ANY_UNCACHED, 32 }, { PFNMAP_nGnRnE, 16 } };
	struct vcpu vcpu;
	struct vm vm;
	int i, k, bad = vm_open(&vm, 0) || vcpu_open(&vm, &vcpu, 0);

	for (i = 0; i < 3 && !bad; i++) {
		void *mem = window_map(parts[i].mode, parts[i].pages * PAGE, MAP_SHARED, NULL);

		bad |= vm_slot(&vm, 1 + i, VM_WINDOW + i * 0x1000000, mem, parts[i].pages * PAGE, 0);
		for (k = 0; k < parts[i].pages; k++)
			bad |= access_one(&vcpu, VM_READ, VM_VA_NORMAL + i * 0x1000000 + k * PAGE, 0) ==
			       ~0ull;
		if (i == 2)
			munmap(mem, parts[i].pages * PAGE);	/* one by the notifier */
	}
	for (i = 0; i < 5; i++)					/* five executions refused */
		access_one(&vcpu, VM_EXEC, VM_VA_NORMAL, 0);
	access_one(&vcpu, VM_READ, VM_VA_NORMAL + 2 * 0x1000000, 0);	/* no VMA: refused */
	bad |= vm_slot(&vm, 1, VM_WINDOW, NULL, 0, 0);		/* one by the memslot */
	vcpu_close(&vcpu);
	vm_close(&vm);
	return bad;
}

static void count_is(const char *line, const char *key, const char *wanted)
{
	char value[64] = "nothing", why[128];

	witness_value(line, key, value, sizeof(value));
	snprintf(why, sizeof(why), "it says %s", value);
	check(!strcmp(value, wanted), why, "kvmmt stat counts %s %s", wanted, key);
}

static void counts(void)
{
	char line[4096] = "", other[4096];
	int fds[2], status = -1;
	FILE *out = NULL;
	pid_t pid = pipe(fds) ? -1 : fork();

	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		execl("/bin/kvmmt", "kvmmt", "stat", "--json", "--", "/bin/stage2", "work", NULL);
		_exit(127);
	}
	if (pid > 0) {
		close(fds[1]);
		out = fdopen(fds[0], "r");
	}
	while (out && fgets(other, sizeof(other), out))
		if (strstr(other, "\"vm\":\"stage2\""))
			memcpy(line, other, sizeof(line));
	check(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "it failed",
	      "kvmmt stat over a command");
	count_is(line, "ngnre", "64");
	count_is(line, "normal_nc", "32");
	count_is(line, "ngnrne", "16");
	count_is(line, "injected", "5");
	count_is(line, "refused", "1");
	count_is(line, "slots", "5");
	count_is(line, "slots_refused", "0");
	count_is(line, "inval_notifier", "1");
	count_is(line, "inval_memslot", "1");
	count_is(line, "inval_write_protect", "0");
	count_is(line, "inval_teardown", "1");
}

#define BURST 16384

/* More events, faster, than anybody can read from small rings; each round is anew. */
static int burst(int rounds)
{
	char *mem = mmap(NULL, BURST * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vcpu vcpu;
	struct vm vm;
	int bad;

	memset(mem, 1, BURST * PAGE);
	bad = vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, BURST * PAGE, 0) ||
	      vcpu_open(&vm, &vcpu, 0);
	while (!bad && rounds--) {
		bad = access_one(&vcpu, VM_SWEEP, VM_VA_NORMAL, BURST) == ~0ull;
		madvise(mem, BURST * PAGE, MADV_DONTNEED);
	}
	vcpu_close(&vcpu);
	vm_close(&vm);
	return bad;
}

static unsigned long value_of(const char *line, const char *key)
{
	char value[64] = "0";

	witness_value(line, key, value, sizeof(value));
	return strtoul(value, NULL, 0);
}

/* What is streamed and what is told as lost make up what happened. */
static void loss(void)
{
	unsigned long seen = 0, lost = 0, losses = 0, counted = 0;
	char line[4096];
	FILE *out = NULL;
	int fds[2], status = -1;
	pid_t pid = pipe(fds) ? -1 : fork();

	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		execl("/bin/kvmmt", "kvmmt", "stat", "--json", "--", "/bin/kvmmt", "script", "--json", "-m",
		      "8K", "--", "/bin/stage2", "burst", NULL);
		_exit(127);
	}
	if (pid > 0) {
		close(fds[1]);
		out = fdopen(fds[0], "r");
	}
	while (out && fgets(line, sizeof(line), out)) {
		if (strstr(line, "\"kind\":\"s2_fault\"")) {
			seen++;
		} else if (strstr(line, "\"kind\":\"lost\"")) {
			losses++;
			lost += value_of(line, "s2_fault");
		} else if (strstr(line, "\"vm\":\"stage2\"") && !strstr(line, "\"kind\"")) {
			counted += value_of(line, "normal") + value_of(line, "retried") +
				   value_of(line, "refused");
		}
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "it failed",
	      "kvmmt stat over kvmmt script over a burst");
	printf("# %lu faults seen, %lu lost in %lu gaps, %lu counted\n", seen, lost, losses, counted);
	check(counted >= BURST, "fewer than there were", "every fault is counted");
	check(lost > 0, "none was lost: no test", "small rings lose events, and say so");
	check(seen + lost == counted, "they differ", "seen and lost make up what was counted");
}

#define CHURN 2000

/* VMs that come and go, often at the address of one before. */
static int churn(void)
{
	void *mem = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, k, bad = 0;

	for (i = 0; i < CHURN && !bad; i++) {
		struct vm vm;

		bad = vm_open(&vm, 0);
		for (k = 0; k < 3 && !bad; k++)
			bad = vm_slot(&vm, 1 + k, VM_WINDOW + k * PAGE, mem, PAGE, 0);
		vm_close(&vm);
	}
	return bad != 0;
}

/* Every VM of a churn is counted once, whoever had its address before. */
static void reuse(void)
{
	unsigned long slots = 0, teardowns = 0;
	int fds[2], status = -1;
	char line[4096];
	FILE *out = NULL;
	pid_t pid = pipe(fds) ? -1 : fork();

	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		execl("/bin/kvmmt", "kvmmt", "stat", "--json", "-d", "0.1", "--", "/bin/stage2", "churn", NULL);
		_exit(127);
	}
	if (pid > 0) {
		close(fds[1]);
		out = fdopen(fds[0], "r");
	}
	while (out && fgets(line, sizeof(line), out)) {
		if (!strstr(line, "\"total\":true"))
			continue;
		slots += value_of(line, "slots");
		teardowns += value_of(line, "inval_teardown");
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "it failed", "kvmmt stat over a churn");
	printf("# %lu slots, %lu teardowns\n", slots, teardowns);
	check(slots == 4ul * CHURN && teardowns == CHURN, "some are missing or counted twice",
	      "%d VMs come and go: all are counted", CHURN);
}

/* Two FIFOs by which another process starts a VM's work and waits for its end. */
static void meet(const char *kind, const char *name, int flags)
{
	char path[64], none;
	int fd;

	snprintf(path, sizeof(path), "/tmp/%s-%s", kind, name);
	fd = open(path, flags);
	if (flags == O_RDONLY && read(fd, &none, 1))
		exit(1);
	close(fd);
}

static void *filtered_vm(void *name)
{
	char *mem = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vcpu vcpu;
	struct vm vm;
	int i;

	memset(mem, 1, 32 * PAGE);
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, 32 * PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0) || access_one(&vcpu, VM_READ, VM_RAM, 0) == ~0ull)
		exit(1);
	meet("go", name, O_RDONLY);
	for (i = 0; i < 32; i++)
		access_one(&vcpu, VM_READ, VM_VA_NORMAL + i * PAGE, 0);
	meet("done", name, O_WRONLY);
	return NULL;
}

/* A VM in a process of its own, made by its first thread or by another. */
static pid_t other_vm(const char *name, bool other_thread)
{
	char path[64];
	pthread_t thread;
	pid_t pid;

	snprintf(path, sizeof(path), "/tmp/go-%s", name);
	mkfifo(path, 0600);
	snprintf(path, sizeof(path), "/tmp/done-%s", name);
	mkfifo(path, 0600);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_NAME, name);
	if (!other_thread)
		filtered_vm((void *)name);
	else if (!pthread_create(&thread, NULL, filtered_vm, (void *)name))
		pthread_join(thread, NULL);
	_exit(0);
}

static int poke(void)
{
	static const char *const names[] = { "vm-a", "vm-b" };
	int i;

	for (i = 0; i < 2; i++)
		meet("go", names[i], O_WRONLY);
	for (i = 0; i < 2; i++)
		meet("done", names[i], O_RDONLY);
	return 0;
}

/* kvmmt stat --vm NAME: this VM's counts and nobody else's. */
static void filter(bool other_thread)
{
	const char *how = other_thread ? "made by a thread" : "made by the process";
	pid_t a = other_vm("vm-a", other_thread), b = other_vm("vm-b", false), pid;
	int fds[2], status = -1, wrong = 0;
	unsigned long faults = 0;
	char line[4096];
	FILE *out = NULL;

	sleep(1);	/* until both have their VMs, or --vm would not find them */
	pid = pipe(fds) ? -1 : fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		execl("/bin/kvmmt", "kvmmt", "stat", "--json", "--vm", "vm-a", "--", "/bin/stage2", "poke",
		      NULL);
		_exit(127);
	}
	if (pid > 0) {
		close(fds[1]);
		out = fdopen(fds[0], "r");
	}
	while (out && fgets(line, sizeof(line), out)) {
		faults += strstr(line, "\"vm\":\"vm-a\"") ? value_of(line, "normal") : 0;
		wrong += strstr(line, "vm-b") != NULL;
	}
	check(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "it failed",
	      "a VM %s is found by --vm", how);
	check(faults == 32, "they are not 32", "a VM %s: --vm counts its faults", how);
	check(!wrong, "it is there", "a VM %s: and not another VM's", how);
	kill(a, SIGKILL);
	kill(b, SIGKILL);
	waitpid(a, NULL, 0);
	waitpid(b, NULL, 0);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 0;

	static char suite[32];

	snprintf(suite, sizeof(suite), "stage2 %.20s", what);
	check_suite = suite;
	if (window_open()) {
		not_ok("/dev/pfnmap: %s", strerror(errno));
		return 1;
	}
	if (!strcmp(what, "cow")) {
		capability();
		cow();
	} else if (!strcmp(what, "mte"))
		mte(), stale_tags();
	else if (!strcmp(what, "leak"))
		leak(n ? n : 100000, argc > 3 ? argv[3] : "");
	else if (!strcmp(what, "race"))
		race(n ? n : 100, argc > 3 ? atoi(argv[3]) : 1);
	else if (!strcmp(what, "counts"))
		counts();
	else if (!strcmp(what, "loss"))
		loss();
	else if (!strcmp(what, "filter"))
		filter(false), filter(true);
	else if (!strcmp(what, "reuse"))
		reuse();
	else if (!strcmp(what, "poisoned"))
		poisoned();
	else if (!strcmp(what, "churn"))
		return churn();
	else if (!strcmp(what, "poke"))
		return poke();
	else if (!strcmp(what, "burst"))
		return burst(n ? n : 1);
	else if (!strcmp(what, "work"))
		return work();
	else if (!strcmp(what, "warn"))
		return ioctl(pfnmap, PFNMAP_IOC_WARN);
	else if (!strcmp(what, "hang"))
		pause();
	else
		return 2;
	return check_status();
}
