// SPDX-License-Identifier: GPL-2.0
/*
 * A heatmap as a picture. Colours are those that people tell apart however they see
 * colours; refusals and invalidations have shapes too.
 */
#include "heatmap.h"
#include "names.h"

#define CELL_W 4
#define CELL_H 5
#define LEFT   130
#define TOP    56
#define GAP    4	/* between blocks that are not neighbours */
#define WORDS  11	/* their size */
#define REFUSED 0xd55e00
#define LOST   0xf0e442

static const unsigned int colours[KVMMT_S2_NR] = {
	[KVMMT_S2_NORMAL] = 0x0072b2,
	[KVMMT_S2_NORMAL_NC] = 0xe69f00,
	[KVMMT_S2_DEVICE_nGnRE] = 0x009e73,
	[KVMMT_S2_DEVICE_nGnRnE] = 0xcc79a7,
	[KVMMT_S2_OTHER] = 0x888888,
};

static bool begins_run(const struct heatmap *h, size_t row)
{
	return !row || h->blocks[row] != h->blocks[row - 1] + 1;
}

/* Faulted in this column, or only still mapped from before */
static int shade(const struct heatmap_cell *c)
{
	return c->type == HEATMAP_BLANK ? 0 : c->faults ? 2 : 1;
}

static void draw_cross(struct canvas *c, int x, int y, int size)
{
	c->line(c, x, y, x + size, y + size, REFUSED, 2);
	c->line(c, x, y + size, x + size, y, REFUSED, 2);
}

/* A cross in a box: what was refused is more than the block. */
static void draw_slot(struct canvas *c, int x, int y, int size)
{
	draw_cross(c, x, y, size);
	c->line(c, x, y, x + size, y, REFUSED, 1);
	c->line(c, x, y + size, x + size, y + size, REFUSED, 1);
	c->line(c, x, y, x, y + size, REFUSED, 1);
	c->line(c, x + size, y, x + size, y + size, REFUSED, 1);
}

/* From @y to @end behind the rows, with a bar above them */
static void draw_lost(struct canvas *c, int x, int width, int y, int end)
{
	c->rect(c, x, y, width, end - y, LOST, 0.5);
	c->rect(c, x, y - 3, width, 3, 0, 1);
}

static void draw_losses(const struct heatmap *h, int y, int end_y, struct canvas *c)
{
	int col, end;

	for (col = 0; col < HEATMAP_COLS; col = end) {
		for (end = col + 1; end < HEATMAP_COLS && h->lost[end] == h->lost[col];)
			end++;
		if (h->lost[col])
			draw_lost(c, LEFT + col * CELL_W, (end - col) * CELL_W, y, end_y);
	}
}

static void draw_row(const struct heatmap *h, size_t row, int y, struct canvas *canvas)
{
	const struct heatmap_cell *c = h->cells[row];
	int col, end;

	for (col = 0; col < HEATMAP_COLS; col = end) {
		for (end = col + 1; end < HEATMAP_COLS && c[end].type == c[col].type &&
				    shade(&c[end]) == shade(&c[col]);)
			end++;
		if (shade(&c[col]))
			canvas->rect(canvas, LEFT + col * CELL_W, y, (end - col) * CELL_W, CELL_H,
				     colours[c[col].type], shade(&c[col]) == 1 ? 0.35 : 1);
	}
	for (col = 0; col < HEATMAP_COLS; col++) {
		int x = LEFT + col * CELL_W;

		if (c[col].invals)
			canvas->line(canvas, x + CELL_W / 2, y, x + CELL_W / 2, y + CELL_H, 0, 1);
		if (c[col].refused)
			draw_cross(canvas, x - 1, y - 1, 6);
		if (c[col].slots_refused)
			draw_slot(canvas, x - 2, y - 2, 8);
	}
}

static void draw_label(const struct heatmap *h, size_t row, int y, struct canvas *c)
{
	char ipa[32];

	snprintf(ipa, sizeof(ipa), "0x%llx", (unsigned long long)h->blocks[row] << h->shift);
	c->text(c, LEFT - 6, y + 8, ANCHOR_END, WORDS, ipa);
}

static void draw_legend(struct canvas *c)
{
	int x = LEFT, type;

	for (type = 0; type < KVMMT_S2_OTHER; type++) {
		c->rect(c, x, 32, 10, 10, colours[type], 1);
		c->text(c, x + 14, 41, ANCHOR_START, WORDS, name_s2_type(type));
		x += 100;
	}
	c->line(c, x + 4, 32, x + 4, 42, 0, 1);
	c->text(c, x + 10, 41, ANCHOR_START, WORDS, "invalidated");
	x += 100;
	draw_cross(c, x, 33, 8);
	c->text(c, x + 14, 41, ANCHOR_START, WORDS, "refused");
	x += 80;
	draw_slot(c, x, 33, 8);
	c->text(c, x + 14, 41, ANCHOR_START, WORDS, "memslot refused");
	x += 130;
	draw_lost(c, x, 10, 34, 43);
	c->text(c, x + 14, 41, ANCHOR_START, WORDS, "events lost");
}

static void draw_times(const struct heatmap *h, int y, struct canvas *c)
{
	double step = (double)(h->last_ns - h->first_ns) / 4e9, part;
	double begin = (double)(__s64)(h->first_ns - h->zero_ns) / 1e9;
	int i, digits = step > 0 ? 0 : 3, nr = step > 0 ? 5 : 1;
	char time[32];

	/* So many that each step has three. */
	for (part = step; part > 0 && part < 100 && digits < 9; part *= 10)
		digits++;
	for (i = 0; i < nr; i++) {
		snprintf(time, sizeof(time), "%.*f s", digits, begin + step * i);
		c->text(c, LEFT + i * HEATMAP_COLS * CELL_W / 4, y + 14, ANCHOR_MIDDLE, WORDS, time);
	}
}

/* Of the picture, from TOP on */
static int rows_height(const struct heatmap *h)
{
	int height = 0;
	size_t row;

	for (row = 0; row < h->nr_blocks; row++)
		height += CELL_H + (begins_run(h, row) ? 2 * GAP : 0);
	return height;
}

static void draw(const struct heatmap *h, const char *name, struct canvas *c)
{
	char size[NAME_LEN], title[256];
	size_t row;
	int y = TOP;

	snprintf(title, sizeof(title),
		 "VM %s: stage-2 memory types by IPA and time, blocks of %s; pale: mapped before", name,
		 name_size(1ull << h->shift, size));
	c->text(c, LEFT, 20, ANCHOR_START, 14, title);
	draw_legend(c);
	draw_losses(h, TOP + 2 * GAP, TOP + rows_height(h), c);
	for (row = 0; row < h->nr_blocks; row++) {
		y += begins_run(h, row) ? 2 * GAP : 0;
		if (begins_run(h, row))
			draw_label(h, row, y, c);
		draw_row(h, row, y, c);
		y += CELL_H;
	}
	draw_times(h, y, c);
}

int heatmap_draw(const struct heatmap *h, const char *name, canvas_fn canvas, FILE *out)
{
	struct canvas *c;
	int err = canvas(&c, LEFT + HEATMAP_COLS * CELL_W + 40, TOP + rows_height(h) + 30, out);

	if (err)
		return err;
	draw(h, name, c);
	return c->finish(c);
}
