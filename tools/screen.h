/* SPDX-License-Identifier: GPL-2.0 */
/* A grid of characters with attributes. It knows no terminal. */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdio.h>
#include <linux/types.h>

/* Attributes mean something; term.c decides how it looks. Never colour alone. */
enum attr { ATTR_PLAIN, ATTR_TITLE, ATTR_HEAD, ATTR_SELECTED, ATTR_ALARM, ATTR_DIM, ATTR_KEY };

#define SCREEN_MARKS 2	/* that a character can have above or below it; more are left out */

/* A character of two columns is in the first; in the second there is none. */
struct cell {
	__u32 c, marks[SCREEN_MARKS];
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
/* Text in @width columns, to the left of them; if they are too few it ends in "+". */
void screen_cell(struct screen *s, int row, int col, int width, enum attr attr, const char *text);

/* @nr rows of @from, which is as wide, from its row @at on, to row @row of @s. */
void screen_copy(struct screen *s, int row, const struct screen *from, int at, int nr);

/* A bar of an eighth to eight eighths of a row, from @level 1 to this, as a character. */
#define SCREEN_BAR_MAX 8
#define SCREEN_BAR(level) (0x2580 + (level))

/* What a character is where there is only ASCII. */
char screen_ascii(__u32 c);

/* As text of the locale, trailing blanks cut, without the empty rows at the end. */
void screen_print(const struct screen *s, FILE *out);

#endif
