// SPDX-License-Identifier: GPL-2.0
/*
 * Frames back from a file or a pipe: see recording.h. A frame that is damaged costs
 * itself; where no header is sound, the next sound one is searched for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "recording.h"
#include "varint.h"

#define READ_BYTES 262144	/* at a time */

struct reader {
	int fd;
	__u8 *buf;		/* what was read; .at is not yet used */
	size_t at, len, room;
	__u64 used, size;	/* of the file */
	__u8 *raw;
	size_t raw_room;
	ZSTD_DCtx *zstd;
	struct decoder *decoder;
	struct decoded decoded;
	struct schema schema;
	struct recording_info info;
	struct kvmmt_frame frame;
	struct vm_entry slots_of;
	struct vm_slots slots;
	struct refused origins[RECORDING_ORIGINS];
	size_t nr_origins;
	struct reader_state state;
	struct reader_place found;	/* the frame that is handed out */
	__u64 from_ns;
};

/* Returns 1 if @want bytes are at hand, 0 if the file ends before, or -errno. */
static int fill(struct reader *r, size_t want)
{
	if (r->len - r->at >= want)
		return 1;
	if (r->at)
		memmove(r->buf, r->buf + r->at, r->len - r->at);
	r->len -= r->at;
	r->at = 0;
	if (r->room < want + READ_BYTES) {
		__u8 *buf = realloc(r->buf, want + READ_BYTES);

		if (!buf)
			return -ENOMEM;
		r->buf = buf;
		r->room = want + READ_BYTES;
	}
	while (r->len < want) {
		ssize_t n = read(r->fd, r->buf + r->len, r->room - r->len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return 0;
		r->len += n > 0 ? n : 0;
	}
	return 1;
}

static void use(struct reader *r, size_t bytes)
{
	r->at += bytes;
	r->used += bytes;
}

/*
 * The next frame, its payload at r->at + KVMMT_FRAME_BYTES. Returns 1, 0 at the end
 * of the file, or -errno.
 */
static int find_frame(struct reader *r)
{
	int have;

	while ((have = fill(r, KVMMT_FRAME_BYTES)) > 0) {
		const __u8 *from = r->buf + r->at, *next;

		if (frame_get(from, &r->frame)) {
			have = fill(r, KVMMT_FRAME_BYTES + r->frame.stored_bytes);
			if (!have)
				r->state.cut_bytes = r->len - r->at;
			return have;
		}
		/* To the next byte that could begin one. */
		next = memchr(from + 1, KVMMT_FRAME_MAGIC & 0xff, r->len - r->at - 1);
		have = next ? next - from : (long)(r->len - r->at);
		r->state.damaged_bytes += have;
		use(r, have);
	}
	if (!have)
		r->state.cut_bytes = r->len - r->at;
	return have;
}

static int decompress(struct reader *r, const __u8 *payload)
{
	if (!r->frame.raw_bytes)
		return -EBADMSG;
	if (r->raw_room < r->frame.raw_bytes) {
		__u8 *raw = realloc(r->raw, r->frame.raw_bytes);

		if (!raw)
			return -ENOMEM;
		r->raw = raw;
		r->raw_room = r->frame.raw_bytes;
	}
	return ZSTD_decompressDCtx(r->zstd, r->raw, r->frame.raw_bytes, payload,
				   r->frame.stored_bytes) == r->frame.raw_bytes ? 0 : -EBADMSG;
}

static bool payload_sound(const struct reader *r, const __u8 *payload)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	(void)r, (void)payload;
	return true;
#else
	return frame_crc(payload, r->frame.stored_bytes) == r->frame.payload_crc;
#endif
}

static int read_events(struct reader *r, const __u8 *payload)
{
	int err = payload_sound(r, payload) ? decompress(r, payload) : -EBADMSG;

	if (!err)
		err = decoder_decode(r->decoder, &r->schema, r->raw, r->frame.raw_bytes,
				     r->frame.events, r->frame.first_ns, &r->decoded);
	if (err == -EBADMSG) {
		r->state.damaged_frames++;
		r->state.damaged_events += r->frame.events;
	} else if (!err) {
		r->state.unknown_events += r->decoded.unknown;
	}
	return err;
}

/* A frame that is not compressed */
static int read_memory(struct reader *r, const __u8 *payload)
{
	size_t len = r->frame.stored_bytes;
	int err = payload_sound(r, payload) ? 0 : -EBADMSG;

	if (!err && r->frame.type == KVMMT_FRAME_SLOTS)
		err = slots_frame_read(payload, len, &r->slots_of, &r->slots);
	else if (!err)
		err = origins_frame_read(payload, len, r->origins, &r->nr_origins);
	r->state.damaged_frames += err != 0;
	return err;
}

static bool of_events(__u32 type)
{
	return type == KVMMT_FRAME_EVENTS || type == KVMMT_FRAME_ORIGINS || type == KVMMT_FRAME_SAMPLE;
}

void reader_skip(struct reader *r, __u64 from_ns)
{
	r->from_ns = from_ns;
}

int reader_next(struct reader *r)
{
	int have, err;

	while ((have = find_frame(r)) > 0) {
		const __u8 *payload = r->buf + r->at + KVMMT_FRAME_BYTES;

		r->found = (struct reader_place){ r->used, r->state };
		use(r, KVMMT_FRAME_BYTES + r->frame.stored_bytes);
		if (r->frame.last_ns < r->from_ns && of_events(r->frame.type))
			continue;
		switch (r->frame.type) {
		case KVMMT_FRAME_EVENTS:
			err = read_events(r, payload);
			if (err == -EBADMSG)
				continue;
			return err ? err : READER_EVENTS;
		case KVMMT_FRAME_SAMPLE:
			return READER_SAMPLE;
		case KVMMT_FRAME_END:
			r->state.complete = true;
			return READER_END;
		case KVMMT_FRAME_SLOTS:
			if (!read_memory(r, payload))
				return READER_SLOTS;
			break;
		case KVMMT_FRAME_ORIGINS:
			if (!read_memory(r, payload))
				return READER_ORIGINS;
			break;
		case KVMMT_FRAME_HOST:
			break;
		default:
			r->state.unknown_frames++;
		}
	}
	r->found = (struct reader_place){ r->used, r->state };
	return have < 0 ? have : READER_END;
}

static int read_host(struct reader *r)
{
	int have = fill(r, KVMMT_FRAME_BYTES);
	const __u8 *payload;

	if (have < 0)
		return have;
	if (!r->len)
		return -ENODATA;
	if (r->len < 4 || get_le32(r->buf) != KVMMT_FRAME_MAGIC)
		return -ENOEXEC;
	if (!have || !frame_get(r->buf, &r->frame) || r->frame.type != KVMMT_FRAME_HOST)
		return -EBADMSG;
	have = fill(r, KVMMT_FRAME_BYTES + r->frame.stored_bytes);
	if (have <= 0)
		return have ? have : -EBADMSG;
	payload = r->buf + KVMMT_FRAME_BYTES;
	if (!payload_sound(r, payload))
		return -EBADMSG;
	use(r, KVMMT_FRAME_BYTES + r->frame.stored_bytes);
	return host_frame_read((const char *)payload, r->frame.stored_bytes, &r->info, &r->schema);
}

int reader_open(struct reader **out, const char *path)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct stat st;
	int err;

	if (!r)
		return -ENOMEM;
	r->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
				    fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	r->zstd = ZSTD_createDCtx();
	r->decoder = decoder_new();
	if (r->fd < 0 || fstat(r->fd, &st))
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else
		err = r->zstd && r->decoder ? read_host(r) : -ENOMEM;
	if (err) {
		reader_close(r);
		return err;
	}
	r->size = S_ISREG(st.st_mode) ? st.st_size : 0;
	*out = r;
	return 0;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	ZSTD_freeDCtx(r->zstd);
	decoder_free(r->decoder);
	free(r->buf);
	free(r->raw);
	free(r);
}

int reader_rewind(struct reader *r)
{
	if (lseek(r->fd, 0, SEEK_SET) < 0)
		return -errno;
	r->at = r->len = r->used = 0;
	memset(&r->state, 0, sizeof(r->state));
	return read_host(r);
}

int reader_place(const struct reader *r, struct reader_place *place)
{
	*place = r->found;
	return r->size ? 0 : -ESPIPE;
}

int reader_return(struct reader *r, const struct reader_place *place)
{
	if (lseek(r->fd, (off_t)place->at_bytes, SEEK_SET) < 0)
		return -errno;
	r->at = r->len = 0;
	r->used = place->at_bytes;
	r->state = place->state;
	return 0;
}

const struct recording_info *reader_info(const struct reader *r)
{
	return &r->info;
}

const struct reader_state *reader_state(const struct reader *r)
{
	return &r->state;
}

const struct decoded *reader_events(const struct reader *r)
{
	return &r->decoded;
}

const struct vm_slots *reader_slots(const struct reader *r, const struct vm_entry **vm)
{
	*vm = &r->slots_of;
	return &r->slots;
}

const struct refused *reader_origins(const struct reader *r, size_t *nr)
{
	*nr = r->nr_origins;
	return r->origins;
}

const struct kvmmt_frame *reader_frame(const struct reader *r)
{
	return &r->frame;
}

void reader_progress(const struct reader *r, __u64 *at, __u64 *size)
{
	*at = r->used;
	*size = r->size;
}

const char *reader_error(int err)
{
	switch (err) {
	case -ENODATA:
		return "the file is empty";
	case -ENOEXEC:
		return "this is no recording of kvmmt";
	case -EPROTONOSUPPORT:
		return "made by a later kvmmt, in a format that this one does not read";
	case -EBADMSG:
		return "its first frame is damaged, and without it nothing can be read";
	}
	return strerror(-err);
}
