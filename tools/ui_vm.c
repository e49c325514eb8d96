// SPDX-License-Identifier: GPL-2.0
/* The view of one VM: what it was given, what it was refused and why. */
#include <string.h>

#include "event_text.h"
#include "names.h"
#include "ui.h"

double ui_rate(const struct ui *ui, __u64 count)
{
	double seconds = (double)(ui->model->now_ns - ui->model->before_ns) / 1e9;

	return seconds > 0 ? (double)count / seconds : 0;
}

static int draw_types(const struct ui *ui, struct screen *s, int row,
		      const struct kvmmt_counters *total, const struct kvmmt_counters *last)
{
	char bytes[NAME_LEN], count[NAME_LEN];
	int i;

	screen_put(s, row++, 2, ATTR_TITLE, "stage-2 type                   /s    total   mapped");
	for (i = 0; i < KVMMT_S2_NR; i++) {
		if (i == KVMMT_S2_OTHER && !total->mapped[i])
			continue;
		screen_put(s, row++, 2, ATTR_PLAIN, "%-26s %6.0f %8s %8s", name_s2_type_long(i),
			   ui_rate(ui, last->mapped[i]), field_short(total->mapped[i], FIELD_COUNT, count),
			   field_short(total->mapped_bytes[i], FIELD_BYTES, bytes));
	}
	return row;
}

int ui_draw_reasons(const struct ui *ui, struct screen *s, int row, int col, const char *head,
		    const __u64 *total, const __u64 *last, int nr,
		    const char *(*name)(unsigned int), const char *(*meaning)(unsigned int))
{
	char count[NAME_LEN], number[NAME_LEN];
	int i;

	screen_put(s, row++, col, ATTR_TITLE, "%-18s      /s    total", head);
	for (i = 0; i <= nr; i++) {
		const char *text = meaning ? meaning(i) : NULL;

		if (!total[i])
			continue;
		screen_put(s, row++, col, ATTR_PLAIN, "%-18s  %6.0f %8s%s%s",
			   name_or_number(name(i), i, number), ui_rate(ui, last[i]),
			   field_short(total[i], FIELD_COUNT, count), text ? "  " : "",
			   text ? text : "");
	}
	return row;
}

/* The text over several rows, cut between words. */
static int draw_wrapped(struct screen *s, int row, int indent, enum attr attr, const char *text)
{
	int width = s->cols - indent - 1;

	while (*text && width > 20) {
		int len = strlen(text) > (size_t)width ? width : (int)strlen(text);

		while (text[len] && text[len] != ' ' && len > width / 2)
			len--;
		screen_put(s, row++, indent, attr, "%.*s", len, text);
		text += len + (text[len] == ' ');
	}
	return row;
}

static void draw_refusals(const struct ui *ui, const struct model_vm *vm, struct screen *s, int row)
{
	char text[EVENT_TEXT_LEN];
	__u64 i, oldest = vm->nr_refusals > MODEL_REFUSALS ? vm->nr_refusals - MODEL_REFUSALS : 0;

	screen_put(s, row++, 2, ATTR_TITLE, "latest refusals");
	for (i = vm->nr_refusals; i > oldest && row < s->rows - 1; i--) {
		const struct kvmmt_event *e = &vm->refusals[(i - 1) % MODEL_REFUSALS];

		event_text(e, text, sizeof(text));
		screen_put(s, row, 2, ATTR_ALARM, "! %.0fs ago",
			   (double)model_age_ns(ui->model, e->time_ns) / 1e9);
		row = draw_wrapped(s, row, 16, ATTR_ALARM, text);
	}
}

void ui_draw_vm(const struct ui *ui, const struct model_vm *vm, struct screen *s, int row)
{
	const struct kvmmt_counters total = model_delta(&vm->start, &vm->now).s2;
	const struct kvmmt_counters last = model_delta(&vm->before, &vm->now).s2;
	const bool *has = ui->host->tracepoint;

	screen_line(s, row++, ATTR_HEAD, " VM %s  pid %u%s", vm->name, vm->process,
		    vm->gone ? "  gone" : "");
	row = ui_draw_vncr_line(ui, vm, s, row);
	if (has[KVMMT_KIND_S2_FAULT]) {
		row = draw_types(ui, s, row, &total, &last);
		row = ui_draw_reasons(ui, s, row, 2, "faults", total.fault, last.fault, KVMMT_FAULT_NR,
				   name_fault_reason, name_fault_why);
	}
	if (has[KVMMT_KIND_S2_SLOT])
		row = ui_draw_reasons(ui, s, row, 2, "memslot changes", total.slot, last.slot,
				   KVMMT_SLOT_NR, name_slot_reason, name_slot_why);
	if (has[KVMMT_KIND_S2_INVALIDATE])
		row = ui_draw_reasons(ui, s, row, 2, "invalidations", total.inval, last.inval,
				   KVMMT_INVAL_NR, name_inval_reason, name_inval_why);
	if (counters_outcome(&vm->now.s2, KVMMT_OUTCOME_REFUSED) ||
	    counters_refused_slots(&vm->now.s2))
		draw_refusals(ui, vm, s, row);
}
