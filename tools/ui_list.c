// SPDX-License-Identifier: GPL-2.0
/* The list of VMs: which, in which order, and as rows on the screen. */
#include <stdlib.h>
#include <string.h>

#include "ui.h"

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

		/* A VM that is gone stays while its refusal is marked. */
		if ((vm->gone && !model_marked(m, vm)) || !strstr(vm->name, ui->filter))
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

/* Rates per second; mapped bytes since the start are a size, not a rate. */
static void draw_cell(const struct ui *ui, struct screen *s, int row, int col,
		      const struct field *f, const struct table_row *r, enum attr attr)
{
	const struct table t = {
		.host = ui->host,
		.rates = true,
		.seconds = (double)(ui->model->now_ns - ui->model->before_ns) / 1e9,
	};
	struct table_row shown = *r;
	char buf[64];

	if (f->type == FIELD_BYTES)
		shown.counts = model_delta(&r->vm->start, &r->vm->now);
	screen_put(s, row, col, attr, f->type == FIELD_NAME ? "%-*.*s" : "%*.*s", f->width, f->width,
		   table_cell(&t, f, &shown, buf));
}

static void draw_row(const struct ui *ui, struct screen *s, int row, const struct table_row *r)
{
	bool marked = model_marked(ui->model, r->vm);
	bool selected = same(&r->vm->key, &ui->selected);
	enum attr attr = selected ? ATTR_SELECTED : marked ? ATTR_ALARM : ATTR_PLAIN;
	const struct field *f;
	int col = 2;
	size_t k;

	screen_line(s, row, attr, "%c%c", selected ? '>' : ' ', marked ? '!' : ' ');
	for (k = 0; (f = column(ui, k)) && col + f->width <= s->cols; k++) {
		draw_cell(ui, s, row, col, f, r, attr);
		col += f->width + 1;
	}
	if (r->vm->gone)
		screen_put(s, row, col, attr, "gone");
}

static void draw_heads(const struct ui *ui, struct screen *s, int row)
{
	const struct field *f;
	int col = 2;
	size_t k;

	screen_line(s, row, ATTR_HEAD, " ");
	for (k = 0; (f = column(ui, k)) && col + f->width <= s->cols; k++) {
		screen_put(s, row, col, ATTR_HEAD, f->type == FIELD_NAME ? "%-*s" : "%*s", f->width,
			   f->head);
		if (f == &fields[ui->sort])
			screen_put(s, row, f->type == FIELD_NAME ? col + (int)strlen(f->head) : col - 1,
				   ATTR_HEAD, ui->invert ? "^" : "v");
		col += f->width + 1;
	}
}

void ui_draw_list(struct ui *ui, struct screen *s)
{
	size_t nr, i, at, room = s->rows > UI_HEADER_ROWS + UI_FOOTER_ROWS ?
					   s->rows - UI_HEADER_ROWS - UI_FOOTER_ROWS :
					   0;
	struct table_row *rows = ui_rows(ui, &nr);

	draw_heads(ui, s, UI_HEADER_ROWS - 1);
	if (rows && !nr)
		screen_put(s, UI_HEADER_ROWS + 1, 4, ATTR_DIM, "%s",
			   ui->model->nr_vms ? "No VM matches the filter or is alive." :
					       "No VM has faulted yet. Waiting for the first.");
	at = rows ? ui_position(ui, rows, nr) : 0;
	if (at < ui->top)
		ui->top = at;
	if (room && at >= ui->top + room)
		ui->top = at - room + 1;
	for (i = 0; rows && i < room && ui->top + i < nr; i++)
		draw_row(ui, s, UI_HEADER_ROWS + i, &rows[ui->top + i]);
	free(rows);
}
