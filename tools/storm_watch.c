// SPDX-License-Identifier: GPL-2.0
/* See storm_watch.h. */
#include <stdio.h>

#include "storm_watch.h"

#define STEP_NS 1000000000ull

int storm_watch_look(struct storm_watch *w, char *text)
{
	int err = series_update(&w->set, &w->model), began = 0;
	size_t i;

	for (i = 0; !err && i < w->set.nr; i++) {
		struct series *s = w->set.all[i];
		char what[STORM_TEXT_LEN - SERIES_LABEL_LEN];

		if (storm_step(&s->storm, &w->limits, &w->model, s->vm) == STORM_RAISED) {
			storm_text(&s->storm, &w->model, s->vm, what, sizeof(what));
			snprintf(text, STORM_TEXT_LEN, "a storm of %s: %s", s->vm->name, what);
			began = 1;
		}
		if (thrash_step(&s->thrash, &w->limits, &w->model, s->vm) == STORM_RAISED) {
			thrash_text(&s->thrash, &w->model, what, sizeof(what));
			snprintf(text, STORM_TEXT_LEN, "%s thrashes: %s", s->vm->name, what);
			began = 1;
		}
	}
	return err ? err : began;
}

int storm_watch_step(struct storm_watch *w, struct source *source, char *text)
{
	__u64 now_ns = source_now_ns(source);
	int err;

	if (w->sampled_ns && now_ns - w->sampled_ns < STEP_NS)
		return 0;
	w->sampled_ns = now_ns;
	err = source_sample(source, &w->model, false);
	return err ? err : storm_watch_look(w, text);
}

void storm_watch_free(struct storm_watch *w)
{
	series_free(&w->set);
	model_free(&w->model);
}
