// SPDX-License-Identifier: GPL-2.0
/* Events to frames, and frames to a file or into memory: see recording.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <kvmmt/counters.h>
#include "writer_state.h"

#define LEVEL	 1		/* of zstd: the columns have done most of its work */
#define FLUSH_NS 1000000000ull	/* how long an event waits for its frame at most */

/* Its head, before its payload, which is there. Returns its length in bytes. */
static size_t finish_frame(__u8 *frame, struct kvmmt_frame f)
{
	f.payload_crc = frame_crc(frame + KVMMT_FRAME_BYTES, f.stored_bytes);
	frame_put(frame, &f);
	return KVMMT_FRAME_BYTES + f.stored_bytes;
}

static int make_host_frame(struct writer *w, const struct recording_info *info)
{
	struct kvmmt_frame f = { .type = KVMMT_FRAME_HOST };
	char *text;

	f.stored_bytes = f.raw_bytes = host_frame_write(info, &text);
	if (!f.raw_bytes)
		return -ENOMEM;
	w->host = malloc(KVMMT_FRAME_BYTES + f.raw_bytes);
	if (w->host) {
		memcpy(w->host + KVMMT_FRAME_BYTES, text, f.raw_bytes);
		w->host_len = finish_frame(w->host, f);
	}
	free(text);
	return w->host ? 0 : -ENOMEM;
}

struct writer *writer_new(const struct recording_info *info, vm_entry_fn name, void *ctx)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->fd = -1;
	w->name = name;
	w->ctx = ctx;
	w->encoder = encoder_new(name, ctx);
	w->zstd = ZSTD_createCCtx();
	if (!w->encoder || !w->zstd || make_host_frame(w, info)) {
		writer_free(w);
		return NULL;
	}
	return w;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	slot_table_clear(&w->slots);
	frame_ring_free(w->ring);
	encoder_free(w->encoder);
	ZSTD_freeCCtx(w->zstd);
	free(w->host);
	free(w->frame);
	free(w);
}

/* All of it or nothing: the file never ends in half a frame by our doing. */
static int write_frame(void *ctx, const __u8 *frame, size_t len)
{
	struct writer *w = ctx;
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(w->fd, frame + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			int err = -errno;

			if (w->regular && !ftruncate(w->fd, w->count.bytes))
				lseek(w->fd, w->count.bytes, SEEK_SET);
			return err;
		}
		done += n;
	}
	w->count.bytes += len;
	return 0;
}

int writer_emit(struct writer *w, __u8 *frame, struct kvmmt_frame f)
{
	size_t len = finish_frame(frame, f);

	if (w->ring)
		w->err = frame_ring_add(w->ring, frame, len, f.last_ns);
	else if (w->fd >= 0)
		w->err = write_frame(w, frame, len);
	return w->err;
}

int writer_make_room(struct writer *w, size_t room)
{
	__u8 *frame;

	if (room <= w->room)
		return 0;
	frame = realloc(w->frame, room);
	if (!frame)
		return -ENOMEM;
	w->frame = frame;
	w->room = room;
	return 0;
}

int writer_flush(struct writer *w)
{
	struct kvmmt_frame f = {
		.type = KVMMT_FRAME_EVENTS,
		.events = w->nr,
		.first_ns = w->events[0].time_ns,
		.last_ns = w->events[0].time_ns,
	};
	const void *raw;
	size_t len, i;

	if (w->err || !w->nr)
		return w->err;
	for (i = 1; i < w->nr; i++) {
		__u64 t = w->events[i].time_ns;

		f.first_ns = t < f.first_ns ? t : f.first_ns;
		f.last_ns = t > f.last_ns ? t : f.last_ns;
	}
	if (writer_put_origins(w, f))
		return w->err;
	w->err = encoder_encode(w->encoder, w->events, w->nr, f.first_ns, &raw, &len);
	if (!w->err)
		w->err = writer_make_room(w, KVMMT_FRAME_BYTES + ZSTD_compressBound(len));
	if (w->err)
		return w->err;
	f.raw_bytes = len;
	f.stored_bytes = ZSTD_compressCCtx(w->zstd, w->frame + KVMMT_FRAME_BYTES,
					   w->room - KVMMT_FRAME_BYTES, raw, len, LEVEL);
	w->nr = 0;
	return writer_emit(w, w->frame, f);
}

static int put_mark(struct writer *w, struct kvmmt_frame f)
{
	__u8 frame[KVMMT_FRAME_BYTES];

	return w->err ? w->err : writer_emit(w, frame, f);
}

/* Samples taken before @time_ns have all their events now. */
static int put_samples(struct writer *w, __u64 time_ns)
{
	size_t n = 0;

	while (n < w->nr_samples && w->samples[n].first_ns < time_ns && !writer_flush(w))
		put_mark(w, w->samples[n++]);
	w->nr_samples -= n;
	memmove(w->samples, w->samples + n, w->nr_samples * sizeof(*w->samples));
	return w->err;
}

int writer_event(struct writer *w, const struct kvmmt_event *e)
{
	int kind;

	if (w->nr_samples)
		put_samples(w, e->time_ns);
	if (w->origin && kvmmt_is_refusal(e))
		writer_note_origin(w, e);
	w->events[w->nr++] = *e;
	w->count.events += e->kind != KVMMT_KIND_LOST;
	for (kind = 0; e->kind == KVMMT_KIND_LOST && kind < KVMMT_KIND_NR; kind++)
		w->count.lost += e->lost.count[kind];
	if (!w->first_ns)
		w->first_ns = e->time_ns;
	if (e->time_ns > w->last_ns)
		w->last_ns = e->time_ns;
	return w->nr == KVMMT_EVENTS_PER_FRAME ? writer_flush(w) : w->err;
}

int writer_sample(struct writer *w, __u64 time_ns, bool last)
{
	if (w->nr_samples == SAMPLES)
		put_samples(w, ~0ull);
	w->samples[w->nr_samples++] = (struct kvmmt_frame){
		.type = KVMMT_FRAME_SAMPLE, .events = last, .first_ns = time_ns, .last_ns = time_ns,
	};
	return w->err;
}

int writer_settled(struct writer *w, __u64 time_ns)
{
	put_samples(w, time_ns);
	if (w->nr && time_ns > w->events[0].time_ns + FLUSH_NS)
		writer_flush(w);
	return w->err;
}

int writer_open(struct writer *w, const char *path)
{
	struct stat st;

	w->fd = strcmp(path, "-") ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) :
				    fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (w->fd < 0 || fstat(w->fd, &st))
		return w->err = -errno;
	w->regular = S_ISREG(st.st_mode) && strcmp(path, "-");
	w->count = (struct writer_count){ 0 };
	w->first_ns = w->last_ns = 0;
	w->err = write_frame(w, w->host, w->host_len);
	return w->err ? w->err : writer_put_slots(w);
}

int writer_close(struct writer *w)
{
	put_samples(w, ~0ull);
	writer_flush(w);
	put_mark(w, (struct kvmmt_frame){
		.type = KVMMT_FRAME_END, .first_ns = w->first_ns, .last_ns = w->last_ns });
	if (w->fd >= 0 && close(w->fd) && !w->err)
		w->err = -errno;
	w->fd = -1;
	return w->err;
}

int writer_keep(struct writer *w, size_t max_bytes, __u64 max_ns)
{
	w->ring = frame_ring_new(max_bytes, max_ns);
	return w->err = w->ring ? 0 : -ENOMEM;
}

int writer_snapshot(struct writer *w, const char *path)
{
	struct frame_ring *ring = w->ring;
	struct writer_count count = w->count;
	int err;

	put_samples(w, ~0ull);
	if (writer_flush(w))
		return w->err;
	w->ring = NULL;
	if (!writer_open(w, path))
		w->err = frame_ring_each(ring, write_frame, w);
	err = writer_close(w);
	if (!err)
		frame_ring_clear(ring);
	count.bytes = w->count.bytes;
	w->count = count;
	w->ring = ring;
	w->err = 0;
	return err;
}

struct writer_count writer_count(const struct writer *w)
{
	return w->count;
}
