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

int recorder_open(struct recorder *r, const struct host *host, __u32 kinds, enum recorder_what what)
{
	struct recording_info info = {
		.host = *host,
		.realtime_ns = wall_offset_ns(),
		.refusals_only = what == RECORD_REFUSALS,
		.samples = what == RECORD_SAMPLES,
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
	slot_reader_close(r->slots);
	r->slots = NULL;
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

static void origin(void *ctx, const struct kvmmt_event *e, struct refused *to)
{
	struct recorder *r = ctx;

	live_origin(r->live, e, to);
}

static struct vm_slots_key *place_of(struct recorder *r, __u64 vm)
{
	return &r->met[vm >> 12 & (RECORDER_MET - 1)];
}

static int take_slots(void *ctx, const struct vm_slots *s)
{
	struct recorder *r = ctx;
	int err = writer_slots(r->writer, s, live_now_ns());

	return err == -ENOSPC ? 0 : err;
}

/* What cannot be read, the recording does without. */
static int read_slots(struct recorder *r, __u32 process)
{
	return slot_reader_read(r->slots, process, take_slots, r) == -ENOMEM ? -ENOMEM : 0;
}

static int read_changed(struct recorder *r)
{
	int err = 0;
	size_t i;

	live_find_vfio(r->live);	/* which a new slot may be of */
	for (i = 0; i < r->nr_changed && !err; i++) {
		struct vm_entry vm = { .vm = r->changed[i].vm, .pid = r->changed[i].pid };

		recorder_identify(r, &vm, "");
		err = read_slots(r, vm.process);
	}
	r->nr_changed = 0;
	return err;
}

void recorder_follow(struct recorder *r, struct live *live)
{
	r->live = live;
	live_find_vfio(live);
	writer_ask_origins(r->writer, origin);
	if (!slot_reader_open(&r->slots))
		read_slots(r, 0);
}

static void add_changed(struct recorder *r, struct vm_slots_key key)
{
	size_t i;

	for (i = 0; i < r->nr_changed; i++)
		if (same_vm_slots(r->changed[i], key))
			return;
	if (i < RECORDER_CHANGED)
		r->changed[r->nr_changed++] = key;
}

static bool met(struct recorder *r, struct vm_slots_key key)
{
	struct vm_slots_key *place = place_of(r, key.vm);

	if (same_vm_slots(*place, key))
		return true;
	*place = key;
	return writer_has_slots(r->writer, key);
}

/* Does @e say that its VM's slots are not those that were read? */
static void follow_slots(struct recorder *r, const struct kvmmt_event *e)
{
	const struct vm_slots_key key = { e->vm, e->pid };
	const struct kvmmt_s2_invalidate *i = &e->s2_invalidate;

	if (e->kind == KVMMT_KIND_S2_INVALIDATE && i->reason == KVMMT_INVAL_TEARDOWN && !i->shadow) {
		writer_forget_slots(r->writer, key);
		*place_of(r, e->vm) = (struct vm_slots_key){ 0 };
	} else if (!met(r, key) || (e->kind == KVMMT_KIND_S2_SLOT &&
				    e->s2_slot.reason == KVMMT_SLOT_ACCEPTED)) {
		add_changed(r, key);
	}
}

int recorder_event(struct recorder *r, const struct kvmmt_event *e)
{
	if (r->slots && e->vm)
		follow_slots(r, e);
	return writer_event(r->writer, e);
}

int recorder_settled(struct recorder *r, __u64 time_ns)
{
	int err = r->nr_changed ? read_changed(r) : 0;

	return err ? err : writer_settled(r->writer, time_ns);
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
