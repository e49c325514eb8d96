// SPDX-License-Identifier: GPL-2.0
/* Recordings: what goes in comes out, and of a damaged one all that is sound. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "recording.h"

#define NR 20000	/* events: more than two frames */

static struct kvmmt_event events[NR];
static char path[] = "/tmp/kvmmt-unit-XXXXXX";

static const struct recording_info info = {
	.hostname = "lab", .realtime_ns = -5, .refusals_only = true,
	.host = { .machine = "aarch64", .release = "6.12 x", .page_size_bytes = 4096, .fwb = YES,
		  .dic = NO, .idc = UNKNOWN, .tracepoint = { [KVMMT_KIND_S2_SLOT] = true } },
};

static __u64 random_u64(void)
{
	return (__u64)random() << 42 ^ (__u64)random() << 21 ^ (__u64)random();
}

/* Any bits in every field that is stored, none elsewhere. */
static void fill_payload(struct kvmmt_event *e)
{
	size_t i;

	for (i = 0; i < kind_columns[e->kind].nr; i++) {
		const struct column *c = &kind_columns[e->kind].columns[i];
		__u64 value = random() % 3 ? random_u64() >> random() % 64 : 0;

		memcpy((char *)e + c->offset, &value, c->width);
	}
}

static void make_events(void)
{
	__u64 time_ns = 1000;
	size_t i;

	for (i = 0; i < NR; i++) {
		struct kvmmt_event *e = &events[i];

		e->time_ns = time_ns += 1 + random() % 1000;
		e->kind = random() % KVMMT_KIND_NR;
		e->cpu = random() % 8;
		if (e->kind != KVMMT_KIND_LOST) {
			e->vm = 0xffff800000000000 + random() % 5 * 8192;
			e->pid = 100 + random() % 2;
			e->vcpu = random() % 4 - 1;
			e->tid = 200 + random() % 9;
			snprintf(e->comm, sizeof(e->comm), "CPU %d/KVM", e->vcpu);
		}
		fill_payload(e);
	}
}

static void name_vm(void *ctx, struct vm_entry *vm, const char *comm)
{
	(void)ctx, (void)comm;
	vm->process = vm->pid + 1;
	snprintf(vm->name, sizeof(vm->name), "vm-%llx", (unsigned long long)vm->vm & 0xfffff);
}

/* The payload's bytes that no list in columns.c has. */
static size_t unlisted(int kind)
{
	bool listed[sizeof(struct kvmmt_event)] = { false };
	size_t payload = offsetof(struct kvmmt_event, s2_fault), i, k, left = 0;

	for (i = 0; i < kind_columns[kind].nr; i++)
		for (k = 0; k < kind_columns[kind].columns[i].width; k++)
			listed[kind_columns[kind].columns[i].offset + k] = true;
	for (i = payload; i < sizeof(listed); i++)
		left += !listed[i];
	return left;
}

static void columns(void)
{
	const size_t padding[KVMMT_KIND_NR] = {
		[KVMMT_KIND_S2_INVALIDATE] = sizeof(events->s2_invalidate.pad),
		[KVMMT_KIND_LOST] = sizeof(events->lost.pad),
		[KVMMT_KIND_VNCR_LOOKUP] = sizeof(events->vncr_lookup.pad),
		[KVMMT_KIND_VNCR_WALK] = sizeof(events->vncr_walk.pad),
		[KVMMT_KIND_VNCR_INVALIDATE] = sizeof(events->vncr_invalidate.pad),
		[KVMMT_KIND_NESTED_TLBI] = sizeof(events->nested_tlbi.pad),
	};
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		check(unlisted(kind) == padding[kind], "a field of event.h is not in columns.c",
		      "recordings store all of kind %d", kind);
}

static void write_all(void)
{
	struct writer *w = writer_new(&info, name_vm, NULL);
	size_t i;
	int err = writer_open(w, path);

	writer_sample(w, 900, false);
	for (i = 0; i < NR; i++)
		err |= writer_event(w, &events[i]);
	writer_sample(w, events[NR - 1].time_ns, true);
	err |= writer_close(w);
	check(!err, strerror(-err), "a recording is written");
	writer_free(w);
}

/* How many events come back as they were, and in order; @err is what ended it. */
static size_t read_all(struct reader *r, int *err)
{
	const struct decoded *d;
	size_t nr = 0, i, at = 0;

	while ((*err = reader_next(r)) > 0) {
		if (*err != READER_EVENTS)
			continue;
		d = reader_events(r);
		for (i = 0; i < d->nr; i++) {
			while (at < NR && events[at].time_ns < d->events[i].time_ns)
				at++;
			nr += at < NR && !memcmp(&d->events[i], &events[at], sizeof(*events));
		}
	}
	return nr;
}

static void round_trip(void)
{
	const struct recording_info *got;
	struct reader *r = NULL;
	int err = reader_open(&r, path), samples = 0, nameless = 0;
	const struct decoded *d;
	size_t i;

	check(!err, reader_error(err), "a recording opens");
	if (err)
		return;
	got = reader_info(r);
	check(!strcmp(got->hostname, "lab") && got->realtime_ns == -5 && got->refusals_only &&
		      got->host.fwb == YES && got->host.dic == NO && got->host.idc == UNKNOWN &&
		      got->host.page_size_bytes == 4096 && got->host.arm64 &&
		      got->host.tracepoint[KVMMT_KIND_S2_SLOT] &&
		      !got->host.tracepoint[KVMMT_KIND_S2_FAULT],
	      got->hostname, "the host's facts come back");
	check(!strcmp(got->host.release, "6.12_x"), got->host.release, "and only as plain words");
	check(read_all(r, &err) == NR && !err, "others", "every event comes back as it was");
	check(reader_state(r)->complete && !reader_state(r)->damaged_frames, "", "and nothing is missing");
	check(!reader_rewind(r), "", "a file can be read again");
	while ((err = reader_next(r)) > 0) {
		d = reader_events(r);
		for (i = 0; i < d->nr_vms; i++)
			nameless += d->vms[i].vm && strncmp(d->vms[i].name, "vm-", 3);
		if (err == READER_SAMPLE)
			samples += reader_frame(r)->events ? reader_frame(r)->first_ns == events[NR - 1].time_ns :
							     reader_frame(r)->first_ns == 900;
	}
	check(samples == 2 && !nameless, "", "samples and names come back");
	reader_close(r);
}

static size_t whole_bytes(__u8 *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, to, room);

	close(fd);
	return n < 0 ? 0 : n;
}

/* Opens these bytes as a file; reads them to the end. */
static int read_bytes(const __u8 *bytes, size_t len, size_t *nr, struct reader_state *state)
{
	int fd = memfd_create("recording", MFD_CLOEXEC), err;
	struct reader *r = NULL;
	char name[64];

	*nr = 0;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	err = write(fd, bytes, len) == (ssize_t)len ? reader_open(&r, name) : -EIO;
	if (!err) {
		*nr = read_all(r, &err);
		*state = *reader_state(r);
		reader_close(r);
	}
	close(fd);
	return err;
}

static void cut(const __u8 *bytes, size_t len)
{
	size_t at, nr, before = 0, bad = 0, frames = 0;
	struct reader_state state;
	int err;

	for (at = 0; at < len; at += at < 1500 ? 1 : at + 20011 < len ? 20011 : at < len - 1 ? len - 1 - at : 1) {
		err = read_bytes(bytes, at, &nr, &state);
		if (err && (nr || at > 1500 || (err != -EBADMSG && err != -ENODATA && err != -ENOEXEC)))
			bad++;
		if (!err && (state.complete || state.damaged_frames || state.damaged_bytes || nr < before))
			bad++;
		frames += nr > before;
		before = nr;
	}
	check(!bad, "", "a file cut anywhere gives its whole frames, and knows that it was cut");
	check(frames == NR / KVMMT_EVENTS_PER_FRAME + 1, "",
	      "and the more there is of it, the more it gives");
}

static void flip(__u8 *bytes, size_t len)
{
	size_t at, nr, bad = 0, worst = NR;
	struct reader_state state = { 0 };
	int err;

	for (at = 0; at < len; at += at < 1500 ? 7 : 30011) {
		bytes[at] ^= 1 << at % 8;
		err = read_bytes(bytes, len, &nr, &state);
		bytes[at] ^= 1 << at % 8;
		if (err ? err == -ENOMEM : !state.damaged_frames && !state.damaged_bytes)
			bad++;
		if (!err && nr < worst)
			worst = nr;
	}
	check(!bad, "", "no bit is flipped unnoticed");
	check(worst >= KVMMT_EVENTS_PER_FRAME, "", "and it costs one frame, not what is before it");
}

static __u32 type_at(const __u8 *bytes, size_t at)
{
	return bytes[at + 4] | bytes[at + 5] << 8 | bytes[at + 6] << 16 | (__u32)bytes[at + 7] << 24;
}

/* What stands on disk, by the numbers that kvmmt.data(5) has. */
static void types(__u8 *bytes, size_t len)
{
	size_t at = 0, event_frames = 0, samples = 0, others = 0, before = 0, nr;
	struct reader_state state = { 0 };
	struct kvmmt_frame f = { 0 };

	while (at < len && frame_get(bytes + at, &f)) {
		__u32 type = type_at(bytes, at);

		event_frames += type == 2;
		samples += type == 3;
		others += type != 2 && type != 3;
		before = at;
		at += KVMMT_FRAME_BYTES + f.stored_bytes;
	}
	check(at == len && type_at(bytes, 0) == 1 && type_at(bytes, before) == 4 && others == 2 &&
		      event_frames >= NR / KVMMT_EVENTS_PER_FRAME + 1 && samples == 2,
	      "", "frames have the types that kvmmt.data(5) names");
	/* The first frame of events as one of a later kvmmt */
	frame_get(bytes, &f);
	at = KVMMT_FRAME_BYTES + f.stored_bytes;
	while (frame_get(bytes + at, &f) && f.type != 2)
		at += KVMMT_FRAME_BYTES + f.stored_bytes;
	f.type = 99;
	frame_put(bytes + at, &f);
	check(!read_bytes(bytes, len, &nr, &state) && state.unknown_frames == 1 &&
		      nr == NR - f.events && state.complete && !state.damaged_frames,
	      "", "a frame of a later kvmmt is passed over and counted");
	f.type = 2;
	frame_put(bytes + at, &f);
}

/* The first frame with another text, and its checksums right. */
static int with_text(const char *text)
{
	__u8 bytes[4096];
	struct kvmmt_frame f = { .type = KVMMT_FRAME_HOST, .stored_bytes = strlen(text),
				 .raw_bytes = strlen(text), .payload_crc = frame_crc(text, strlen(text)) };
	struct reader_state state;
	size_t nr;

	frame_put(bytes, &f);
	memcpy(bytes + KVMMT_FRAME_BYTES, text, f.stored_bytes);
	return read_bytes(bytes, KVMMT_FRAME_BYTES + f.stored_bytes, &nr, &state);
}

static void foreign(void)
{
	struct reader_state state;
	size_t nr;

	check(read_bytes((const __u8 *)"", 0, &nr, &state) == -ENODATA, "", "an empty file is known");
	check(read_bytes((const __u8 *)"PERFILE2 and more", 17, &nr, &state) == -ENOEXEC, "",
	      "so is another program's");
	check(with_text("kvmmt recording 2\n") == -EPROTONOSUPPORT, "", "and one of a later version");
	check(!with_text("kvmmt recording 1\nnew words\nkind 0 s2_fault\nfield 0 a b c\nfwb perhaps\n"),
	      "", "words of a later kvmmt are passed over");
	check(with_text("kvmmt recording 1\nkind 3 s2_fault\n") == -EBADMSG &&
		      with_text("kvmmt recording 1\nfield 0 ipa\n") == -EBADMSG,
	      "", "a schema that makes no sense is refused");
}

/* A kind and fields that a later kvmmt has, read by this one. */
static void later(void)
{
	struct kvmmt_event e[3] = {
		{ .time_ns = 1, .kind = KVMMT_KIND_S2_SLOT, .s2_slot = { .ipa = 7, .hva = 9, .ret = -14 } },
		{ .time_ns = 2, .kind = KVMMT_KIND_S2_INVALIDATE, .s2_invalidate.start = 4 },
		{ .time_ns = 3, .kind = KVMMT_KIND_S2_SLOT, .s2_slot = { .ipa = 8, .hva = 9, .ret = -1 } },
	};
	struct encoder *encoder = encoder_new(name_vm, NULL);
	struct decoder *decoder = decoder_new();
	struct schema schema = { 0 };
	struct decoded d;
	const void *bytes;
	size_t len, i;
	int err = encoder_encode(encoder, e, 3, 1, &bytes, &len);

	schema_add_kind(&schema, 0, "later_0");
	schema_add_kind(&schema, 1, "s2_slot");
	for (i = 0; i < kind_columns[KVMMT_KIND_S2_SLOT].nr; i++)
		schema_add_field(&schema, 1, i ? kind_columns[KVMMT_KIND_S2_SLOT].columns[i].name : "later",
				 NULL);
	schema_add_kind(&schema, 2, "later_2");
	for (i = 0; i < 4; i++)
		schema_add_field(&schema, 2, "later", NULL);
	err = err ? err : decoder_decode(decoder, &schema, bytes, len, 3, 1, &d);
	check(!err && d.nr == 2 && d.unknown == 1 && d.events[1].time_ns == 3, strerror(-err),
	      "events of a later kind are left out and counted");
	check(!err && !d.events[1].s2_slot.ipa && d.events[1].s2_slot.hva == 9 &&
		      d.events[0].s2_slot.ret == -14 && d.events[1].s2_slot.ret == -1,
	      "", "a field that is not known leaves the others as they are");
	encoder_free(encoder);
	decoder_free(decoder);
}

static void flight(void)
{
	struct writer *w = writer_new(&info, name_vm, NULL);
	struct reader *r = NULL;
	size_t i, nr = 0;
	int err = writer_keep(w, 1, 0);

	for (i = 0; i < NR; i++)
		err |= writer_event(w, &events[i]);
	err |= writer_snapshot(w, path);
	err |= reader_open(&r, path);
	while (!err && reader_next(r) == READER_EVENTS) {
		const struct decoded *d = reader_events(r);

		nr = d->nr;
		check(!memcmp(&d->events[nr - 1], &events[NR - 1], sizeof(*events)), "",
		      "a flight recorder keeps the latest frame");
	}
	check(nr == NR % KVMMT_EVENTS_PER_FRAME && reader_state(r)->complete, "",
	      "and no more than it may");
	reader_close(r);
	writer_free(w);
}

static void full_disk(void)
{
	struct writer *w = writer_new(&info, name_vm, NULL);
	int err = writer_open(w, "/dev/full");

	check(err == -ENOSPC && writer_event(w, events) == -ENOSPC && writer_close(w) == -ENOSPC,
	      strerror(-err), "a full disk is said, and again");
	writer_free(w);
}

int main(void)
{
	static __u8 bytes[NR * 256];
	size_t len;

	check_suite = "recording";
	close(mkstemp(path));
	make_events();
	columns();
	write_all();
	round_trip();
	len = whole_bytes(bytes, sizeof(bytes));
	cut(bytes, len);
	flip(bytes, len);
	types(bytes, len);
	foreign();
	later();
	flight();
	full_disk();
	unlink(path);
	return check_status();
}
