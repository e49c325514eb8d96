// SPDX-License-Identifier: GPL-2.0
/* The view of one VM: what it was given, what it was refused and why. */
#include <string.h>

#include "names.h"
#include "ui_vm.h"

#define MEANING 37	/* columns before what a reason means */

double ui_rate(const struct ui *ui, __u64 count)
{
	double seconds = (double)(ui->model->now_ns - ui->model->before_ns) / 1e9;

	return seconds > 0 ? (double)count / seconds : 0;
}

int ui_draw_reasons(const struct ui *ui, struct screen *s, int row, int col, const char *head,
		    const __u64 *total, const __u64 *last, int nr,
		    const char *(*name)(unsigned int), const char *(*meaning)(unsigned int))
{
	char count[NAME_LEN], number[NAME_LEN];
	int i;

	screen_put(s, row++, col, ATTR_TITLE, "%-18s      /s    total", head);
	if (!counters_sum(total, nr + 1))
		screen_put(s, row++, col, ATTR_DIM, "none");
	for (i = 0; i <= nr; i++) {
		const char *text = meaning ? meaning(i) : NULL;

		if (!total[i])
			continue;
		screen_put(s, row, col, ATTR_PLAIN, "%-18s  %6.0f %8s", name_or_number(name(i), i, number),
			   ui_rate(ui, last[i]), field_short(total[i], FIELD_COUNT, count));
		row += !text || s->cols < MEANING + 20;
		if (text)
			row = ui_draw_wrapped(s, row, s->cols < MEANING + 20 ? 4 : col + MEANING,
					      ATTR_PLAIN, text);
	}
	return row;
}

static int draw_vncr(const struct vm_view *v, struct screen *s, int row)
{
	return ui_draw_vncr_line(v->ui, v->vm, s, row);
}

static int draw_no_vcpus(const struct vm_view *v, struct screen *s, int row)
{
	if (v->vm->nr_vcpus)
		return row;
	return ui_draw_wrapped(s, row, 2, ATTR_DIM,
			       "vCPUs: no counters of their own without nesting; they would cost each fault");
}

static int draw_types(const struct vm_view *v, struct screen *s, int row)
{
	const struct kvmmt_counters *total = &v->total;
	char bytes[NAME_LEN], count[NAME_LEN];
	int i;

	if (!v->ui->host->tracepoint[KVMMT_KIND_S2_FAULT])
		return row;
	screen_put(s, row++, 2, ATTR_TITLE, "stage-2 type                     /s    total   mapped");
	for (i = 0; i < KVMMT_S2_NR; i++) {
		if (i == KVMMT_S2_OTHER && !total->mapped[i])
			continue;
		screen_put(s, row++, 2, total->mapped[i] ? ATTR_PLAIN : ATTR_DIM, "%-28s %6.0f %8s %8s", name_s2_type_long(i),
			   ui_rate(v->ui, v->last.mapped[i]),
			   field_short(total->mapped[i], FIELD_COUNT, count),
			   field_short(total->mapped_bytes[i], FIELD_BYTES, bytes));
	}
	return row;
}

static int draw_faults(const struct vm_view *v, struct screen *s, int row)
{
	if (!v->ui->host->tracepoint[KVMMT_KIND_S2_FAULT])
		return row;
	return ui_draw_reasons(v->ui, s, row, 2, "faults", v->total.fault, v->last.fault,
			       KVMMT_FAULT_NR, name_fault_reason, name_fault_why);
}

static int draw_slot_changes(const struct vm_view *v, struct screen *s, int row)
{
	if (!v->ui->host->tracepoint[KVMMT_KIND_S2_SLOT])
		return row;
	return ui_draw_reasons(v->ui, s, row, 2, "memslot changes", v->total.slot, v->last.slot,
			       KVMMT_SLOT_NR, name_slot_reason, name_slot_why);
}

static int draw_invals(const struct vm_view *v, struct screen *s, int row)
{
	if (!v->ui->host->tracepoint[KVMMT_KIND_S2_INVALIDATE])
		return row;
	return ui_draw_reasons(v->ui, s, row, 2, "invalidations", v->total.inval, v->last.inval,
			       KVMMT_INVAL_NR, name_inval_reason, name_inval_why);
}

static const vm_section sections[] = {
	draw_vncr, ui_section_refusals, ui_section_storm, ui_section_trend, draw_types,
	ui_section_slots, draw_invals, ui_section_causes, draw_faults, draw_slot_changes,
	draw_no_vcpus,
};

int ui_draw_vm(struct ui *ui, const struct model_vm *vm, struct screen *s)
{
	const struct vm_view v = {
		.ui = ui,
		.vm = vm,
		.total = model_delta(&vm->start, &vm->now).s2,
		.last = model_delta(&vm->before, &vm->now).s2,
	};
	char title[VM_NAME_LEN + 32];
	struct screen page;
	int err = ui_page_begin(&page, s), rows = 0;
	size_t i;

	if (err)
		return err;
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		rows = sections[i](&v, &page, rows);
	snprintf(title, sizeof(title), " VM %s  pid %u%s", vm->name, vm->process, vm->gone ? "  gone" : "");
	ui_page_show(s, UI_HEADER_ROWS, &page, rows, &ui->scroll, title);
	screen_free(&page);
	return 0;
}
