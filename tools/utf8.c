// SPDX-License-Identifier: GPL-2.0
/* See utf8.h. */
#include <stdbool.h>
#include <linux/types.h>

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
	return c > 0x10ffff;
}

size_t utf8_char(const char *s, size_t len)
{
	static const __u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = len ? *s : 0;
	size_t n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4, i;
	__u32 c = n == 1 ? first : first & (0x7f >> n);

	if (n > len || first >= 0xf8)
		return 0;
	for (i = 1; i < n; i++) {
		if (!follows(s[i]))
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c < least[n] || shapeless(c) ? 0 : n;
}

size_t utf8_columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += !follows(*s);
	return n;
}
