// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into what says what memory is: a PCI device's resources and a device's
 * uevent, as sysfs has them, and a file's name, which is its owner's choice. The input is
 * these three; a NUL is between them.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backing.h"

static char dir[] = "/dev/shm/kvmmt-fuzz-XXXXXX";
static const char *const dirs[] = { "bus", "bus/pci", "bus/pci/devices", "bus/pci/devices/0000:01:00.0",
				    "dev", "dev/char", "dev/char/10:196" };
static const char *const files[] = { "bus/pci/devices/0000:01:00.0/resource", "dev/char/10:196/uevent" };
static int fds[2];

#define NR_DIRS ((int)(sizeof(dirs) / sizeof(dirs[0])))

static void end(void)
{
	char path[128];

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	for (int i = NR_DIRS - 1; i >= 0; i--) {
		snprintf(path, sizeof(path), "%s/%s", dir, dirs[i]);
		rmdir(path);
	}
	rmdir(dir);
}

static void begin(void)
{
	char path[128];

	if (!mkdtemp(dir))
		abort();
	for (int i = 0; i < NR_DIRS; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, dirs[i]);
		if (mkdir(path, 0700))
			abort();
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		fds[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	}
	atexit(end);
}

/* Up to a NUL or the end; returns what is behind it. */
static const __u8 *put(int fd, const __u8 *at, const __u8 *end_at)
{
	const __u8 *nul = at < end_at ? memchr(at, 0, end_at - at) : NULL;
	size_t len = nul ? nul - at : end_at - at;

	if (ftruncate(fd, 0) || pwrite(fd, at, len, 0) != (ssize_t)len)
		abort();
	return nul ? nul + 1 : end_at;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	struct kvmmt_origin o = { .rdev = 10 << 20 | 196, .slot = -1 };
	const __u8 *end_at = data + len;
	char text[BACKING_LEN];
	size_t left;

	if (!fds[0])
		begin();
	data = put(fds[0], data, end_at);
	data = put(fds[1], data, end_at);
	left = end_at - data;
	memcpy(o.file, data, left < sizeof(o.file) ? left : sizeof(o.file));
	for (int i = 0; i < 3; i++) {
		o.rdev = i == 2 ? 0 : o.rdev;
		backing_text(dir, &o, i ? ~0ull : 0x1234, 4096, text);
		for (size_t c = 0; c < strnlen(text, sizeof(text)); c++)
			if (!isprint((unsigned char)text[c]) && !(text[c] & 0x80))
				abort();
		if (strnlen(text, sizeof(text)) == sizeof(text))
			abort();
	}
	return 0;
}
