// SPDX-License-Identifier: GPL-2.0
/*
 * A perf.data as long as wished: the samples of a short one again and again, each time
 * later by as much as the short one takes.
 *   longer IN OUT SAMPLES
 * Prints how many samples OUT has: at least that many, in whole repeats. The format is
 * in the kernel's tools/perf/Documentation/perf.data-file-format.txt and perf_event.h.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAGIC "PERFILE2"
#define FINISHED_ROUND 68		/* what came before may be put in order */

struct section {
	uint64_t at, bytes;
};

struct header {
	char magic[8];
	uint64_t bytes, attr_bytes;
	struct section attrs, data, types;
	uint64_t features[4];		/* a bit for each section behind the data */
};

static int position(const struct perf_event_attr *attr)
{
	uint64_t before = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID;

	if (!(attr->sample_type & PERF_SAMPLE_TIME))
		errx(1, "samples have no time");
	return sizeof(struct perf_event_header) +
	       8 * __builtin_popcountll(attr->sample_type & before);
}

static void put(FILE *out, const void *p, size_t bytes)
{
	if (fwrite(p, 1, bytes, out) != bytes)
		err(1, "the longer file");
}

int main(int argc, char **argv)
{
	struct stat st;
	int fd = argc == 4 ? open(argv[1], O_RDONLY) : -1;
	FILE *out = fd < 0 || fstat(fd, &st) ? NULL : fopen(argv[2], "w");
	uint64_t first = UINT64_MAX, last = 0, samples = 0, total = 0, repeats, used = 0, sections = 0;
	uint8_t *in, *copy, *data;
	struct header h;
	int time;

	if (!out)
		err(1, "longer IN OUT SAMPLES");
	in = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memcpy(&h, in, sizeof(h));
	if (memcmp(h.magic, MAGIC, 8) || h.data.at + h.data.bytes > (uint64_t)st.st_size)
		errx(1, "%s: not a whole perf.data", argv[1]);
	time = position((void *)(in + h.attrs.at));
	data = in + h.data.at;
	copy = malloc(h.data.bytes);
	for (uint64_t at = 0; at < h.data.bytes;) {
		struct perf_event_header *e = (void *)(data + at);

		if (e->type == PERF_RECORD_SAMPLE) {
			uint64_t t;

			memcpy(&t, data + at + time, 8);
			first = t < first ? t : first;
			last = t > last ? t : last;
			samples++;
		}
		if (e->type == PERF_RECORD_SAMPLE || e->type == FINISHED_ROUND) {
			memcpy(copy + used, e, e->size);
			used += e->size;
		}
		at += e->size;
	}
	if (!samples)
		errx(1, "%s: no samples", argv[1]);
	repeats = (strtoull(argv[3], NULL, 0) + samples - 1) / samples - 1;

	/* The sections behind the data begin with a table of where they are. */
	for (int i = 0; i < 4; i++)
		sections += __builtin_popcountll(h.features[i]);
	for (uint64_t i = 0; i < sections; i++)
		((struct section *)(data + h.data.bytes))[i].at += repeats * used;
	h.data.bytes += repeats * used;
	put(out, &h, sizeof(h));
	put(out, in + sizeof(h), data - in - sizeof(h) + h.data.bytes - repeats * used);
	for (uint64_t i = 0; i < repeats; i++) {
		for (uint64_t at = 0; at < used;) {
			struct perf_event_header *e = (void *)(copy + at);

			if (e->type == PERF_RECORD_SAMPLE)
				*(uint64_t *)(copy + at + time) += last - first + 1;
			at += e->size;
		}
		put(out, copy, used);
	}
	put(out, in + h.data.at + h.data.bytes - repeats * used,
	    st.st_size - (h.data.at + h.data.bytes - repeats * used));
	total = samples * (repeats + 1);
	printf("%lu\n", total);
	return fclose(out) ? 1 : 0;
}
