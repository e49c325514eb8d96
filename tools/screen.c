// SPDX-License-Identifier: GPL-2.0
/* See screen.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "screen.h"
#include "utf8.h"

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
		s->cells[i] = (struct cell){ .c = ' ' };
	return 0;
}

void screen_free(struct screen *s)
{
	free(s->cells);
	*s = (struct screen){ 0 };
}

static void add_mark(struct cell *cell, __u32 mark)
{
	int i;

	for (i = 0; i < SCREEN_MARKS; i++)
		if (!cell->marks[i]) {
			cell->marks[i] = mark;
			return;
		}
}

/* A character that is half written over is a blank. */
static void set(struct screen *s, int row, int col, int width, enum attr attr, __u32 c)
{
	struct cell *line = &s->cells[row * s->cols];

	if (!line[col].c && col)
		line[col - 1].c = ' ';
	if (col + width < s->cols && !line[col + width].c)
		line[col + width].c = ' ';
	line[col] = (struct cell){ .c = c, .attr = attr };
	if (width == 2)
		line[col + 1] = (struct cell){ .attr = attr };
}

static int put(struct screen *s, int row, int col, enum attr attr, const char *text)
{
	struct cell *latest = NULL;

	if (row < 0 || row >= s->rows || col < 0)
		return col < 0 ? 0 : col;
	while (*text) {
		__u32 c = utf8_next(&text);
		int width = utf8_width(c);

		if (!width && latest)
			add_mark(latest, c);
		if (!width)
			continue;
		if (col + width > s->cols)
			break;
		set(s, row, col, width, attr, c);
		latest = &s->cells[row * s->cols + col];
		col += width;
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
		set(s, row, col, 1, attr, ' ');
}

void screen_cell(struct screen *s, int row, int col, int width, enum attr attr, const char *text)
{
	size_t fits = utf8_fit(text, width);

	if (text[fits])
		screen_put(s, row, col, attr, "%.*s+", (int)utf8_fit(text, width - 1), text);
	else
		screen_put(s, row, col, attr, "%s%*s", text, width - (int)utf8_columns(text), "");
}

void screen_copy(struct screen *s, int row, const struct screen *from, int at, int nr)
{
	int i, k;

	for (i = 0; i < nr && row + i < s->rows && at + i < from->rows; i++)
		for (k = 0; k < s->cols; k++)
			s->cells[(row + i) * s->cols + k] = from->cells[(at + i) * from->cols + k];
}

char screen_ascii(__u32 c)
{
	static const char ramp[] = ".:-=+*#@";

	if (c >= SCREEN_BAR(1) && c <= SCREEN_BAR(SCREEN_BAR_MAX))
		return ramp[c - SCREEN_BAR(1)];
	return c >= ' ' && c < 0x7f ? (char)c : '?';
}

static void print_cell(const struct cell *cell, FILE *out)
{
	char bytes[UTF8_LEN];
	int i;

	if (!cell->c)
		return;
	if (utf8_shown(cell->c))
		fwrite(bytes, 1, utf8_put(bytes, cell->c), out);
	else
		fputc(screen_ascii(cell->c), out);
	for (i = 0; i < SCREEN_MARKS && cell->marks[i]; i++)
		fwrite(bytes, 1, utf8_put(bytes, cell->marks[i]), out);
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
			print_cell(&s->cells[row * s->cols + col], out);
		fputc('\n', out);
	}
}
