/* SPDX-License-Identifier: GPL-2.0 */
/* A live run's past on the screen: what its user asks for, from what was kept. */
#ifndef UI_PAST_H
#define UI_PAST_H

#include "history.h"
#include "ui.h"

struct past {
	struct history *history;
	__u64 nr;		/* the sample that is shown */
	struct model model;	/* as it was then */
};

/* Returns 0 or -ENOMEM. The user interface then knows that there is a past. */
int past_open(struct past *p, struct ui *ui);
void past_close(struct past *p);

/*
 * Let the screen show what was asked for: the sample of a step, of a time, or @live. To be
 * called after each sample and each key. Returns 0 or -ENOMEM.
 */
int past_follow(struct past *p, struct ui *ui, const struct model *live);

/* The trend of the VM that is selected, up to the sample that is shown. Returns 0 or -ENOMEM. */
int past_trend(const struct past *p, struct ui *ui);

#endif
