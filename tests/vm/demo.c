// SPDX-License-Identifier: GPL-2.0
/*
 * Guests to look at: VMs of different memory types, one whose memory its VMM
 * keeps taking away, and one that is refused where the host cannot offer
 * cacheable device memory. Then the program that is to watch them.
 *   demo PROGRAM [ARG...]
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pfnmap/pfnmap.h"
#include "vmm/vm.h"

#define PAGE  4096ul
#define PAGES 256

static const struct guest {
	const char *name;
	unsigned long mode;	/* of /dev/pfnmap, or */
	bool ram;
	bool storm;		/* the VMM takes the pages away all the time */
	unsigned int pause_us;	/* between accesses */
} guests[] = {
	{ "web-7", 0, true, false, 20000 },
	{ "db-2", 0, true, true, 2000 },
	{ "gpu-a", PFNMAP_CACHEABLE | PFNMAP_LAZY, false, false, 40000 },
	{ "nic-3", PFNMAP_nGnRnE | PFNMAP_ANY_UNCACHED, false, false, 80000 },
	{ "serial-1", PFNMAP_nGnRE, false, false, 200000 },
};

/* Until the end: a guest that goes through its memory, which sometimes is renewed. */
static void live(const struct guest *g)
{
	int fd = open("/dev/pfnmap", O_RDWR | O_CLOEXEC);
	void *mem = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			 g->ram ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, g->ram ? -1 : fd,
			 g->ram ? 0 : g->mode * PAGE);
	struct vcpu vcpu;
	struct vm vm;
	unsigned int i;

	if (mem == MAP_FAILED || vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, PAGES * PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0))
		return;
	for (i = 0;; i++) {
		struct vm_access a = { .op = VM_WRITE, .va = VM_VA_NORMAL + i % PAGES * PAGE, .value = i };

		vcpu_access(&vcpu, &a);
		if (a.run_errno)
			sleep(3);	/* as a manager restarts what died */
		usleep(g->pause_us);
		if (g->storm && i % 8 == 7)
			madvise((char *)mem + (i - 7) % PAGES * PAGE, 8 * PAGE, MADV_DONTNEED);
		else if (i % PAGES == PAGES - 1)
			madvise(mem, PAGES * PAGE, MADV_DONTNEED);
	}
}

int main(int argc, char **argv)
{
	size_t i;
	int status;
	pid_t pid;

	if (argc == 3 && !strcmp(argv[1], "-name")) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
			if (!strcmp(argv[2], guests[i].name))
				live(&guests[i]);
		return 1;
	}
	if (argc < 2)
		return 2;
	/* Each is a process with a name on its command line, as QEMU's are. */
	for (i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
		if (fork())
			continue;
		usleep(1500000);	/* the watcher is to see them come */
		execl("/bin/demo", "vmm", "-name", guests[i].name, NULL);
		_exit(127);
	}
	pid = fork();
	if (!pid) {
		execv(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
