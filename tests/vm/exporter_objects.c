// SPDX-License-Identifier: GPL-2.0
/*
 * What another privileged process can do to the exporter's BPF objects: the kernel refuses to
 * detach its programs, and what is deleted from its maps is counted anew.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

/* The object after @id, as a file; *id: its. */
static int next_object(enum bpf_cmd next, enum bpf_cmd open, __u32 *id)
{
	union bpf_attr attr = { .start_id = *id };

	if (bpf(next, &attr))
		return -1;
	*id = attr.next_id;
	attr = (union bpf_attr){ .link_id = *id };
	return bpf(open, &attr);
}

/* How many links there are, and how many of them could be detached. */
static void detach(int *links, int *detached)
{
	__u32 id = 0;
	int fd;

	*links = *detached = 0;
	while ((fd = next_object(BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID, &id)) >= 0) {
		union bpf_attr attr = { .link_detach.link_fd = fd };

		++*links;
		*detached += bpf(BPF_LINK_DETACH, &attr) != -EOPNOTSUPP;
		close(fd);
	}
}

static int empty(int fd)
{
	char key[256];
	union bpf_attr next = { .map_fd = fd, .next_key = (__u64)key };
	union bpf_attr delete = { .map_fd = fd, .key = (__u64)key };
	int nr = 0;

	while (nr < 100000 && !bpf(BPF_MAP_GET_NEXT_KEY, &next) && !bpf(BPF_MAP_DELETE_ELEM, &delete))
		nr++;
	return nr;
}

/* How many elements were deleted from all maps. */
static int empty_all(void)
{
	int fd, nr = 0;
	__u32 id = 0;

	while ((fd = next_object(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID, &id)) >= 0) {
		nr += empty(fd);
		close(fd);
	}
	return nr;
}

static bool first_there(void)
{
	return vm_there("web-7");
}

static bool second_mapped(void)
{
	return vm_mapped("web-8");
}

void objects(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "-d", "0.5", NULL };
	pid_t pid = spawn(argv, "/tmp/objects"), first, second;
	int links, detached;

	check(soon(healthy), "it is not", "objects: it is healthy");
	first = start_vmm("web-7");
	check(soon(first_there), page, "objects: a VM is there");
	detach(&links, &detached);
	check(links >= 3 && !detached, "one could be", "objects: none of its %d programs can be detached", links);
	check(empty_all() > 0, "there are none", "objects: elements of its maps are deleted");
	second = start_vmm("web-8");
	check(soon(second_mapped), page, "objects: the next VM is counted");
	sleep(2);
	check(get("/healthz", "") == 200 && get("/metrics", OPENMETRICS) == 200 &&
		      !has("kvmmt_refusal_timestamp_seconds{", NULL) && !has("kvmmt_vm_storm{", "} 1", NULL),
	      page, "objects: nothing is raised for it");
	stop_vmm(first);
	stop_vmm(second);
	stop_exporter(pid, "objects");
	if (check_status())
		show("/tmp/objects");
}
