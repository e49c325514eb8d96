// SPDX-License-Identifier: GPL-2.0
/* The guests that the exporter's tests watch. */
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "window.h"

#define THRASH_PAGES 64
#define HUGE_PAGES   32
#define HUGE_BYTES   (2ul << 20)

/* A guest over RAM that lives until it is killed, or one that is refused and dies of it. */
static int live(const char *name)
{
	bool refused = !strncmp(name, "gpu", 3);
	void *mem = refused ? window_map(PFNMAP_CACHEABLE | PFNMAP_LAZY, PAGE, MAP_SHARED, NULL) :
			      mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vcpu vcpu;
	struct vm vm;

	if (mem == MAP_FAILED || vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0))
		return 1;
	access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 1);
	if (!strcmp(name, "late")) {
		sleep(3);
		prctl(PR_SET_NAME, name);
	}
	/* The time it takes a VMM to say that it gives up */
	refused ? usleep(200000) : pause();
	return 0;
}

char *open_guest(struct vm *vm, struct vcpu *vcpu, size_t bytes)
{
	char *mem = reserve_2m(bytes);

	if (!mem || mmap(mem, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			 0) == MAP_FAILED ||
	    vm_open(vm, 0) || vm_slot(vm, 1, VM_WINDOW, mem, bytes, 0) || vcpu_open(vm, vcpu, 0))
		_exit(1);
	return mem;
}

static void touch(struct vcpu *vcpu, size_t nr, size_t step)
{
	size_t i;

	for (i = 0; i < nr; i++)
		access_one(vcpu, VM_WRITE, VM_VA_NORMAL + i * step, 1);
}

/*
 * A guest that goes through its memory, which is taken away all the time: by its VMM,
 * or by the kernel, which merges equal pages that the guest writes to again.
 */
static void thrash(bool ksm)
{
	struct vcpu vcpu;
	struct vm vm;
	char *mem = open_guest(&vm, &vcpu, THRASH_PAGES * PAGE);
	size_t i;

	if (ksm && madvise(mem, THRASH_PAGES * PAGE, MADV_MERGEABLE))
		return;
	for (i = 0;; i = (i + 1) % THRASH_PAGES) {
		access_one(&vcpu, VM_WRITE, VM_VA_NORMAL + i * PAGE, 1);
		if (!ksm)
			madvise(mem + i * PAGE, PAGE, MADV_DONTNEED);
	}
}

/*
 * A guest with a page in each of many huge pages' places: khugepaged makes them huge,
 * the guest comes again; and once in a while its VMM gives all back at once.
 */
static void collapse(void)
{
	const size_t bytes = HUGE_PAGES * HUGE_BYTES;
	struct vcpu vcpu;
	struct vm vm;
	char *mem = open_guest(&vm, &vcpu, bytes);
	int i;

	for (;;) {
		madvise(mem, bytes, MADV_NOHUGEPAGE);
		madvise(mem, bytes, MADV_DONTNEED);
		touch(&vcpu, HUGE_PAGES, HUGE_BYTES);
		madvise(mem, bytes, MADV_HUGEPAGE);
		for (i = 0; i < 4; i++) {
			usleep(20000);
			touch(&vcpu, HUGE_PAGES, HUGE_BYTES);
		}
	}
}

extern const char tlbi_guest_start[], tlbi_guest_end[];

/* A guest hypervisor, tlbi.S: it is heard of no more. */
static void invalidate(void)
{
	struct vcpu vcpu;
	struct vm vm;

	if (vm_open_bare(&vm, VM_EL2, 4 << 20))
		return;
	memcpy(vm.ram, tlbi_guest_start, tlbi_guest_end - tlbi_guest_start);
	if (vcpu_open(&vm, &vcpu, 0))
		return;
	while (!ioctl(vcpu.fd, KVM_RUN, 0))
		;
}

int vmm(const char *name)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!strcmp(name, "thrash-khugepaged"))
		collapse();
	else if (!strcmp(name, "thrash-tlbi"))
		invalidate();
	else if (!strncmp(name, "vfio", 4))
		return vfio_guest();
	else if (!strncmp(name, "ordinary", 8))
		return ordinary(20 + getpid() % 60);
	else if (!strncmp(name, "thrash", 6))
		thrash(!strcmp(name, "thrash-ksm"));
	else
		return live(name);
	return 1;
}

pid_t start_vmm(const char *name)
{
	char *const argv[] = { "/bin/exporter", "vmm", "-name", (char *)name, NULL };

	return spawn(argv, "/dev/null");
}

void stop_vmm(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
