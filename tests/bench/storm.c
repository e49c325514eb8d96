// SPDX-License-Identifier: GPL-2.0
/*
 * The heaviest storm of invalidations that a VMM can make: a guest goes through its
 * pages, its VMM takes each of them away, one by one, and so on; two VMs at once.
 *   storm ROUNDS WATCHER [ARG...]
 * The WATCHER runs from before the first fault until after the last, and then is asked
 * to end. Prints what there was, and the CPU time that the watcher took.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

#define PAGES 8192ul
#define VMS   2

static int go_through(int rounds)
{
	char *mem = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vcpu vcpu;
	struct vm vm;

	madvise(mem, PAGES * 4096, MADV_NOHUGEPAGE);
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, PAGES * 4096, 0) ||
	    vcpu_open(&vm, &vcpu, 0))
		return 1;
	while (rounds--) {
		struct vm_access a = { .op = VM_SWEEP, .va = VM_VA_NORMAL, .value = PAGES };

		if (vcpu_access(&vcpu, &a) || a.run_errno || a.esr)
			return 1;
		for (size_t i = 0; i < PAGES; i++)
			madvise(mem + i * 4096, 4096, MADV_DONTNEED);
	}
	vcpu_close(&vcpu);
	vm_close(&vm);
	return 0;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[1]) : 0, status, bad = 0, i;
	struct rusage usage;
	pid_t watcher, vm[VMS];
	double begin, end;

	if (rounds <= 0)
		return 2;
	watcher = fork();
	if (!watcher) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	sleep(3);
	begin = now();
	for (i = 0; i < VMS; i++) {
		vm[i] = fork();
		if (!vm[i])
			_exit(go_through(rounds));
	}
	for (i = 0; i < VMS; i++)
		bad |= waitpid(vm[i], &status, 0) != vm[i] || status;
	end = now();
	sleep(1);
	bad |= kill(watcher, SIGINT) || wait4(watcher, &status, 0, &usage) != watcher;
	/* perf ends itself with the signal that it got. */
	bad |= status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	printf("storm: %lu events in %.1f s, watcher %.1f s\n", 2 * VMS * PAGES * rounds, end - begin,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6);
	return bad;
}
