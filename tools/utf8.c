// SPDX-License-Identifier: GPL-2.0
/* See utf8.h. */
#include <langinfo.h>
#include <string.h>
#include <wchar.h>

#include "utf8.h"

static bool follows(char c)
{
	return (c & 0xc0) == 0x80;
}

static bool shapeless(__u32 c)
{
	static const struct {
		__u32 first, last;
	} ranges[] = {
		{ 0x0000, 0x0020 }, { 0x007f, 0x00a0 }, { 0x00ad, 0x00ad }, { 0x034f, 0x034f },
		{ 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f },
		{ 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xd800, 0xdfff }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		{ 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* The character at @s of @len bytes, to @c; returns how many it has, 0: it is no UTF-8. */
static size_t decode(const char *s, size_t len, __u32 *c)
{
	static const __u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = len ? *s : 0;
	size_t n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4, i;

	if (!n || n > len || first >= 0xf8)
		return 0;
	*c = n == 1 ? first : first & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if (!follows(s[i]))
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c & ~0x7ffu) == 0xd800 ? 0 : n;
}

size_t utf8_char(const char *s, size_t len)
{
	__u32 c;
	size_t n = decode(s, len, &c);

	return n && shapeless(c) ? 0 : n;
}

__u32 utf8_next(const char **s)
{
	__u32 c;
	size_t n;

	if (!(**s & 0x80))
		return **s ? *(*s)++ : 0;
	n = decode(*s, strnlen(*s, UTF8_LEN), &c);
	*s += n ? n : 1;
	return n ? c : UTF8_NONE;
}

size_t utf8_last(const char *s)
{
	size_t at = strlen(s);

	while (at && follows(s[--at]))
		;
	return at;
}

size_t utf8_put(char *to, __u32 c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	for (i = n - 1; i; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(n == 1 ? c : (0xf00 >> n & 0xf0) | c);
	return n;
}

bool utf8_shown(__u32 c)
{
	return c >= 0x80 && !strcmp(nl_langinfo(CODESET), "UTF-8") && wcwidth((wchar_t)c) >= 0;
}

int utf8_width(__u32 c)
{
	int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	return width < 0 ? 1 : width;	/* a '?' */
}

size_t utf8_columns(const char *s)
{
	size_t columns = 0;

	while (*s)
		columns += utf8_width(utf8_next(&s));
	return columns;
}

int utf8_room(const char *s, int columns)
{
	return columns + (int)strlen(s) - (int)utf8_columns(s);
}

size_t utf8_fit(const char *s, size_t columns)
{
	const char *at = s, *next = s;
	size_t used = 0;

	while (*next) {
		used += utf8_width(utf8_next(&next));
		if (used > columns)
			break;
		at = next;
	}
	return at - s;
}
