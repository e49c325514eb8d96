// SPDX-License-Identifier: GPL-2.0
/* See ui_page.h. */
#include <string.h>

#include "ui_page.h"
#include "utf8.h"

int ui_page_begin(struct screen *page, const struct screen *s)
{
	*page = (struct screen){ 0 };
	return screen_reset(page, UI_PAGE_ROWS, s->cols);
}

void ui_page_show(struct screen *s, int first, const struct screen *page, int rows, int *scroll,
		  const char *title)
{
	int room = s->rows - first - UI_FOOTER_ROWS, shown, width;
	char part[48] = "";

	room = room > 0 ? room : 0;
	if (*scroll > rows - room)
		*scroll = rows > room ? rows - room : 0;
	shown = rows - *scroll < room ? rows - *scroll : room;
	screen_copy(s, first, page, *scroll, shown);
	if (shown > 0 && rows > shown)
		snprintf(part, sizeof(part), " rows %d-%d of %d ", *scroll + 1, *scroll + shown, rows);
	width = s->cols - (int)strlen(part);
	screen_line(s, UI_HEADER_ROWS - 1, ATTR_HEAD, " ");
	screen_cell(s, UI_HEADER_ROWS - 1, 0, width > 0 ? width : s->cols, ATTR_HEAD, title);
	if (width > 0)
		screen_put(s, UI_HEADER_ROWS - 1, width, ATTR_HEAD, "%s", part);
}

int ui_draw_wrapped(struct screen *s, int row, int indent, enum attr attr, const char *text)
{
	int width = s->cols - indent - 1 > 10 ? s->cols - indent - 1 : 10;

	while (*text) {
		size_t fits = utf8_fit(text, width), len = fits;

		while (text[len] && text[len] != ' ' && len)
			len--;
		if (text[len] != ' ')
			len = fits;
		screen_put(s, row++, indent, attr, "%.*s", (int)len, text);
		text += len + (text[len] == ' ');
	}
	return row;
}
