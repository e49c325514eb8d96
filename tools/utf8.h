/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8, as far as words of others need it. */
#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/*
 * The bytes of the character at @s, of which there are @len; 0: it is none that has a
 * shape of its own: no UTF-8, a control, a space, or what turns or joins its neighbours.
 */
size_t utf8_char(const char *s, size_t len);
/* Columns on a terminal, where all characters are as wide as letters. */
size_t utf8_columns(const char *s);

#endif
