// SPDX-License-Identifier: GPL-2.0
/*
 * A picture as PNG: see canvas.h. Only this file knows cairo. It is loaded when a PNG is
 * asked for: no other use of kvmmt has to do with it, nor with the fonts and the window
 * system that come with it.
 */
#include <cairo/cairo.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

#include "canvas.h"

#define SCALE 2		/* for screens of today: words are small */

#define CAIRO(X)                                                                               \
	X(image_surface_create) X(create) X(scale) X(set_source_rgba) X(rectangle) X(fill)     \
	X(paint) X(move_to) X(line_to) X(set_line_width) X(stroke) X(select_font_face)         \
	X(set_font_size) X(text_extents) X(show_text) X(surface_write_to_png_stream) X(status) \
	X(destroy) X(surface_destroy)

struct png {
	struct canvas canvas;
	FILE *out;
	void *library;
	cairo_surface_t *surface;
	cairo_t *cr;
#define X(name) __typeof__(cairo_##name) *name;
	CAIRO(X)
#undef X
};

static struct png *png_of(struct canvas *c)
{
	return (struct png *)c;
}

static int load(struct png *p)
{
	p->library = dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!p->library)
		return -ELIBACC;
#define X(name)                                              \
	p->name = dlsym(p->library, "cairo_" #name);         \
	if (!p->name)                                        \
		return -ELIBACC;
	CAIRO(X)
#undef X
	return 0;
}

static void set_colour(struct png *p, unsigned int colour, double opacity)
{
	p->set_source_rgba(p->cr, (colour >> 16) / 255.0, (colour >> 8 & 255) / 255.0,
			   (colour & 255) / 255.0, opacity);
}

static void rect(struct canvas *c, int x, int y, int w, int h, unsigned int colour, double opacity)
{
	struct png *p = png_of(c);

	set_colour(p, colour, opacity);
	p->rectangle(p->cr, x, y, w, h);
	p->fill(p->cr);
}

static void line(struct canvas *c, int x0, int y0, int x1, int y1, unsigned int colour, int width)
{
	struct png *p = png_of(c);

	set_colour(p, colour, 1);
	p->set_line_width(p->cr, width);
	p->move_to(p->cr, x0, y0);
	p->line_to(p->cr, x1, y1);
	p->stroke(p->cr);
}

static void text(struct canvas *c, int x, int y, enum anchor anchor, int size, const char *text)
{
	static const double part[] = { 0, 0.5, 1 };	/* that is left of @x */
	struct png *p = png_of(c);
	cairo_text_extents_t extents;

	set_colour(p, 0, 1);
	p->set_font_size(p->cr, size);
	p->text_extents(p->cr, text, &extents);
	p->move_to(p->cr, x - part[anchor] * extents.x_advance, y);
	p->show_text(p->cr, text);
}

static cairo_status_t write_part(void *out, const unsigned char *data, unsigned int length)
{
	return fwrite(data, 1, length, out) == length ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void free_png(struct png *p)
{
	if (p->cr)
		p->destroy(p->cr);
	if (p->surface)
		p->surface_destroy(p->surface);
	if (p->library)
		dlclose(p->library);
	free(p);
}

static int finish(struct canvas *c)
{
	struct png *p = png_of(c);
	int err = 0;

	errno = 0;
	if (p->surface_write_to_png_stream(p->surface, write_part, p->out) || fflush(p->out))
		err = errno ? -errno : -ENOMEM;
	free_png(p);
	return err;
}

int canvas_png(struct canvas **c, int width, int height, FILE *out)
{
	struct png *p = calloc(1, sizeof(*p));
	int err = p ? load(p) : -ENOMEM;

	if (!err) {
		p->canvas = (struct canvas){ rect, line, text, finish };
		p->out = out;
		p->surface = p->image_surface_create(CAIRO_FORMAT_RGB24, width * SCALE, height * SCALE);
		p->cr = p->create(p->surface);
		err = p->status(p->cr) ? -ENOMEM : 0;
	}
	if (err) {
		if (p)
			free_png(p);
		return err;
	}
	p->scale(p->cr, SCALE, SCALE);
	set_colour(p, 0xffffff, 1);
	p->paint(p->cr);
	p->select_font_face(p->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
	*c = &p->canvas;
	return 0;
}
