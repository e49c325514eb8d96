// SPDX-License-Identifier: GPL-2.0
/*
 * A VM's memslots and what backs them, of a VM that is older than the tool: as kvmmt
 * slots lists them, the same from a recording, and while they are being changed.
 *   slots [SECONDS [live]]	live: no recordings, for kernels without tracepoints
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kvmmt.h"
#include "vmm/check.h"
#include "window.h"
#include "witness.h"

#define FILE_NAME "/tmp/slots.kvmmt"
#define STEP	  (64ul << 20)	/* of IPA between two slots */

static char out[OUT_BYTES], replayed[OUT_BYTES];

/* What is mapped and how kvmmt is to call it */
static const struct row {
	const char *backing, *type, *words;
	unsigned long mode;	/* of /dev/pfnmap, or */
	enum { DEVICE, ANONYMOUS, SHARED, MEMFD, FILE_OF_TMPFS, HUGE, PARTLY } what;
	uint32_t flags;
} rows[] = {
	{ "anonymous memory", "Normal", "", 0, ANONYMOUS, 0 },
	{ "anonymous memory", "Normal", "read-only", 0, ANONYMOUS, KVM_MEM_READONLY },
	{ "shared anonymous memory", "Normal", "", 0, SHARED, 0 },
	{ "memfd guest_RAM", "Normal", "", 0, MEMFD, 0 },
	{ "memfd guest_RAM", "Normal", "dirty-log", 0, MEMFD, KVM_MEM_LOG_DIRTY_PAGES },
	{ "file disk.img", "Normal", "", 0, FILE_OF_TMPFS, 0 },
	{ "hugetlb anonymous memory", "Normal", "", 0, HUGE, 0 },
	{ "file disk.img", "Normal", "partly", 0, PARTLY, 0 },
	{ "device /dev/pfnmap, module pfnmap", "nGnRE", "pfnmap,io", PFNMAP_nGnRE, DEVICE, 0 },
	{ "device /dev/pfnmap, module pfnmap", "NormalNC", "pfnmap,io", PFNMAP_NC, DEVICE, 0 },
	{ "device /dev/pfnmap, module pfnmap", "nGnRnE", "pfnmap,io,any-uncached",
	  PFNMAP_nGnRnE | PFNMAP_ANY_UNCACHED, DEVICE, 0 },
	{ "device /dev/pfnmap, module pfnmap", "Normal", "pfnmap,io", PFNMAP_CACHEABLE, DEVICE, 0 },
};
#define ROWS (int)(sizeof(rows) / sizeof(rows[0]))

static void *map_file(int fd, size_t bytes)
{
	if (fd < 0 || ftruncate(fd, bytes))
		return MAP_FAILED;
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

static void *map_row(const struct row *r, size_t bytes)
{
	const int rw = PROT_READ | PROT_WRITE;
	void *half;

	switch (r->what) {
	case ANONYMOUS:
		return mmap(NULL, bytes, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	case SHARED:
		return mmap(NULL, bytes, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	case MEMFD:
		return map_file(memfd_create("guest RAM", MFD_CLOEXEC), bytes);
	case FILE_OF_TMPFS:
		return map_file(open("/tmp/disk.img", O_RDWR | O_CREAT | O_CLOEXEC, 0600), bytes);
	case HUGE:
		return mmap(NULL, bytes, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	case PARTLY:
		half = map_file(open("/tmp/disk.img", O_RDWR | O_CREAT | O_CLOEXEC, 0600), bytes);
		if (half != MAP_FAILED)
			mmap((char *)half + bytes / 2, bytes / 2, rw,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		return half;
	case DEVICE:
		return window_map(r->mode, bytes, MAP_SHARED, NULL);
	}
	return MAP_FAILED;
}

/* A slot for each row; on a host that cannot have cacheable device memory, not the last. */
static int make_slots(struct vm *vm, int nr)
{
	int i, err = 0;

	for (i = 0; i < nr && !err; i++) {
		/* From the highest address down: the list is by address all the same. */
		const struct row *r = &rows[nr - 1 - i];
		void *mem = map_row(r, BLOCK);

		err = mem == MAP_FAILED ? -errno :
		      vm_slot(vm, nr - i, VM_WINDOW + (nr - 1 - i) * STEP, mem, BLOCK, r->flags);
	}
	return err;
}

/* The line of this slot, or "" */
static const char *line_of(const char *text, int slot)
{
	static char line[4096];
	char want[32];
	const char *end;

	snprintf(want, sizeof(want), "\"slot\":%d,", slot);
	for (; (end = strchr(text, '\n')); text = end + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)(end - text), text);
		if (strstr(line, want))
			return line;
	}
	return "";
}

static void has_rows(const char *text, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		const struct row *r = &rows[i];
		const char *line = line_of(text, i + 1);
		char want[320];

		snprintf(want, sizeof(want), "\"ipa\":\"%#lx\",\"size_bytes\":%lu,",
			 VM_WINDOW + i * STEP, BLOCK);
		check(strstr(line, want) != NULL, line, "slot %d is where it is", i + 1);
		snprintf(want, sizeof(want), "\"type\":\"%s\",\"words\":\"%s\",", r->type,
			 r->words);
		check(strstr(line, want) != NULL, line, "slot %d: %s %s", i + 1, r->type, r->words);
		snprintf(want, sizeof(want), "\"backing\":\"%s\"}", r->backing);
		check(strstr(line, want) != NULL, line, "slot %d: %s", i + 1, r->backing);
	}
}

/* A write that breaks a copy on write of device memory: the guest's is refused. */
static void refusal(void)
{
	void *mine = window_map(PFNMAP_nGnRE, PAGE, MAP_PRIVATE, NULL);
	pid_t pid;
	struct vcpu vcpu;
	struct vm vm;
	int i;

	unlink(FILE_NAME);
	pid = kvmmt_start("record -q -o " FILE_NAME);
	for (i = 0; i < 600 && access(FILE_NAME, F_OK); i++)
		usleep(100000);
	if (vm_open(&vm, 0) || vm_slot(&vm, 5, VM_WINDOW, mine, PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0)) {
		not_ok("setup: %s", strerror(errno));
		return;
	}
	access_one(&vcpu, VM_READ, VM_VA_NORMAL, 0);
	access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 2);
	vcpu_close(&vcpu);
	vm_close(&vm);
	sleep(1);
	kvmmt_stop(pid);
	check(!kvmmt(out, "script --json --refused -i " FILE_NAME) &&
		      strstr(out, "\"slot\":5,\"backing\":\"device /dev/pfnmap, module pfnmap\"}"),
	      out, "a recording tells what a refusal was about");
	check(!kvmmt(out, "script --refused -i " FILE_NAME) &&
		      strstr(out, "; memory: slot 5, device /dev/pfnmap, module pfnmap\n"),
	      out, "also in words");
	check(!kvmmt(out, "report -i " FILE_NAME) && strstr(out, "slot 5") &&
		      strstr(out, "device /dev/pfnmap, module pfnmap"),
	      out, "and so does a report");
	check(!kvmmt(out, "exporter -t - -i " FILE_NAME) &&
		      strstr(out, "slot=\"5\",backing=\"device /dev/pfnmap, module pfnmap\"}"),
	      out, "and so do its metrics");
}

/* Slots that come and go, are moved and mapped anew, in VMs that come and go. */
static void churn(void)
{
	unsigned int n = 0;
	struct vm vm;

	while (!vm_open(&vm, 0)) {
		char *mem = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		int i, k;

		for (k = 0; k < 20; k++) {
			for (i = 1; i < 32; i++)
				vm_slot(&vm, i, VM_WINDOW + ((i * 7 + n) % 32) * STEP,
					mem + i * PAGE, PAGE, 0);
			for (i = 1; i < 32; i += 2)
				vm_slot(&vm, i, VM_WINDOW + (32 + i) * STEP, mem + i * PAGE, PAGE,
					0);
			munmap(mem + n++ % 64 * PAGE, PAGE);
			for (i = 1; i < 32; i++)
				vm_slot(&vm, i, 0, mem, 0, 0);
		}
		munmap(mem, 64 * PAGE);
		vm_close(&vm);
	}
	_exit(1);
}

static pid_t churner(void)
{
	pid_t pid = fork();

	if (!pid)
		churn();
	return pid;
}

/* Is killed in the midst of it, and another comes instead, every second. */
static pid_t churners(void)
{
	pid_t pid = fork(), one;

	if (pid)
		return pid;
	setpgid(0, 0);
	churner();
	for (;;) {
		one = churner();
		sleep(1);
		kill(one, SIGKILL);
		waitpid(one, NULL, 0);
	}
}

/*
 * A recorder reads the slots again whenever they change; without tracepoints they are read
 * @seconds times at least as they are.
 */
static void races(int seconds, bool live)
{
	pid_t pid = churners();
	int i, failed = 0, seen = 0;
	char words[80];

	snprintf(words, sizeof(words), "record -q -m 64M -d %d -o %s", seconds, FILE_NAME);
	if (!live)
		failed = kvmmt(out, words) || kvmmt(out, "slots --json -i " FILE_NAME);
	for (i = 0; live && i < seconds; i++)
		failed += kvmmt(out, "slots --json");
	seen = strstr(out, "\"slot\":7,") || strstr(out, "\"slot\":8,");
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(!failed, out, "slots that change, of VMs that come and go, are read");
	check(live || seen, out, "and are in the recording");
}

/* The rows that this host can have: not all have the device, or its memory cacheable. */
static int nr_rows(void)
{
	int nr = 0;

	if (!pfnmap && window_open())
		pfnmap = -1;
	while (nr < ROWS && (pfnmap >= 0 || rows[nr].what != DEVICE))
		nr++;
	return nr == ROWS && !(facts.fwb && facts.dic) ? nr - 1 : nr;
}

static void listed(int nr)
{
	check(!kvmmt(out, "slots --json"), "it fails", "kvmmt slots lists them");
	has_rows(out, nr);
	check(!kvmmt(replayed, "slots") && strstr(replayed, "shared anonymous memory"), replayed,
	      "as a table too");
	check(kvmmt(replayed, "slots --vm nobody") == 1 && !*replayed, replayed, "of nobody, none");
}

static void recorded(void)
{
	check(!kvmmt(replayed, "record -q -d 1 -o " FILE_NAME) &&
		      !kvmmt(replayed, "slots --json -i " FILE_NAME) && !strcmp(out, replayed),
	      replayed, "a recording that began later has the same");
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 5, fd, err;
	struct vm vm;

	check_suite = "slots";
	fd = open("/proc/sys/vm/nr_hugepages", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "2", 1) != 1)
		return 1;
	err = vm_open(&vm, 0);
	if (!err)
		err = make_slots(&vm, nr_rows());
	check(!err, strerror(-err), "a VM with %d slots", nr_rows() + 1);
	listed(nr_rows());
	if (argc < 3) {
		recorded();
		refusal();
	}
	vm_close(&vm);
	races(seconds, argc > 2);
	return check_status();
}
