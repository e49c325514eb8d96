/* SPDX-License-Identifier: GPL-2.0 */
/* What a picture is drawn on: rectangles, lines and words, as SVG or as PNG. */
#ifndef CANVAS_H
#define CANVAS_H

#include <stdbool.h>
#include <stdio.h>

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

/* Pixels from the top left; colours are 0xRRGGBB. */
struct canvas {
	void (*rect)(struct canvas *c, int x, int y, int w, int h, unsigned int colour,
		     double opacity);
	void (*line)(struct canvas *c, int x0, int y0, int x1, int y1, unsigned int colour,
		     int width);
	void (*text)(struct canvas *c, int x, int y, enum anchor anchor, int size,
		     const char *text);
	/* Writes the picture and frees the canvas. Returns 0 or -errno. */
	int (*finish)(struct canvas *c);
};

/* A white one that will be written to @out. Returns 0 or -errno. */
typedef int (*canvas_fn)(struct canvas **c, int width, int height, FILE *out);
int canvas_svg(struct canvas **c, int width, int height, FILE *out);
/* The same; -ELIBACC: libcairo is not installed. */
int canvas_png(struct canvas **c, int width, int height, FILE *out);

#endif
