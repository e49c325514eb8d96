// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into what names VMs: a process's command line and its cgroup, which
 * are its owner's choice. The input is both; the first NUL NUL is between them.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmname.h"

static char dir[] = "/dev/shm/kvmmt-fuzz-XXXXXX";

static const char *const files[] = { "cmdline", "cgroup" };
static int fds[2];

static void put(int fd, const __u8 *data, size_t len)
{
	if (ftruncate(fd, 0) || pwrite(fd, data, len, 0) != (ssize_t)len)
		abort();
}

static void end(void)
{
	char path[64];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/1/%s", dir, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/1", dir);
	rmdir(path);
	rmdir(dir);
}

static void begin(void)
{
	char path[64];

	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/1", dir);
	if (mkdir(path, 0700))
		abort();
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/1/%s", dir, files[i]);
		fds[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	atexit(end);
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	char name[VM_NAME_LEN], uid[VM_POD_LEN];
	const __u8 *middle = memmem(data, len, "\0", 2);
	size_t first = middle ? (size_t)(middle - data) + 1 : len;

	if (!fds[0])
		begin();
	put(fds[0], data, first);
	put(fds[1], data + first, len - first);
	memset(name, 0, sizeof(name));
	vm_name_at(dir, 1, "", name);
	for (size_t i = 0; i < strnlen(name, sizeof(name)); i++)
		if (!isgraph((unsigned char)name[i]) && !(name[i] & 0x80))
			abort();
	vm_pod(dir, 1, uid);
	if (strnlen(name, sizeof(name)) == sizeof(name) || (*uid && strlen(uid) != VM_POD_LEN - 1))
		abort();
	return 0;
}
