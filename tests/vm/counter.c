// SPDX-License-Identifier: GPL-2.0
/* See counter.h. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "counter.h"

static int read_number(const char *path)
{
	FILE *in = fopen(path, "re");
	int n, err;

	if (!in)
		return -errno;
	err = fscanf(in, "%d", &n) == 1 ? 0 : -EINVAL;
	fclose(in);
	return err ? err : n;
}

static int open_counter(struct perf_event_attr *attr)
{
	int fd;

	attr->size = sizeof(*attr);
	fd = syscall(SYS_perf_event_open, attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int counter_function(const char *function)
{
	int type = read_number("/sys/bus/event_source/devices/kprobe/type");
	struct perf_event_attr attr = { .type = type, .kprobe_func = (uint64_t)function };

	return type < 0 ? type : open_counter(&attr);
}

int counter_tracepoint(const char *name)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	char path[128];
	int id;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", name);
	id = read_number(path);
	if (id < 0)
		return id;
	attr.config = id;
	return open_counter(&attr);
}

int counter_read(int fd, uint64_t *count)
{
	return read(fd, count, sizeof(*count)) == sizeof(*count) ? 0 : -EIO;
}
