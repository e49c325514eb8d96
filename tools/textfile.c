// SPDX-License-Identifier: GPL-2.0
/* See textfile.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "textfile.h"

/* A file beside @path that nobody knows yet, its name to @part of @size bytes. */
static int open_part(const char *path, char *part, size_t size)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? slash + 1 - path : 0, fd;

	/* Its name does not end as @path's does: no collector takes it. */
	if (snprintf(part, size, "%.*s.%s.XXXXXX", dir, path, path + dir) >= (int)size)
		return -ENAMETOOLONG;
	fd = mkostemp(part, O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int textfile_check(const char *path)
{
	char part[4096];
	struct stat st;
	int fd;

	if (!lstat(path, &st) && S_ISDIR(st.st_mode))
		return -EISDIR;
	fd = open_part(path, part, sizeof(part));
	if (fd < 0)
		return fd;
	close(fd);
	return unlink(part) ? -errno : 0;
}

int textfile_write(const char *path, textfile_fn print, void *ctx)
{
	char part[4096];
	int fd = open_part(path, part, sizeof(part)), err = 0;
	FILE *out;

	if (fd < 0)
		return fd;
	out = fchmod(fd, 0644) ? NULL : fdopen(fd, "w");
	if (out) {
		print(ctx, out);
		err = ferror(out) ? -EIO : 0;
		if (fclose(out))
			err = -errno;
	} else {
		err = -errno;
		close(fd);
	}
	if (!err && rename(part, path))
		err = -errno;
	if (err)
		unlink(part);
	return err;
}
