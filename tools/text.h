/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text put together piece by piece, in a buffer that cuts what it cannot hold: what
 * snprintf() does, for lines of which there are millions.
 */
#ifndef TEXT_H
#define TEXT_H

#include <string.h>
#include <linux/types.h>

#define TEXT_NUMBER_LEN 20	/* digits of the largest __u64 */

struct text {
	char *at, *end;	/* the next byte, and behind the last one */
};

/* One byte of @buf is kept for text_end(). */
static inline struct text text_begin(char *buf, size_t len)
{
	return (struct text){ buf, buf + len - 1 };
}

/* Terminates it. */
static inline void text_end(struct text *t)
{
	*t->at = '\0';
}

/* Inlined, so that a piece whose length is known costs a store or two. */
static inline __attribute__((always_inline)) void text_bytes(struct text *t, const char *from, size_t len)
{
	if (len > (size_t)(t->end - t->at))
		len = t->end - t->at;
	memcpy(t->at, from, len);
	t->at += len;
}

static inline __attribute__((always_inline)) void text_str(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

static inline void text_char(struct text *t, char c)
{
	if (t->at < t->end)
		*t->at++ = c;
}

/* The digits of @value, at the end of @buf of TEXT_NUMBER_LEN bytes; returns the first. */
static inline char *text_digits(char *buf, __u64 value)
{
	char *p = buf + TEXT_NUMBER_LEN;

	do
		*--p = '0' + value % 10;
	while (value /= 10);
	return p;
}

static inline void text_number(struct text *t, __u64 value)
{
	char buf[TEXT_NUMBER_LEN], *p = text_digits(buf, value);

	text_bytes(t, p, buf + sizeof(buf) - p);
}

/* With zeroes before it, to @width digits. */
static inline void text_padded(struct text *t, __u64 value, int width)
{
	char buf[TEXT_NUMBER_LEN], *p = text_digits(buf, value);

	while (buf + sizeof(buf) - p < width)
		*--p = '0';
	text_bytes(t, p, buf + sizeof(buf) - p);
}

static inline void text_hex(struct text *t, __u64 value)
{
	char buf[18], *p = buf + sizeof(buf);

	do
		*--p = "0123456789abcdef"[value & 0xf];
	while (value >>= 4);
	*--p = 'x';
	*--p = '0';
	text_bytes(t, p, buf + sizeof(buf) - p);
}

#endif
