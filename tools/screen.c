// SPDX-License-Identifier: GPL-2.0
/* See screen.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "screen.h"

#define LINE_MAX_LEN 1024

int screen_reset(struct screen *s, int rows, int cols)
{
	int i;

	if (rows != s->rows || cols != s->cols) {
		struct cell *cells = realloc(s->cells, (size_t)rows * cols * sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		s->cells = cells;
		s->rows = rows;
		s->cols = cols;
	}
	for (i = 0; i < rows * cols; i++)
		s->cells[i] = (struct cell){ ' ', ATTR_PLAIN };
	return 0;
}

void screen_free(struct screen *s)
{
	free(s->cells);
	*s = (struct screen){ 0 };
}

static int put(struct screen *s, int row, int col, enum attr attr, const char *text)
{
	if (row < 0 || row >= s->rows || col < 0)
		return col < 0 ? 0 : col;
	for (; *text && col < s->cols; text++) {
		if ((*text & 0xc0) == 0x80)
			continue;	/* the rest of a character, for which there is a '?' */
		s->cells[row * s->cols + col++] = (struct cell){ *text & 0x80 ? '?' : *text, attr };
	}
	return col;
}

void screen_put(struct screen *s, int row, int col, enum attr attr, const char *format, ...)
{
	char text[LINE_MAX_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put(s, row, col, attr, text);
}

void screen_line(struct screen *s, int row, enum attr attr, const char *format, ...)
{
	char text[LINE_MAX_LEN];
	va_list args;
	int col;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (col = put(s, row, 0, attr, text); row >= 0 && row < s->rows && col < s->cols; col++)
		s->cells[row * s->cols + col] = (struct cell){ ' ', attr };
}

void screen_copy(struct screen *s, int row, const struct screen *from, int at, int nr)
{
	int i, k;

	for (i = 0; i < nr && row + i < s->rows && at + i < from->rows; i++)
		for (k = 0; k < s->cols; k++)
			s->cells[(row + i) * s->cols + k] = from->cells[(at + i) * from->cols + k];
}

char screen_ascii(char c)
{
	static const char ramp[] = "?.:-=+*#@";

	return c > 0 && c <= SCREEN_BAR_MAX ? ramp[(int)c] : c;
}

void screen_print(const struct screen *s, FILE *out)
{
	int row, col, last_row = -1, last, i;

	for (i = 0; i < s->rows * s->cols; i++)
		if (s->cells[i].c != ' ')
			last_row = i / s->cols;
	for (row = 0; row <= last_row; row++) {
		for (last = -1, col = 0; col < s->cols; col++)
			if (s->cells[row * s->cols + col].c != ' ')
				last = col;
		for (col = 0; col <= last; col++)
			fputc(screen_ascii(s->cells[row * s->cols + col].c), out);
		fputc('\n', out);
	}
}
