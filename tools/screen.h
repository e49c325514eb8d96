/* SPDX-License-Identifier: GPL-2.0 */
/* A grid of characters with attributes. It knows no terminal. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdio.h>

/* Attributes mean something; term.c decides how it looks. Never colour alone. */
enum attr { ATTR_PLAIN, ATTR_TITLE, ATTR_HEAD, ATTR_SELECTED, ATTR_ALARM, ATTR_DIM, ATTR_KEY };

/* A character of this and of the levels below it down to 1 is a bar, as a terminal can draw it. */
#define SCREEN_BAR_MAX 8

struct cell {
	char c;
	unsigned char attr;
};

struct screen {
	int rows, cols;
	struct cell *cells;	/* rows * cols, row by row */
};

/* Make it @rows by @cols of blanks. Returns 0 or -ENOMEM. */
int screen_reset(struct screen *s, int rows, int cols);
void screen_free(struct screen *s);

/* Text from (row, col) on, cut at the right edge; outside rows are ignored. */
void screen_put(struct screen *s, int row, int col, enum attr attr, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* The same, and the rest of the row gets the attribute too. */
void screen_line(struct screen *s, int row, enum attr attr, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* @nr rows of @from, which is as wide, from its row @at on, to row @row of @s. */
void screen_copy(struct screen *s, int row, const struct screen *from, int at, int nr);

/* What a bar is without special characters; what is none stays as it is. */
char screen_ascii(char c);

/* As text, trailing blanks cut, without the empty rows at the end. */
void screen_print(const struct screen *s, FILE *out);

#endif
