// SPDX-License-Identifier: GPL-2.0
/*
 * A heatmap as SVG. Colours are those that people tell apart however they see
 * colours; refusals and invalidations have shapes too.
 */
#include "heatmap.h"
#include "names.h"

#define CELL_W 4
#define CELL_H 5
#define LEFT   130
#define TOP    56
#define GAP    4	/* between blocks that are not neighbours */

static const char *const colours[KVMMT_S2_NR] = {
	[KVMMT_S2_NORMAL] = "#0072b2",
	[KVMMT_S2_NORMAL_NC] = "#e69f00",
	[KVMMT_S2_DEVICE_nGnRE] = "#009e73",
	[KVMMT_S2_DEVICE_nGnRnE] = "#cc79a7",
	[KVMMT_S2_OTHER] = "#888888",
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

static void svg_row(const struct heatmap *h, size_t row, int y, FILE *out)
{
	const struct heatmap_cell *c = h->cells[row];
	int col, end;

	for (col = 0; col < HEATMAP_COLS; col = end) {
		for (end = col + 1; end < HEATMAP_COLS && c[end].type == c[col].type &&
				    shade(&c[end]) == shade(&c[col]);)
			end++;
		if (shade(&c[col]))
			fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"%s/>\n",
				LEFT + col * CELL_W, y, (end - col) * CELL_W, CELL_H,
				colours[c[col].type], shade(&c[col]) == 1 ? " opacity=\".35\"" : "");
	}
	for (col = 0; col < HEATMAP_COLS; col++) {
		int x = LEFT + col * CELL_W;

		if (c[col].invals)
			fprintf(out, "<path d=\"M%d %dv%d\" stroke=\"#000\" stroke-width=\"1\"/>\n",
				x + CELL_W / 2, y, CELL_H);
		if (c[col].refused)
			fprintf(out, "<path d=\"M%d %dl6 6m0 -6l-6 6\" stroke=\"#d55e00\" "
				     "stroke-width=\"2\"/>\n", x - 1, y - 1);
	}
}

static void svg_label(const struct heatmap *h, size_t row, int y, FILE *out)
{
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0x%llx</text>\n", LEFT - 6, y + 8,
		(unsigned long long)h->blocks[row] << h->shift);
}

static void svg_legend(FILE *out)
{
	int x = LEFT, type;

	for (type = 0; type < KVMMT_S2_OTHER; type++) {
		fprintf(out, "<rect x=\"%d\" y=\"32\" width=\"10\" height=\"10\" fill=\"%s\"/>"
			     "<text x=\"%d\" y=\"41\">%s</text>\n",
			x, colours[type], x + 14, name_s2_type(type));
		x += 100;
	}
	fprintf(out, "<path d=\"M%d 32v10\" stroke=\"#000\"/><text x=\"%d\" y=\"41\">invalidated</text>\n",
		x + 4, x + 10);
	x += 100;
	fprintf(out, "<path d=\"M%d 33l8 8m0 -8l-8 8\" stroke=\"#d55e00\" stroke-width=\"2\"/>"
		     "<text x=\"%d\" y=\"41\">refused</text>\n", x, x + 14);
}

static void svg_times(const struct heatmap *h, int y, FILE *out)
{
	double seconds = (double)(h->last_ns - h->first_ns) / 1e9;
	int i;

	for (i = 0; i <= 4; i++)
		fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.3g s</text>\n",
			LEFT + i * HEATMAP_COLS * CELL_W / 4, y + 14, seconds * i / 4);
}

void heatmap_svg(const struct heatmap *h, const char *title, FILE *out)
{
	char size[NAME_LEN];
	int y = TOP, height = TOP + 30;
	size_t row;

	for (row = 0; row < h->nr_blocks; row++)
		height += CELL_H + (begins_run(h, row) ? 2 * GAP : 0);
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		     "font-family=\"sans-serif\" font-size=\"11\">\n"
		     "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		     "<text x=\"%d\" y=\"20\" font-size=\"14\">VM ",
		LEFT + HEATMAP_COLS * CELL_W + 40, height, LEFT);
	for (; *title; title++)	/* a name is its owner's choice */
		fprintf(out, *title == '<' ? "&lt;" : *title == '&' ? "&amp;" : "%c", *title);
	fprintf(out, ": stage-2 memory types by IPA and time, blocks of %s; pale: mapped before</text>\n",
		name_size(1ull << h->shift, size));
	svg_legend(out);
	for (row = 0; row < h->nr_blocks; row++) {
		y += begins_run(h, row) ? 2 * GAP : 0;
		if (begins_run(h, row))
			svg_label(h, row, y, out);
		svg_row(h, row, y, out);
		y += CELL_H;
	}
	svg_times(h, y, out);
	fputs("</svg>\n", out);
}
