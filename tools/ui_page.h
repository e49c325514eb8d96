/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Views that can be longer than the screen: they are drawn on a page, of which the rows are
 * shown for which there is room, with their numbers in the title.
 */
#ifndef UI_PAGE_H
#define UI_PAGE_H

#include "ui.h"

/* A page as wide as the screen, to be freed. Returns 0 or -ENOMEM. */
int ui_page_begin(struct screen *page, const struct screen *s);
/*
 * Its first @rows rows that follow row @first of the screen, from *@scroll on, which is put
 * right if it is too much; and @title above all of them.
 */
void ui_page_show(struct screen *s, int first, const struct screen *page, int rows, int *scroll,
		  const char *title);

/* Text over as many rows as it takes, cut between words. Returns the row after it. */
int ui_draw_wrapped(struct screen *s, int row, int indent, enum attr attr, const char *text);

#endif
