// SPDX-License-Identifier: GPL-2.0
/* See recorder.h. */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "recorder.h"
#include "wall.h"

#define NAMES_MAX 16384	/* then all are forgotten, and those that live asked for again */

int recorder_open(struct recorder *r, const struct host *host, __u32 kinds, bool refusals_only)
{
	struct recording_info info = {
		.host = *host,
		.realtime_ns = wall_offset_ns(),
		.refusals_only = refusals_only,
	};
	int kind;

	memset(r, 0, sizeof(*r));
	gethostname(info.hostname, sizeof(info.hostname) - 1);
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		info.host.tracepoint[kind] &= kinds >> kind & 1;
	r->writer = writer_new(&info, recorder_identify, r);
	return r->writer ? 0 : -ENOMEM;
}

void recorder_rename(struct recorder *r)
{
	tdestroy(r->names, free);
	r->names = NULL;
	r->nr_names = 0;
}

void recorder_close(struct recorder *r)
{
	writer_free(r->writer);
	r->writer = NULL;
	recorder_rename(r);
}

static int by_address(const void *a, const void *b)
{
	const struct vm_entry *x = a, *y = b;

	if (x->vm != y->vm)
		return x->vm < y->vm ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

void recorder_identify(void *ctx, struct vm_entry *entry, const char *comm)
{
	struct recorder *r = ctx;
	struct vm_entry **node = tfind(entry, &r->names, by_address), *kept;

	if (node) {
		*entry = **node;
		return;
	}
	vm_identify(NULL, entry, comm);
	if (r->nr_names == NAMES_MAX)
		recorder_rename(r);
	kept = malloc(sizeof(*kept));
	if (!kept)
		return;
	*kept = *entry;
	if (tsearch(kept, &r->names, by_address))
		r->nr_names++;
	else
		free(kept);
}

int recorder_rotate(const char *path, unsigned int keep)
{
	char from[4096], to[4096];
	unsigned int n;
	struct stat st;

	/* A device stays where it is. */
	if (!lstat(path, &st) && !S_ISREG(st.st_mode))
		return 0;
	for (n = keep; n > 0; n--) {
		snprintf(to, sizeof(to), "%s.%u", path, n);
		if (n > 1)
			snprintf(from, sizeof(from), "%s.%u", path, n - 1);
		else
			snprintf(from, sizeof(from), "%s", path);
		if (rename(from, to) && errno != ENOENT)
			return -errno;
	}
	return 0;
}
