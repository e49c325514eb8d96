// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into the reader of recordings. The first byte says what the rest
 * is: a file, a first frame's text, a frame's inside, or changes to a sound one.
 * Built so that checksums do not stop it (FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recording.h"

#define NR 200	/* events of the sound frame */

/* A sound frame's inside, and a sound file. */
static __u8 *sound, *sound_file;
static size_t sound_len, sound_file_len;
static struct schema own_schema;
static int file = -1;

static void name_vm(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	strcpy(vm->name, "vm");
}

static struct kvmmt_event events[NR];

static void make_sound(void)
{
	struct encoder *encoder = encoder_new(name_vm, NULL);
	const void *bytes;
	size_t i;

	for (i = 0; i < NR; i++) {
		events[i].time_ns = 1000 + i;
		events[i].kind = i % KVMMT_KIND_NR;
		events[i].vm = i % 3;
		events[i].tid = i % 7;
		events[i].s2_fault.ipa = i * 4096;
		events[i].s2_fault.pfn = i * i;
	}
	if (!encoder || encoder_encode(encoder, events, NR, 1000, &bytes, &sound_len))
		abort();
	sound = malloc(sound_len);
	memcpy(sound, bytes, sound_len);
	encoder_free(encoder);
}

static void tell_origin(void *ctx, const struct kvmmt_event *e, struct refused *to)
{
	(void)ctx, (void)e;
	strcpy(to->backing, "memfd b");
}

static void make_sound_file(const struct recording_info *info)
{
	static struct vm_slots slots = { .key = { 1, 0 } };
	struct writer *w = writer_new(info, name_vm, NULL);
	int fd = memfd_create("sound", MFD_CLOEXEC);
	char path[64];
	size_t i;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!w)
		abort();
	writer_ask_origins(w, tell_origin);
	slots.nr = 2;
	slots.slots[1] = (struct slot){ .id = 1, .ipa = 4096, .size_bytes = 4096, .backing = "file a" };
	if (writer_slots(w, &slots, 1) != 0 || writer_open(w, path))
		abort();
	for (i = 0; i < NR; i++)
		if (writer_event(w, &events[i]) || (i % 100 == 99 && writer_sample(w, 1000 + i, false)))
			abort();
	if (writer_close(w))
		abort();
	sound_file_len = lseek(fd, 0, SEEK_END);
	sound_file = malloc(sound_file_len);
	if (pread(fd, sound_file, sound_file_len, 0) != (ssize_t)sound_file_len)
		abort();
	close(fd);
	writer_free(w);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct recording_info info = { 0 };
	struct recording_info got;
	size_t len;
	char *text;

	(void)argc, (void)argv;
	make_sound();
	len = host_frame_write(&info, &text);
	if (!len || host_frame_read(text, len, &got, &own_schema))
		abort();
	free(text);
	make_sound_file(&info);
	file = memfd_create("recording", MFD_CLOEXEC);
	return 0;
}

static void read_file(const __u8 *data, size_t len)
{
	struct reader *r;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (ftruncate(file, 0) || pwrite(file, data, len, 0) != (ssize_t)len)
		abort();
	if (reader_open(&r, path))
		return;
	while (reader_next(r) > 0)
		;
	reader_close(r);
}

static void decode(const __u8 *data, size_t len, size_t nr)
{
	struct decoder *d = decoder_new();
	struct decoded out;

	if (d)
		decoder_decode(d, &own_schema, data, len, nr, 0, &out);
	decoder_free(d);
}

/* A copy of @from with changes, three bytes each: where, and what is there then. */
static __u8 *changed(const __u8 *from, size_t from_len, const __u8 *data, size_t len)
{
	__u8 *bytes = malloc(from_len);

	memcpy(bytes, from, from_len);
	for (; len >= 3; data += 3, len -= 3)
		bytes[(data[0] | data[1] << 8) % from_len] = data[2];
	return bytes;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	struct recording_info info;
	static struct vm_slots slots;
	struct refused origins[RECORDING_ORIGINS];
	struct schema schema;
	struct vm_entry vm;
	__u8 *bytes;
	size_t nr;

	if (!len)
		return 0;
	switch (data[0] % 6) {
	case 0:
		read_file(data + 1, len - 1);
		break;
	case 1:
		host_frame_read((const char *)data + 1, len - 1, &info, &schema);
		break;
	case 2:
		decode(data + 1, len - 1, data[0]);
		break;
	case 3:
		bytes = changed(sound, sound_len, data + 1, len - 1);
		decode(bytes, sound_len, NR);
		free(bytes);
		break;
	case 5:
		slots_frame_read(data + 1, len - 1, &vm, &slots);
		origins_frame_read(data + 1, len - 1, origins, &nr);
		break;
	case 4:
		bytes = changed(sound_file, sound_file_len, data + 1, len - 1);
		read_file(bytes, sound_file_len);
		free(bytes);
		break;
	}
	return 0;
}
