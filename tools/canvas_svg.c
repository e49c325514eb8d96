// SPDX-License-Identifier: GPL-2.0
/* A picture as SVG: see canvas.h. */
#include <errno.h>
#include <stdlib.h>

#include "canvas.h"

struct svg {
	struct canvas canvas;
	FILE *out;
};

static FILE *out_of(struct canvas *c)
{
	return ((struct svg *)c)->out;
}

static void rect(struct canvas *c, int x, int y, int w, int h, unsigned int colour, double opacity)
{
	fprintf(out_of(c), "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"", x, y, w, h,
		colour);
	if (opacity < 1)
		fprintf(out_of(c), " opacity=\"%g\"", opacity);
	fputs("/>\n", out_of(c));
}

static void line(struct canvas *c, int x0, int y0, int x1, int y1, unsigned int colour, int width)
{
	fprintf(out_of(c), "<path d=\"M%d %dL%d %d\" stroke=\"#%06x\" stroke-width=\"%d\"/>\n", x0, y0, x1,
		y1, colour, width);
}

static void text(struct canvas *c, int x, int y, enum anchor anchor, int size, const char *text)
{
	static const char *const anchors[] = { "start", "middle", "end" };

	fprintf(out_of(c), "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">", x, y,
		anchors[anchor], size);
	for (; *text; text++)	/* a VM's name is its owner's choice */
		fprintf(out_of(c), *text == '<' ? "&lt;" : *text == '&' ? "&amp;" : "%c", *text);
	fputs("</text>\n", out_of(c));
}

static int finish(struct canvas *c)
{
	FILE *out = out_of(c);

	free(c);
	fputs("</svg>\n", out);
	return fflush(out) || ferror(out) ? -errno : 0;
}

int canvas_svg(struct canvas **c, int width, int height, FILE *out)
{
	struct svg *s = malloc(sizeof(*s));

	if (!s)
		return -ENOMEM;
	*s = (struct svg){ { rect, line, text, finish }, out };
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		     "font-family=\"sans-serif\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		width, height);
	*c = &s->canvas;
	return 0;
}
