// SPDX-License-Identifier: GPL-2.0
/*
 * The table test: for every row of /lab/s2.table and every kind of access a VM
 * of its own touches the row's memory. Three witnesses must agree with the table:
 * the stage-2 descriptor as the module walks to it, kvmmt's line, and what guest
 * and VMM experienced.
 *   s2table          expect what the series promises
 *   s2table stock    on the unpatched kernel: rows where it differs must differ
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pfnmap/pfnmap.h"
#include "s2table.h"
#include "vmm/check.h"
#include "vmm/vm.h"
#include "witness.h"

#define OLD 0x1122334455667788ull
#define NEW 0x99aabbccddeeff00ull

static const char *const op_words[] = { [VM_READ] = "read", [VM_WRITE] = "write", [VM_EXEC] = "exec" };

/* What one VM with one access came to. */
struct result {
	int setup_errno, slot_errno;
	struct vm_access first, second;	/* the access; a read after the host wrote NEW */
	uint64_t host_sees;		/* after the guest's write */
	struct pfnmap_walk walk;
};

struct case_ {
	struct row row;
	enum vm_op op;
	pid_t pid;
	struct result result;
};

static struct pfnmap_facts facts;
static bool stock;

static bool of_device(const struct row *r)
{
	return strstr(r->backing, "map") != NULL;
}

/* Where the host puts its data: a private device mapping must not be written. */
static volatile uint64_t *host_side(const struct row *r, void *mem, int fd)
{
	struct row shared = *r;

	if (!r->is_private || !of_device(r))
		return mem;
	shared.is_private = false;
	return row_map(&shared, fd);
}

static void touch(struct case_ *c, int fd)
{
	struct result *res = &c->result;
	volatile uint64_t *host, *own;
	struct vcpu vcpu;
	struct vm vm;
	void *mem = row_map(&c->row, fd);

	if (mem == MAP_FAILED) {
		res->setup_errno = errno;
		return;
	}
	host = host_side(&c->row, mem, fd);
	own = mem;
	res->setup_errno = -vm_open(&vm, 0);
	if (res->setup_errno)
		return;
	res->slot_errno = -vm_slot(&vm, 1, VM_WINDOW, mem, ROW_BYTES, 0);
	if (res->slot_errno)
		return;
	*host = c->op == VM_EXEC ? VM_CODE : OLD;
	res->setup_errno = -vcpu_open(&vm, &vcpu, 0);
	if (res->setup_errno)
		return;
	res->first = (struct vm_access){ .op = c->op, .va = VM_VA_NORMAL, .value = NEW };
	res->setup_errno = -vcpu_access(&vcpu, &res->first);
	res->walk = (struct pfnmap_walk){ .vm_fd = vm.fd, .ipa = VM_WINDOW };
	if (ioctl(fd, PFNMAP_IOC_WALK, &res->walk))
		res->setup_errno = errno;
	if (res->setup_errno || res->first.run_errno || res->first.esr)
		return;
	res->host_sees = *own;
	/* Not through the private mapping: that would make the copy. */
	*host = NEW + 1;
	res->second = (struct vm_access){ .op = VM_READ, .va = VM_VA_NORMAL };
	res->setup_errno = -vcpu_access(&vcpu, &res->second);
}

static void run_case(struct case_ *c)
{
	int fds[2], fd;

	if (pipe(fds)) {
		c->result.setup_errno = errno;
		return;
	}
	c->pid = fork();
	if (!c->pid) {
		fd = open("/dev/pfnmap", O_RDWR | O_CLOEXEC);
		touch(c, fd);
		if (write(fds[1], &c->result, sizeof(c->result)) != sizeof(c->result))
			_exit(1);
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], &c->result, sizeof(c->result)) != sizeof(c->result))
		c->result.setup_errno = ECHILD;
	close(fds[0]);
	waitpid(c->pid, NULL, 0);
}

/* Complaints collect here; empty: all is well. */
static char complaints[1024];

static void complain(const char *format, ...)
{
	size_t used = strlen(complaints);
	va_list args;

	if (used && used + 2 < sizeof(complaints))
		used += snprintf(complaints + used, sizeof(complaints) - used, "; ");
	va_start(args, format);
	vsnprintf(complaints + used, sizeof(complaints) - used, format, args);
	va_end(args);
}

static void want(uint64_t got, uint64_t wanted, const char *what)
{
	if (got != wanted)
		complain("%s is 0x%llx, not 0x%llx", what, (unsigned long long)got,
			 (unsigned long long)wanted);
}

static unsigned int memattr_of(enum outcome o)
{
	static const unsigned char fwb[] = { 6, 5, 1, 0 }, no_fwb[] = { 0xf, 5, 1, 0 };

	return facts.fwb ? fwb[o] : no_fwb[o];
}

/*
 * The outcome of this very access. A present page of a private device mapping is
 * read-only in the host, and KVM does not break the copy on write for a PFN map.
 */
static enum outcome of_access(const struct case_ *c, enum outcome o)
{
	bool breaks_cow = c->row.is_private && of_device(&c->row) && c->op == VM_WRITE;

	return breaks_cow && o <= GET_nGnRnE ? GET_NO_PFN : o;
}

static void check_descriptor(const struct case_ *c, enum outcome o)
{
	uint64_t desc = c->result.walk.desc;
	bool block = !strcmp(c->row.backing, "thp") || !strcmp(c->row.backing, "huge");
	/* vm_insert_page()d pages are not writable to fast GUP: a write asks again. */
	bool read_only = c->op != VM_WRITE && ((c->row.is_private && of_device(&c->row)) ||
					       !strcmp(c->row.backing, "ram-mixedmap"));
	bool exec = o == GET_NORMAL && (facts.dic || c->op == VM_EXEC);

	if (o > GET_nGnRnE || (c->op == VM_EXEC && o != GET_NORMAL)) {
		want(desc & 1, 0, "descriptor's valid bit");
		return;
	}
	want(desc & 1, 1, "descriptor's valid bit");
	/* Earlier point releases (6.12.95) also make a block of a PFNMAP that could be one. */
	if (!strstr(c->row.backing, "pfnmap") || c->result.walk.level != 2)
		want(c->result.walk.level, block ? 2 : 3, "descriptor's level");
	want(desc >> 2 & 0xf, memattr_of(o), "descriptor's MemAttr");
	want(desc >> 6 & 1, 1, "descriptor's read permission");
	want(desc >> 7 & 1, !read_only, "descriptor's write permission");
	want(desc >> 54 & 1, !exec, "descriptor's XN");
}

static void check_experience(const struct case_ *c, enum outcome o)
{
	const struct result *r = &c->result;

	want(r->setup_errno, 0, "errno of the test itself");
	want(r->slot_errno, o == GET_SLOT ? EINVAL : 0, "errno of the slot ioctl");
	want(r->first.run_errno, o == GET_FAULT || o == GET_NO_PFN ? EFAULT : 0, "errno of KVM_RUN");
	if (o > GET_nGnRnE)
		return;
	if (c->op == VM_EXEC && o != GET_NORMAL) {
		want(r->first.esr >> 26, 0x21, "class of the guest's abort");
		return;
	}
	want(r->first.esr, 0, "guest's ESR");
	if (c->op == VM_WRITE)
		want(r->host_sees, NEW, "what the host sees of the guest's write");
	else
		want(r->first.value, c->op == VM_EXEC ? VM_CODE_RETURNS : OLD, "what the guest got");
	want(r->second.value, NEW + 1, "what the guest sees of the host's write");
}

static void check_line(const struct case_ *c, enum outcome o, const struct witness *w)
{
	static const char *const types[] = { "Normal", "NormalNC", "nGnRE", "nGnRnE" };
	char pid[32], line[2048], reason[64] = "", type[64] = "", memattr[64] = "", flags[64] = "0";
	const char *fault[] = { pid, "\"kind\":\"s2_fault\"", "\"fault_ipa\":\"0x80000000\"", NULL };
	const char *slot[] = { pid, "\"kind\":\"s2_slot\"", "\"slot\":1,", NULL };
	const char *reasons[] = { [GET_SLOT] = "unsafe-cacheable", [GET_FAULT] = "unsafe-cacheable",
				  [GET_NO_PFN] = "no-pfn" };
	bool mapped = o <= GET_nGnRnE && (c->op != VM_EXEC || o == GET_NORMAL);
	unsigned int f;

	snprintf(pid, sizeof(pid), "\"pid\":%d,", c->pid);
	if (!witness_find(w, o == GET_SLOT ? slot : fault, line, sizeof(line))) {
		complain("kvmmt has no line");
		return;
	}
	/* A later access than the first one only ever widens or repeats. */
	witness_value(line, "reason", reason, sizeof(reason));
	witness_value(line, "type", type, sizeof(type));
	witness_value(line, "memattr", memattr, sizeof(memattr));
	witness_value(line, "flags", flags, sizeof(flags));
	f = strtoul(flags, NULL, 10);
	if (!mapped) {
		const char *wanted = o > GET_nGnRnE ? reasons[o] : "exec-uncached";

		if (strcmp(reason, wanted))
			complain("kvmmt says '%s', not '%s'", reason, wanted);
		return;
	}
	if (strcmp(type, types[o]))
		complain("kvmmt says type '%s', not '%s'", type, types[o]);
	want(strtoul(memattr, NULL, 10), c->result.walk.desc >> 2 & 0xf, "kvmmt's memattr");
	want(f >> 6 & 1, facts.fwb, "kvmmt's FWB");
	want(f >> 7 & 1, facts.dic, "kvmmt's DIC");
	if (strcmp(reason, "relaxed")) {
		want(f >> 4 & 1, c->result.walk.desc >> 7 & 1, "kvmmt's w");
		want(f >> 3 & 1, !(c->result.walk.desc >> 54 & 1), "kvmmt's x");
	}
}

static void judge(const struct case_ *c, const struct witness *w)
{
	const struct row *r = &c->row;
	enum outcome ours = of_access(c, facts.fwb && facts.dic ? r->safe : r->unsafe);
	enum outcome o = stock ? of_access(c, r->stock) : ours;
	char name[160];

	snprintf(name, sizeof(name), "%.15s %.15s %.15s %.31s %s", r->backing, r->type, r->share, r->flags,
		 op_words[c->op]);
	complaints[0] = '\0';
	check_experience(c, o);
	if (o != GET_SLOT)
		check_descriptor(c, o);
	if (w)
		check_line(c, o, w);
	check(!complaints[0], complaints, "%s -> %s", name, outcome_words[o]);
	if (!stock || o == ours)
		return;
	/* A fetch is refused from every uncached type: nothing to tell apart. */
	if (c->op == VM_EXEC && o <= GET_nGnRnE && ours != GET_NORMAL && ours <= GET_nGnRnE)
		return;
	/* The same test with the promise of the series must fail here. */
	complaints[0] = '\0';
	check_experience(c, ours);
	if (ours != GET_SLOT)
		check_descriptor(c, ours);
	check(complaints[0], "the unpatched kernel passes: the test sees nothing",
	      "%s: unpatched gives %s where %s is right", name, outcome_words[o],
	      outcome_words[ours]);
}

static void write_file(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		skip("%s: %s", file, strerror(errno));
}

int main(int argc, char **argv)
{
	FILE *table = fopen("/lab/s2.table", "re");
	int fd = open("/dev/pfnmap", O_RDWR | O_CLOEXEC), nr = 0;
	static struct case_ cases[512];
	struct witness witness;
	struct row row;

	stock = argc > 1 && !strcmp(argv[1], "stock");
	check_suite = stock ? "s2table stock" : "s2table";
	if (!table || fd < 0 || ioctl(fd, PFNMAP_IOC_FACTS, &facts)) {
		not_ok("/lab/s2.table or /dev/pfnmap: %s", strerror(errno));
		return 1;
	}
	printf("# host: FWB %u, DIC %u\n", facts.fwb, facts.dic);
	write_file("/proc/sys/vm/nr_hugepages", "4");
	if (!stock && witness_start(&witness)) {
		not_ok("kvmmt script does not see events");
		return 1;
	}
	while (row_read(table, &row) && nr + 3 <= (int)(sizeof(cases) / sizeof(cases[0]))) {
		for (enum vm_op op = VM_READ; op <= VM_EXEC; op++) {
			cases[nr].row = row;
			cases[nr].op = op;
			run_case(&cases[nr++]);
		}
	}
	if (!stock && witness_stop(&witness)) {
		not_ok("kvmmt script failed or lost events");
		return 1;
	}
	for (int i = 0; i < nr; i++)
		judge(&cases[i], stock ? NULL : &witness);
	return check_status();
}
