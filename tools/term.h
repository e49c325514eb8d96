/* SPDX-License-Identifier: GPL-2.0 */
/* The terminal: only term.c knows ncurses. */
#ifndef TERM_H
#define TERM_H

#include <stdbool.h>
#include "screen.h"

/* Keys beyond characters, of which the last is U+10FFFF. */
enum { KEY_NONE = -1, K_UP = 0x110000, K_DOWN, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, K_F1, K_F6,
       K_ENTER, K_ESC, K_BACKSPACE, K_RESIZE };

/*
 * Can this be a dashboard? A terminal on both ends, and one that can move its cursor. With
 * @stdin_taken keys come from /dev/tty: standard input is something else.
 */
bool term_usable(bool stdin_taken);
/* Returns 0 or -errno. */
int term_open(bool stdin_taken);
void term_close(void);
void term_size(int *rows, int *cols);
void term_draw(const struct screen *s);
/* Wait up to @timeout_ms for a key: a character of Unicode, or one of the above. */
int term_key(int timeout_ms);

#endif
