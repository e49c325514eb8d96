/* SPDX-License-Identifier: GPL-2.0 */
/* Files that tests made, or had made. */
#ifndef FILES_H
#define FILES_H

#include <dirent.h>
#include <stdio.h>

/* How many there are in @dir. */
static inline int files(const char *dir)
{
	DIR *d = opendir(dir);
	int nr = -2;

	while (d && readdir(d))
		nr++;
	if (d)
		closedir(d);
	return nr;
}

/* The beginning of what @path holds, to @buf as a string; returns its length. */
static inline size_t file_text(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(buf, 1, size - 1, f) : 0;

	buf[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

#endif
