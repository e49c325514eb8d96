// SPDX-License-Identifier: GPL-2.0
/* Storms of a VM, and who invalidates its memory: sections of its view. */
#include <stdlib.h>

#include "names.h"
#include "storms.h"
#include "ui_vm.h"

#define TOP_CAUSES 8
#define WHO_MAX	   41	/* columns of who it is, */
#define WHO_MIN	   14
#define NUMBERS	   42	/* and of what comes after it */

int ui_section_storm(const struct vm_view *v, struct screen *s, int row)
{
	const struct model_vm *vm = v->vm;
	const struct model *m = v->ui->model;
	char what[512], text[600];

	if (!storms_marked(m, vm))
		return row;
	if (vm->storm && vm->storm->spell.on) {
		storm_text(vm->storm, m, vm, what, sizeof(what));
		snprintf(text, sizeof(text), "~ a storm of invalidations: %s", what);
		row = ui_draw_wrapped(s, row, 2, ATTR_ALARM, text);
	}
	if (vm->thrash && vm->thrash->spell.on) {
		thrash_text(vm->thrash, m, what, sizeof(what));
		snprintf(text, sizeof(text), "~ its VNCR pseudo-TLB thrashes: %s", what);
		row = ui_draw_wrapped(s, row, 2, ATTR_ALARM, text);
	}
	if (vm->storm_ns < m->now_ns)
		screen_put(s, row++, 2, ATTR_ALARM, "~ a storm that was over %.0fs ago",
			   (double)model_age_ns(m, vm->storm_ns) / 1e9);
	return row;
}

static void draw_cause(const struct vm_view *v, const struct model_cause *c, struct screen *s, int row,
		       int width)
{
	const struct storm_cause cause = storm_cause_of(&c->key);
	char who[STORM_WHO_LEN], numbers[160], number[NAME_LEN], count[NAME_LEN], bytes[NAME_LEN];

	storm_cause_who(&cause, v->vm, true, who);
	screen_cell(s, row, 2, width, ATTR_PLAIN, who);
	snprintf(numbers, sizeof(numbers), "  %6.0f %8s %8s  %s",
		 ui_rate(v->ui, c->now.count - c->before.count),
		 field_short(c->now.count, FIELD_COUNT, count),
		 field_short(c->now.bytes, FIELD_BYTES, bytes),
		 name_or_number(name_inval_reason(cause.reason), cause.reason, number));
	screen_cell(s, row, 2 + width, s->cols - 2 - width, ATTR_PLAIN, numbers);
}

int ui_section_causes(const struct vm_view *v, struct screen *s, int row)
{
	const struct model_cause *order[MODEL_CAUSES];
	size_t i, nr = v->vm->nr_causes;
	int width = s->cols - 2 - NUMBERS;

	if (!nr)
		return row;
	width = width > WHO_MAX ? WHO_MAX : width < WHO_MIN ? WHO_MIN : width;
	screen_put(s, row, 2, ATTR_TITLE, "%-*s", width, "invalidated by");
	screen_cell(s, row++, 2 + width, s->cols - 2 - width, ATTR_TITLE, "      /s    total    bytes  reason");
	for (i = 0; i < nr; i++)
		order[i] = &v->vm->causes[i];
	qsort(order, nr, sizeof(order[0]), model_cause_order);
	for (i = 0; i < nr && i < TOP_CAUSES; i++)
		draw_cause(v, order[i], s, row++, width);
	return row;
}
