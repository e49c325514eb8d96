// SPDX-License-Identifier: GPL-2.0
/* See ui_past.h. */
#include <errno.h>

#include "ui_past.h"

int past_open(struct past *p, struct ui *ui)
{
	p->history = history_new(HISTORY_MAX, HISTORY_BYTES);
	ui->history = p->history;
	return p->history ? 0 : -ENOMEM;
}

void past_close(struct past *p)
{
	history_free(p->history);
	p->history = NULL;
	model_free(&p->model);
}

static int show(struct past *p, struct ui *ui, __u64 nr)
{
	int err;

	if (nr < history_begin(p->history))
		nr = history_begin(p->history);
	if (ui->past && nr == p->nr)
		return 0;
	err = history_get(p->history, nr, &p->model);
	if (err)
		return err;
	p->nr = nr;
	ui->past = true;
	ui->model = &p->model;
	return 0;
}

/* Where a step leads to; one beyond the latest is live. */
static __u64 stepped(const struct past *p, const struct ui *ui)
{
	__u64 latest = history_end(p->history) - 1, from = ui->past ? p->nr : latest;

	/* What was shown may have been forgotten meanwhile. */
	if (from < history_begin(p->history))
		from = history_begin(p->history);
	return ui->step < 0 ? from - (from > 0) : from + 1;
}

int past_follow(struct past *p, struct ui *ui, const struct model *live)
{
	__u64 latest = history_end(p->history) - 1, nr = latest;
	bool asked = ui->step || ui->go;
	int err = 0;

	if (ui->step)
		nr = stepped(p, ui);
	else if (ui->go)
		nr = history_at(p->history, ui->go_ns);
	if (asked && nr < latest)
		err = show(p, ui, nr);
	else if (asked || ui->to_live)
		ui->past = false;
	if (!ui->past)
		ui->model = live;
	ui->step = 0;
	ui->go = ui->to_live = false;
	ui->zero_ns = live->now_ns;
	ui->kept_s = (double)(live->now_ns - history_begin_ns(p->history)) / 1e9;
	return err;
}

int past_trend(const struct past *p, struct ui *ui)
{
	return trend_follow(&ui->trend, p->history, ui->past ? p->nr : history_end(p->history) - 1,
			    &ui->selected);
}
