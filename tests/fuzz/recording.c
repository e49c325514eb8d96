// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's way into the reader of recordings. The first byte says what the rest
 * is: a file, a first frame's text, a frame's inside, or changes to a sound one.
 * Built so that checksums do not stop it (FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION).
 */
#include "sound.h"

#define NR 200	/* events of the sound frame */

/* A sound frame's inside, and a sound file. */
static struct bytes inside, whole;
static struct schema own_schema;
static struct kvmmt_event events[NR];

static void make_inside(void)
{
	struct encoder *encoder = encoder_new(sound_name, NULL);
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
	if (!encoder || encoder_encode(encoder, events, NR, 1000, &bytes, &inside.len))
		abort();
	inside.at = malloc(inside.len);
	memcpy(inside.at, bytes, inside.len);
	encoder_free(encoder);
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
	make_inside();
	len = host_frame_write(&info, &text);
	if (!len || host_frame_read(text, len, &got, &own_schema))
		abort();
	free(text);
	whole = sound_file(&info, events, NR);
	return 0;
}

static void read_file(const __u8 *data, size_t len)
{
	struct reader *r;

	if (reader_open(&r, sound_path(data, len)))
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
		bytes = sound_changed(inside, data + 1, len - 1);
		decode(bytes, inside.len, NR);
		free(bytes);
		break;
	case 5:
		slots_frame_read(data + 1, len - 1, &vm, &slots);
		origins_frame_read(data + 1, len - 1, origins, &nr);
		break;
	case 4:
		bytes = sound_changed(whole, data + 1, len - 1);
		read_file(bytes, whole.len);
		free(bytes);
		break;
	}
	return 0;
}
