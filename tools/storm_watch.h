/* SPDX-License-Identifier: GPL-2.0 */
/* Storms of a live run's VMs, for who only wants to know when one begins. */
#ifndef STORM_WATCH_H
#define STORM_WATCH_H

#include "series.h"
#include "source.h"

#define STORM_TEXT_LEN 512

struct storm_watch {
	struct storm_limits limits;
	struct model model;
	struct series_set set;
	__u64 sampled_ns;
};

/*
 * To be called often; samples once a second what a source counts. Returns 1: a storm
 * began, and @text of STORM_TEXT_LEN bytes says whose; 0: none did; or -errno.
 */
int storm_watch_step(struct storm_watch *w, struct source *source, char *text);
/* The same of a model that was sampled already. */
int storm_watch_look(struct storm_watch *w, char *text);
void storm_watch_free(struct storm_watch *w);

#endif
