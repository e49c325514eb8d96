// SPDX-License-Identifier: GPL-2.0
/* What keys, marks and columns mean: over whatever view there is. */
#include "ui_page.h"

#define COLUMN 38	/* an entry's: keys, and what they do */
#define KEYS   12	/* of it */

enum when { ALWAYS, LIVE, REPLAY };

static const struct entry {
	enum when when;
	const char *keys, *what;
} entries[] = {
	{ ALWAYS, "Enter", "a VM; then its VNCR TLB" },
	{ ALWAYS, "n", "of a VM: its VNCR TLB" },
	{ ALWAYS, "Esc", "back; show all VMs again" },
	{ ALWAYS, "Up Down j k", "select, scroll" },
	{ ALWAYS, "PgUp PgDn", "a page on or back" },
	{ ALWAYS, "Home End", "to the first, the last" },
	{ ALWAYS, "< > F6", "sort by another column" },
	{ ALWAYS, "I", "the other way round" },
	{ ALWAYS, "/", "find a name" },
	{ ALWAYS, "f", "only names with a word" },
	{ ALWAYS, "T t", "a step back in time, on" },
	{ LIVE, "g", "seconds ago, or a time" },
	{ REPLAY, "g", "to a second, or a time" },
	{ LIVE, "l", "live again" },
	{ REPLAY, "+ -", "faster, slower" },
	{ ALWAYS, "p space", "pause" },
	{ ALWAYS, "d", "seconds between screens" },
	{ ALWAYS, "r", "totals from 0" },
	{ LIVE, "b", "what the BPF programs cost" },
	{ ALWAYS, "? h F1", "this help" },
	{ ALWAYS, "q", "quit" },
	{ ALWAYS, "!", "refused in the last 15 min." },
	{ ALWAYS, "~", "a storm in the last 15 min." },
	{ ALWAYS, "#", "the same, and it is gone" },
	{ ALWAYS, "-", "the kernel cannot tell" },
	{ ALWAYS, "+", "here something is cut" },
};

static const char *const texts[] = {
	"Counts are per second: faults by the stage-2 memory type they were given (NORMAL, NC, "
	"nGnRE, nGnRnE); RETRY: the guest faults again; REFUSE: mappings and memslots that KVM "
	"declined; INVAL: stage-2 ranges invalidated. MAPPED: newly mapped since the start, or r.",
	"VHIT%, of guest hypervisors: lookups of the VNCR pseudo-TLB that found an entry. The line "
	"above the list says what it is sorted by (v most first, ^ least), and by which tracepoint.",
};

static int draw_entries(const struct ui *ui, struct screen *page)
{
	const size_t nr = sizeof(entries) / sizeof(entries[0]);
	int across = page->cols > COLUMN ? (page->cols - 2) / COLUMN : 1, down, used = 0, at = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		used += entries[i].when != (ui->replay ? LIVE : REPLAY);
	down = (used + across - 1) / across;
	for (i = 0; i < nr; i++) {
		int row = at % down, col = 2 + at / down * COLUMN;

		if (entries[i].when == (ui->replay ? LIVE : REPLAY))
			continue;
		screen_put(page, row, col, ATTR_KEY, "%s", entries[i].keys);
		screen_put(page, row, col + KEYS, ATTR_PLAIN, "%s", entries[i].what);
		at++;
	}
	return down;
}

int ui_draw_help(struct ui *ui, struct screen *s)
{
	struct screen page;
	int err = ui_page_begin(&page, s), row, i;
	size_t k;

	if (err)
		return err;
	row = draw_entries(ui, &page);
	for (k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		row = ui_draw_wrapped(&page, row, 2, ATTR_PLAIN, texts[k]);
	for (i = UI_HEADER_ROWS; i < s->rows; i++)
		screen_line(s, i, ATTR_PLAIN, " ");
	ui_page_show(s, UI_HEADER_ROWS, &page, row, &ui->help_scroll, " help: Esc returns");
	screen_free(&page);
	return 0;
}
