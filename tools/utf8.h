/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8, as far as words of others need it. */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define UTF8_LEN 4		/* bytes of a character, at most */
#define UTF8_NONE 0xfffd	/* stands for what is no UTF-8 */

/*
 * The bytes of the character at @s, of which there are @len; 0: it is none that has a
 * shape of its own: no UTF-8, a control, a space, or what turns or joins its neighbours.
 */
size_t utf8_char(const char *s, size_t len);
/* The character at *@s, which moves on to the next; 0 at the end, UTF8_NONE for a byte of none. */
__u32 utf8_next(const char **s);
/* Where the last character of @s begins; 0 if it is empty. */
size_t utf8_last(const char *s);
/* Writes a character to @to of UTF8_LEN bytes; returns how many it took. */
size_t utf8_put(char *to, __u32 c);

/* Is it beyond ASCII, and can a terminal of this locale show it? */
bool utf8_shown(__u32 c);
/* Columns of a character on a terminal of this locale: 0, 1 or 2. */
int utf8_width(__u32 c);
size_t utf8_columns(const char *s);
/* What "%-*s" has to be told for @s to take @columns. */
int utf8_room(const char *s, int columns);
/* How many bytes of @s, in whole characters, fit into @columns. */
size_t utf8_fit(const char *s, size_t columns);

#endif
