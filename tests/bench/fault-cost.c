// SPDX-License-Identifier: GPL-2.0
/*
 * What a stage-2 fault costs: a guest reads a word of each of N pages that its
 * VMM has in RAM, one fault a page, without other exits. Under -icount one
 * nanosecond is one instruction, so the time is the count.
 *   fault-cost N [WATCHER [ARG...]]
 * With a WATCHER, that runs meanwhile, from before the first fault; one that ends by
 * itself has not watched, and is an error.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static pid_t watch(char **argv)
{
	pid_t pid = fork();

	if (!pid) {
		int fd = open("/tmp/watcher", O_CREAT | O_WRONLY, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	sleep(4);
	return pid;
}

/* Nothing was watched; say what the watcher said. */
static int watcher_ended(const char *name)
{
	FILE *in = fopen("/tmp/watcher", "re");
	char line[256];

	fprintf(stderr, "fault-cost: %s has ended:\n", name);
	while (in && fgets(line, sizeof(line), in))
		fputs(line, stderr);
	if (in)
		fclose(in);
	return 1;
}

static int sweep(unsigned long pages, uint64_t *ns)
{
	size_t bytes = pages * 4096;
	char *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vm_access warm = { .op = VM_READ, .va = VM_RAM }, a;
	struct vcpu vcpu;
	struct vm vm;

	madvise(mem, bytes, MADV_NOHUGEPAGE);
	memset(mem, 1, bytes);
	if (vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, bytes, 0) ||
	    vcpu_open(&vm, &vcpu, 0) || vcpu_access(&vcpu, &warm))
		return 1;
	a = (struct vm_access){ .op = VM_SWEEP, .va = VM_VA_NORMAL, .value = pages };
	*ns = now_ns();
	if (vcpu_access(&vcpu, &a) || a.run_errno || a.esr)
		return 1;
	*ns = now_ns() - *ns;
	vcpu_close(&vcpu);
	vm_close(&vm);
	munmap(mem, bytes);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long pages = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	uint64_t first, ns;
	pid_t watcher = 0;
	int status;

	if (!pages)
		return 2;
	if (argc > 2)
		watcher = watch(argv + 2);
	/* The first sweep warms what is allocated once. */
	if (sweep(pages, &first) || sweep(pages, &ns))
		return 1;
	if (watcher && waitpid(watcher, &status, WNOHANG))
		return watcher_ended(argv[2]);
	if (watcher) {
		kill(watcher, SIGINT);
		waitpid(watcher, &status, 0);
	}
	printf("%.1f\n", (double)ns / (double)pages);
	return 0;
}
