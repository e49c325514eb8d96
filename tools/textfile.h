/* SPDX-License-Identifier: GPL-2.0 */
/* A file for others to read that is replaced as a whole or not at all. */
#ifndef TEXTFILE_H
#define TEXTFILE_H

#include <stdio.h>

/* What is to be in it. */
typedef void (*textfile_fn)(void *ctx, FILE *out);

/* Could it be written? Leaves nothing behind. Returns 0 or -errno. */
int textfile_check(const char *path);
/* Write it anew, readable by everybody. Returns 0 or -errno: then it is as it was. */
int textfile_write(const char *path, textfile_fn print, void *ctx);

#endif
