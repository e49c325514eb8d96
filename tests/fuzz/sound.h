/* SPDX-License-Identifier: GPL-2.0 */
/* What the fuzzers of recordings begin with: a sound file, and changes to it. */
#ifndef SOUND_H
#define SOUND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recording.h"

struct bytes {
	__u8 *at;
	size_t len;
};

static inline void sound_name(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	strcpy(vm->name, "vm");
}

static inline void sound_origin(void *ctx, const struct kvmmt_event *e, struct refused *to)
{
	(void)ctx, (void)e;
	strcpy(to->backing, "memfd b");
}

/* Of @events, with slots, refusals' memory, and a sample after each 100 events. */
static inline struct bytes sound_file(const struct recording_info *info,
				      const struct kvmmt_event *events, size_t nr)
{
	static struct vm_slots slots = { .key = { 1, 0 }, .nr = 2 };
	struct writer *w = writer_new(info, sound_name, NULL);
	int fd = memfd_create("sound", MFD_CLOEXEC);
	struct bytes file;
	char path[64];
	size_t i;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!w)
		abort();
	writer_ask_origins(w, sound_origin);
	slots.slots[1] = (struct slot){ .id = 1, .ipa = 4096, .size_bytes = 4096, .backing = "file a" };
	if (writer_slots(w, &slots, 1) != 0 || writer_open(w, path))
		abort();
	for (i = 0; i < nr; i++)
		if (writer_event(w, &events[i]) ||
		    (i % 100 == 99 && writer_sample(w, events[i].time_ns, false)))
			abort();
	if (writer_close(w))
		abort();
	file.len = lseek(fd, 0, SEEK_END);
	file.at = malloc(file.len);
	if (pread(fd, file.at, file.len, 0) != (ssize_t)file.len)
		abort();
	close(fd);
	writer_free(w);
	return file;
}

/* A copy with changes, three bytes each: where, and what is there then. */
static inline __u8 *sound_changed(struct bytes from, const __u8 *data, size_t len)
{
	__u8 *bytes = malloc(from.len);

	memcpy(bytes, from.at, from.len);
	for (; len >= 3; data += 3, len -= 3)
		bytes[(data[0] | data[1] << 8) % from.len] = data[2];
	return bytes;
}

/* The path of a file that has this; it is the same one each time. */
static inline const char *sound_path(const __u8 *data, size_t len)
{
	static char path[64];
	static int file = -1;

	if (file < 0)
		file = memfd_create("recording", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (ftruncate(file, 0) || pwrite(file, data, len, 0) != (ssize_t)len)
		abort();
	return path;
}

#endif
