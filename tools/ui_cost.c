// SPDX-License-Identifier: GPL-2.0
/* What the BPF programs cost, above the last line: on request, live. */
#include "names.h"
#include "ui.h"

static void draw_line(const struct ui *ui, struct screen *s, int row, int kind)
{
	const struct live_cost *now = &ui->costs[kind], *before = &ui->costs_before[kind];
	double runs = (double)(now->runs - before->runs), ns = (double)(now->ns - before->ns);
	char number[NAME_LEN], time[NAME_LEN], name[NAME_LEN + 8];

	snprintf(name, sizeof(name), "kvm_%s", name_kind(kind));
	screen_line(s, row, ATTR_PLAIN, "  %-22s %8s %8s %8.3f%%", name,
		    field_short((__u64)(runs / ui->costs_s + 0.5), FIELD_COUNT, number),
		    runs > 0 ? name_time((__u64)(ns / runs + 0.5), time) : "-", ns / ui->costs_s / 1e7);
}

void ui_draw_cost(const struct ui *ui, struct screen *s)
{
	int row = s->rows - UI_FOOTER_ROWS - 1, kind;

	if (!(ui->costs_s > 0)) {
		screen_line(s, row, ATTR_HEAD, " BPF programs: measured from now on (b ends it)");
		return;
	}
	for (kind = KVMMT_KIND_NR - 1; kind >= 0; kind--)
		if (KVMMT_TRACED & 1u << kind && ui->host->tracepoint[kind])
			draw_line(ui, s, row--, kind);
	screen_line(s, row, ATTR_HEAD, " BPF program of           runs/s     each  of a CPU (b ends it)");
}
