// SPDX-License-Identifier: GPL-2.0
/* See play.h. */
#include <errno.h>

#include "play.h"

static int take(struct play *p)
{
	int err = source_sample(p->source, p->model, false);

	return err || !p->sampled ? err : p->sampled(p->ctx);
}

/* Returns where it stopped, or -errno. */
static int advance(struct play *p)
{
	struct replay *r = p->source->replay;
	__u64 until_ns = p->step_ns ? replay_step_ns(r, p->step_ns) : ~0ull;
	int stopped, err = 0;

	do {
		stopped = source_wait(p->source, until_ns);
		if (stopped == REPLAY_CROWD)
			err = p->crowds ? take(p) : source_update(p->source, p->model);
	} while (!err && !*p->stop &&
		 (stopped == REPLAY_CROWD || stopped == REPLAY_MORE ||
		  (p->step_ns && (stopped == REPLAY_SAMPLE || stopped == REPLAY_TOTALS))));
	return err ? err : stopped;
}

int play_begin(struct play *p)
{
	int err = take(p), stopped;

	p->ended = false;
	if (err || p->step_ns)
		return err;
	/* The live run's first sample is the one that was taken already. */
	stopped = advance(p);
	p->ended = stopped == REPLAY_END;
	return stopped < 0 ? stopped : 0;
}

int play_step(struct play *p)
{
	int stopped, err;

	if (p->ended)
		return 0;
	stopped = advance(p);
	if (stopped < 0)
		return stopped;
	if (*p->stop)
		return take(p);
	p->ended = stopped == REPLAY_END || stopped == REPLAY_TOTALS;
	/* The live run's last sample may be the end; a step led to something. */
	if (p->ended && !p->step_ns && source_now_ns(p->source) == p->model->now_ns)
		return 0;
	err = take(p);
	return err ? err : 1;
}

static int restart(struct play *p)
{
	int err = replay_rewind(p->source->replay);

	if (err)
		return err;
	model_free(p->model);
	return play_begin(p);
}

int play_go(struct play *p, __u64 to_ns)
{
	int err = to_ns < p->model->now_ns ? restart(p) : 0;

	while (err >= 0 && !*p->stop && !p->ended && p->model->now_ns < to_ns)
		err = play_step(p);
	return err < 0 ? err : 0;
}

int play_set_step(struct play *p, __u64 step_ns)
{
	__u64 to_ns = p->model->now_ns;
	int err;

	p->step_ns = step_ns;
	err = restart(p);
	/* A pipe goes on from here. */
	return err == -ESPIPE ? 0 : err ? err : play_go(p, to_ns);
}
