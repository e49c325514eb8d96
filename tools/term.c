// SPDX-License-Identifier: GPL-2.0
/* See term.h. */
#include <errno.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

/* ncurses has a KEY_ENTER and others of its own: ours start with K_. */
#include "term.h"
#include "utf8.h"

static chtype looks[ATTR_KEY + 1];
static SCREEN *screen;
static FILE *keys;

/* Where keys come from; NULL: from nowhere. */
static FILE *open_keys(bool stdin_taken)
{
	if (stdin_taken)
		return fopen("/dev/tty", "re");
	return isatty(STDIN_FILENO) ? stdin : NULL;
}

bool term_usable(bool stdin_taken)
{
	const char *term = getenv("TERM");
	FILE *from = open_keys(stdin_taken);

	if (from && from != stdin)
		fclose(from);
	return from && isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb");
}

static void choose_looks(void)
{
	const char *no_color = getenv("NO_COLOR");

	looks[ATTR_TITLE] = A_BOLD;
	looks[ATTR_HEAD] = A_REVERSE;
	looks[ATTR_SELECTED] = A_REVERSE | A_BOLD;
	looks[ATTR_ALARM] = A_BOLD;
	looks[ATTR_DIM] = A_DIM;
	looks[ATTR_KEY] = A_BOLD;
	if ((no_color && *no_color) || !has_colors())
		return;
	start_color();
	use_default_colors();
	/* Blue and orange-like yellow keep apart for colour-blind eyes. */
	init_pair(1, COLOR_YELLOW, -1);
	init_pair(2, COLOR_CYAN, -1);
	looks[ATTR_ALARM] |= COLOR_PAIR(1);
	looks[ATTR_TITLE] |= COLOR_PAIR(2);
}

int term_open(bool stdin_taken)
{
	keys = open_keys(stdin_taken);
	screen = keys ? newterm(NULL, stdout, keys) : NULL;
	if (!screen)
		return -ENODEV;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(50);
	curs_set(0);
	choose_looks();
	return 0;
}

void term_close(void)
{
	if (screen) {
		endwin();
		delscreen(screen);
	}
	if (keys && keys != stdin)
		fclose(keys);
	screen = NULL;
	keys = NULL;
}

void term_size(int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

static void draw_cell(int row, int col, const struct cell *cell)
{
	wchar_t text[2 + SCREEN_MARKS] = { (unsigned char)screen_ascii(cell->c) };
	chtype look = looks[cell->attr];
	cchar_t c;
	int i;

	if (utf8_shown(cell->c))
		text[0] = (wchar_t)cell->c;
	for (i = 0; i < SCREEN_MARKS; i++)
		text[1 + i] = (wchar_t)cell->marks[i];
	setcchar(&c, text, look & A_ATTRIBUTES & ~A_COLOR, PAIR_NUMBER(look), NULL);
	mvadd_wch(row, col, &c);
}

void term_draw(const struct screen *s)
{
	int row, col;

	erase();
	for (row = 0; row < s->rows; row++) {
		for (col = 0; col < s->cols; col++) {
			const struct cell *cell = &s->cells[row * s->cols + col];

			if (cell->c)
				draw_cell(row, col, cell);
		}
	}
	refresh();
}

static int function_key(wint_t key)
{
	switch (key) {
	case KEY_UP:
		return K_UP;
	case KEY_DOWN:
		return K_DOWN;
	case KEY_PPAGE:
		return K_PAGE_UP;
	case KEY_NPAGE:
		return K_PAGE_DOWN;
	case KEY_HOME:
		return K_HOME;
	case KEY_END:
		return K_END;
	case KEY_F(1):
		return K_F1;
	case KEY_F(6):
		return K_F6;
	case KEY_ENTER:
		return K_ENTER;
	case KEY_BACKSPACE:
		return K_BACKSPACE;
	case KEY_RESIZE:
		return K_RESIZE;
	}
	return KEY_NONE;
}

static int character_key(wint_t key)
{
	switch (key) {
	case '\n':
	case '\r':
		return K_ENTER;
	case 27:
		return K_ESC;
	case 127:
	case '\b':
		return K_BACKSPACE;
	}
	return (int)key;
}

int term_key(int timeout_ms)
{
	wint_t key;
	int got;

	timeout(timeout_ms);
	got = get_wch(&key);
	if (got == ERR)
		return KEY_NONE;
	return got == KEY_CODE_YES ? function_key(key) : character_key(key);
}
