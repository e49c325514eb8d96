// SPDX-License-Identifier: GPL-2.0
/* When a recording ends, from the headers of its frames alone: see recording.h. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "recording.h"

__u64 recording_last_ns(const char *path)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
	__u8 header[KVMMT_FRAME_BYTES];
	struct kvmmt_frame f;
	__u64 last_ns = 0;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, header, sizeof(header), at)) == (ssize_t)sizeof(header)) {
		if (!frame_get(header, &f)) {
			last_ns = 0;
			break;
		}
		if ((f.type == KVMMT_FRAME_EVENTS || f.type == KVMMT_FRAME_SAMPLE) && f.last_ns > last_ns)
			last_ns = f.last_ns;
		at += KVMMT_FRAME_BYTES + f.stored_bytes;
	}
	if (fd >= 0)
		close(fd);
	return last_ns;
}
