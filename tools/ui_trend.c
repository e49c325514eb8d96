// SPDX-License-Identifier: GPL-2.0
/* What a VM did at the latest samples, as a row of bars: a section of its view. */
#include <string.h>

#include "names.h"
#include "ui_vm.h"
#include "utf8.h"

#define LEFT  19	/* columns before the bars */
#define RIGHT 14	/* and after them */

/* Lowest for what is hardly anything, blank for nothing. */
static __u32 bar(double value, double most)
{
	int level = value > 0 ? 1 + (int)(value / most * (SCREEN_BAR_MAX - 1) + 0.5) : 0;

	return level ? SCREEN_BAR(level < SCREEN_BAR_MAX ? level : SCREEN_BAR_MAX) : ' ';
}

static double value_of(const struct trend_point *p, bool faults)
{
	return !p ? 0 : faults ? p->faults : p->invalidations;
}

static int draw_bars(const struct vm_view *v, struct screen *s, int row, int nr, bool faults)
{
	char bars[TREND_NR * UTF8_LEN + 1], *end = bars, number[NAME_LEN];
	double most = 0;
	int i;

	for (i = 0; i < nr; i++) {
		double value = value_of(trend_at(&v->ui->trend, i), faults);

		most = value > most ? value : most;
	}
	for (i = nr; i--;)
		end += utf8_put(end, bar(value_of(trend_at(&v->ui->trend, i), faults), most));
	*end = '\0';
	screen_put(s, row, 2, ATTR_PLAIN, "%-*s |%s| to %s", LEFT - 3,
		   faults ? "faults/s" : "invalidations/s", bars, field_short((__u64)(most + 0.5), FIELD_COUNT, number));
	return row + 1;
}

int ui_section_trend(const struct vm_view *v, struct screen *s, int row)
{
	int room = s->cols - LEFT - RIGHT, nr = 0, i;
	const bool *has = v->ui->host->tracepoint;
	double seconds = 0;

	for (i = 0; i < TREND_NR && i < room; i++) {
		const struct trend_point *p = trend_at(&v->ui->trend, i);

		seconds += p ? p->seconds : 0;
		nr = p ? i + 1 : nr;
	}
	if (!nr)
		return row;
	screen_put(s, row++, 2, ATTR_TITLE, "the last %.3g seconds", seconds);
	if (has[KVMMT_KIND_S2_FAULT])
		row = draw_bars(v, s, row, nr, true);
	if (has[KVMMT_KIND_S2_INVALIDATE])
		row = draw_bars(v, s, row, nr, false);
	return row;
}
