// SPDX-License-Identifier: GPL-2.0
/* See flight.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "flight.h"

#define PREFIX "kvmmt-"
#define SUFFIX ".data"

const char *flight_kind_word(enum flight_kind kind)
{
#define X(name, word) word,
	static const char *const words[] = { FLIGHT_KINDS(X) };
#undef X

	return words[kind];
}

static int is_ours(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > strlen(PREFIX SUFFIX) && !strncmp(d->d_name, PREFIX, strlen(PREFIX)) &&
	       !strcmp(d->d_name + len - strlen(SUFFIX), SUFFIX);
}

/* Recordings are numbered, since clocks can be set back. 0: it has no number. */
static __u64 serial_of(const char *name)
{
	char *end;
	__u64 serial = strtoull(name + strlen(PREFIX), &end, 10);

	return *end == '-' ? serial : 0;
}

static int by_serial(const struct dirent **a, const struct dirent **b)
{
	__u64 x = serial_of((*a)->d_name), y = serial_of((*b)->d_name);

	return x != y ? (x > y) - (x < y) : strcmp((*a)->d_name, (*b)->d_name);
}

/* What is there already. */
static void count_on(struct flight *f)
{
	struct dirent **found;
	int nr = scandir(f->dir, &found, is_ours, by_serial), i;

	f->serial = nr > 0 ? serial_of(found[nr - 1]->d_name) : 0;
	for (i = 0; i < nr; i++)
		free(found[i]);
	if (nr >= 0)
		free(found);
}

int flight_open(struct flight *f, const struct host *host)
{
	int err;

	if (strlen(f->dir) > FLIGHT_PATH_LEN - 48)
		return -ENAMETOOLONG;
	if (mkdir(f->dir, 0700) && errno != EEXIST)
		return -errno;
	if (access(f->dir, R_OK | W_OK | X_OK))
		return -errno;
	count_on(f);
	err = recorder_open(&f->recorder, host, KVMMT_TRACED, RECORD_EVENTS);
	return err ? err : writer_keep(f->recorder.writer, FLIGHT_BYTES, FLIGHT_BEFORE_NS + FLIGHT_AFTER_NS);
}

/* The place of the VM's entry, f->nr if it has none. */
static size_t find(const struct flight *f, const char *vm, enum flight_kind kind)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		if (f->entries[i].kind == kind && !strcmp(f->entries[i].vm, vm))
			break;
	return i;
}

/* No VM has a recording that is gone. */
static void withdraw(struct flight *f, const char *path)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		if (!strcmp(f->entries[i].path, path))
			f->entries[i].path[0] = '\0';
}

/* Who asked for one that was never there may ask again. */
static void forget(struct flight *f, const char *path)
{
	size_t i, kept = 0;

	for (i = 0; i < f->nr; i++)
		if (strcmp(f->entries[i].path, path))
			f->entries[kept++] = f->entries[i];
	f->nr = kept;
}

static void remove_old(struct flight *f)
{
	char path[FLIGHT_PATH_LEN + NAME_MAX];
	struct dirent **found;
	int nr = scandir(f->dir, &found, is_ours, by_serial), i;

	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, found[i]->d_name);
		if (i + FLIGHT_FILES <= nr && !unlink(path)) {
			withdraw(f, path);
			f->removed++;
		}
		free(found[i]);
	}
	if (nr >= 0)
		free(found);
}

static void choose_path(struct flight *f, __u64 wall_s)
{
	const time_t t = wall_s;
	char stamp[32];
	struct tm tm;

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&t, &tm));
	snprintf(f->path, sizeof(f->path), "%s/" PREFIX "%06llu-%s" SUFFIX, f->dir,
		 (unsigned long long)++f->serial, stamp);
}

/* A place for another: a new one, or that of who asked longest ago. */
static size_t make_room(struct flight *f)
{
	size_t oldest = 0, i;

	if (f->nr < FLIGHT_ENTRIES)
		return f->nr++;
	for (i = 1; i < f->nr; i++)
		if (f->entries[i].asked_ns < f->entries[oldest].asked_ns)
			oldest = i;
	return oldest;
}

const char *flight_ask(struct flight *f, const char *vm, enum flight_kind kind, __u64 about,
		       __u64 now_ns, __u64 wall_s)
{
	size_t i = find(f, vm, kind);
	struct flight_entry *e = &f->entries[i];

	if (!f->dir)
		return "";
	if (!f->due_ns && i < f->nr && now_ns < e->asked_ns + FLIGHT_PER_VM_NS) {
		if (!about || e->about != about)
			e->path[0] = '\0';
		return "";
	}
	if (!f->due_ns) {
		choose_path(f, wall_s);
		f->due_ns = now_ns + FLIGHT_AFTER_NS;
	}
	if (i == f->nr)
		e = &f->entries[make_room(f)];
	snprintf(e->vm, sizeof(e->vm), "%s", vm);
	e->kind = kind;
	e->about = about;
	memcpy(e->path, f->path, sizeof(e->path));
	e->asked_ns = now_ns;
	return e->path;
}

int flight_step(struct flight *f, __u64 now_ns, bool now)
{
	mode_t mask;
	int err;

	if (!f->due_ns || (now_ns < f->due_ns && !now))
		return 0;
	f->due_ns = 0;
	remove_old(f);
	mask = umask(077);	/* it has guests' addresses */
	err = writer_snapshot(f->recorder.writer, f->path);
	umask(mask);
	if (!err) {
		f->written++;
		return 0;
	}
	unlink(f->path);	/* a disk that is full has better use for the rest */
	forget(f, f->path);
	f->failed++;
	return err;
}
