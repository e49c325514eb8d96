// SPDX-License-Identifier: GPL-2.0
/* The list of VMs: which, in which order, and as rows on the screen. */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "storms.h"
#include "ui.h"
#include "utf8.h"

#define MARKS 2	/* columns: selected; gone, refused, or a storm */

static bool same(const struct kvmmt_vm_key *a, const struct kvmmt_vm_key *b)
{
	return a->vm == b->vm && a->pid == b->pid && a->generation == b->generation;
}

bool ui_lists(const struct ui *ui, const struct field *f)
{
	const struct table t = { .nested = ui->model->nested };

	return table_shows(&t, f);
}

/* The list's @i-th column: those that are listed, then the VMs' others. NULL: no more. */
static const struct field *column(const struct ui *ui, size_t i)
{
	size_t k;

	for (k = 0; k < 2 * nr_fields; k++) {
		const struct field *f = &fields[k % nr_fields];
		bool wanted = k < nr_fields ? ui_lists(ui, f) : !ui_lists(ui, f) && !field_of_vcpu(f);

		if (wanted && !i--)
			return f;
	}
	return NULL;
}

struct table_row *ui_rows(const struct ui *ui, size_t *nr)
{
	const struct model *m = ui->model;
	const struct table t = { .sort = &fields[ui->sort], .host = ui->host };
	struct table_row *rows = calloc(m->nr_vms + 1, sizeof(*rows));
	size_t i, k;

	*nr = 0;
	for (i = 0; rows && i < m->nr_vms; i++) {
		const struct model_vm *vm = m->vms[i];

		/* A VM that is gone stays while its refusal or storm is marked. */
		if ((vm->gone && !model_marked(m, vm) && !storms_marked(m, vm)) || !strstr(vm->name, ui->filter))
			continue;
		rows[*nr].vm = vm;
		rows[(*nr)++].counts = model_delta(&vm->before, &vm->now);
	}
	if (!rows)
		return NULL;
	table_sort(&t, rows, *nr);
	for (i = 0, k = *nr; ui->invert && i + 1 < k; i++, k--) {
		struct table_row row = rows[i];

		rows[i] = rows[k - 1];
		rows[k - 1] = row;
	}
	return rows;
}

size_t ui_position(const struct ui *ui, const struct table_row *rows, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (same(&rows[i].vm->key, &ui->selected))
			return i;
	return 0;
}

/* The list as it is drawn: names are as wide as they need, if the columns leave room. */
struct list {
	const struct ui *ui;
	struct screen *screen;
	int name_width;
};

static int width(const struct list *l, const struct field *f)
{
	return f->type == FIELD_NAME ? l->name_width : f->width;
}

static void choose_widths(struct list *l, const struct table_row *rows, size_t nr)
{
	int room = l->screen->cols - MARKS, longest = 0;
	size_t i;

	for (i = 0; i < nr_fields; i++)
		if (ui_lists(l->ui, &fields[i]))
			room -= fields[i].width + 1;
	for (i = 0; i < nr; i++)
		if ((int)utf8_columns(rows[i].vm->name) > longest)
			longest = utf8_columns(rows[i].vm->name);
	l->name_width = fields[0].width + (room > 0 ? room : 0);
	if (l->name_width > longest)
		l->name_width = longest > fields[0].width ? longest : fields[0].width;
}

/* The @i-th column, and where it begins; NULL: no more, or no room for it. */
static const struct field *place(const struct list *l, size_t i, int *col)
{
	const struct field *f = column(l->ui, i);

	*col = i ? *col : MARKS;
	return f && *col + width(l, f) <= l->screen->cols ? f : NULL;
}

/* Where nothing happened, what did stands out. */
static enum attr cell_attr(enum attr row, const char *cell)
{
	return row == ATTR_PLAIN && (!strcmp(cell, "0") || !strcmp(cell, "-")) ? ATTR_DIM : row;
}

/* Rates per second; mapped bytes since the start are a size, not a rate. */
static void draw_cell(const struct list *l, int row, int col, const struct field *f,
		      const struct table_row *r, enum attr attr)
{
	const struct table t = {
		.host = l->ui->host,
		.rates = true,
		.seconds = (double)(l->ui->model->now_ns - l->ui->model->before_ns) / 1e9,
	};
	struct table_row shown = *r;
	const char *cell;
	char buf[64];

	if (f->type == FIELD_BYTES)
		shown.counts = model_delta(&r->vm->start, &r->vm->now);
	cell = table_cell(&t, f, &shown, buf);
	if (f->type == FIELD_NAME)
		screen_cell(l->screen, row, col, l->name_width, attr, cell);
	else
		screen_put(l->screen, row, col, cell_attr(attr, cell), "%*s", f->width, cell);
}

static void draw_row(const struct list *l, int row, const struct table_row *r)
{
	bool refused = model_marked(l->ui->model, r->vm), storm = storms_marked(l->ui->model, r->vm);
	bool selected = same(&r->vm->key, &l->ui->selected);
	enum attr attr = selected ? ATTR_SELECTED : refused || storm ? ATTR_ALARM : ATTR_PLAIN;
	const struct field *f;
	size_t k;
	int col;

	screen_line(l->screen, row, attr, "%c%c", selected ? '>' : ' ',
		    r->vm->gone ? '#' : refused ? '!' : storm ? '~' : ' ');
	for (k = 0; (f = place(l, k, &col)); k++) {
		draw_cell(l, row, col, f, r, attr);
		col += width(l, f) + 1;
	}
}

/* Returns whether the column that the list is sorted by is among them. */
static bool draw_heads(const struct list *l, int row)
{
	const struct field *sort = &fields[l->ui->sort], *f;
	struct screen *s = l->screen;
	bool shown = false;
	size_t k;
	int col;

	screen_line(s, row, ATTR_HEAD, " ");
	for (k = 0; (f = place(l, k, &col)); k++) {
		int len = strlen(f->head), head = f->type == FIELD_NAME ? col : col + f->width - len;

		screen_put(s, row, head, f == sort ? ATTR_SELECTED : ATTR_HEAD, "%s%s", f->head,
			   f != sort ? "" : l->ui->invert ? "^" : "v");
		shown |= f == sort;
		col += width(l, f) + 1;
	}
	if (column(l->ui, k) && ui_lists(l->ui, column(l->ui, k)))
		screen_put(s, row, s->cols - 1, ATTR_HEAD, "+");
	return shown;
}

/* What of all the list is: the filter, and which rows, if they are not all. Returns its columns. */
static int draw_part(const struct list *l, int row, size_t nr, size_t room)
{
	const struct ui *ui = l->ui;
	char text[UI_WORD_LEN + 64] = "";
	size_t last = ui->top + room < nr ? ui->top + room : nr;
	int width;

	if (ui->filter[0])
		ui_append(text, sizeof(text), "only %s", ui->filter);
	if (nr > room)
		ui_append(text, sizeof(text), "%zu-%zu of %zu", ui->top + 1, last, nr);
	width = utf8_columns(text);
	if (!width || l->screen->cols < 40 || width > l->screen->cols)
		return 0;
	screen_put(l->screen, row, l->screen->cols - width, ATTR_TITLE, "%s", text);
	return width + 2;
}

/* What the order is by, and which tracepoints feed that. */
static void draw_sort(const struct list *l, int row, bool shown, int less)
{
	const struct field *f = &fields[l->ui->sort];
	char from[160] = "", text[512];
	size_t used = 0;
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR && used < sizeof(from); kind++)
		if (f->sources & 1u << kind)
			used += snprintf(from + used, sizeof(from) - used, "%s kvm_%s%s",
					 used ? "," : " of", name_kind(kind),
					 l->ui->host->tracepoint[kind] ? "" : " (missing)");
	snprintf(text, sizeof(text), "sort %c %s%s%s: %s", l->ui->invert ? '^' : 'v', f->head,
		 shown ? "" : " (not shown)", from, f->help);
	screen_cell(l->screen, row, 0, l->screen->cols > less ? l->screen->cols - less : 0, ATTR_DIM, text);
}

void ui_draw_list(struct ui *ui, struct screen *s)
{
	size_t nr, i, at, room = s->rows > UI_HEADER_ROWS + UI_FOOTER_ROWS ?
					   s->rows - UI_HEADER_ROWS - UI_FOOTER_ROWS :
					   0;
	struct table_row *rows = ui_rows(ui, &nr);
	struct list l = { .ui = ui, .screen = s };

	choose_widths(&l, rows, nr);
	at = rows ? ui_position(ui, rows, nr) : 0;
	if (at < ui->top)
		ui->top = at;
	if (room && at >= ui->top + room)
		ui->top = at - room + 1;
	draw_sort(&l, UI_HEADER_ROWS - 2, draw_heads(&l, UI_HEADER_ROWS - 1),
		  draw_part(&l, UI_HEADER_ROWS - 2, nr, room));
	if (rows && !nr)
		screen_put(s, UI_HEADER_ROWS + 1, 4, ATTR_DIM, "%s",
			   ui->model->nr_vms ? "No VM matches the filter or is alive." :
					       "No VM has faulted yet. Waiting for the first.");
	for (i = 0; rows && i < room && ui->top + i < nr; i++)
		draw_row(&l, UI_HEADER_ROWS + i, &rows[ui->top + i]);
	free(rows);
}
