// SPDX-License-Identifier: GPL-2.0
/* See play.h. */
#include <errno.h>

#include "play.h"

static int take(struct play *p)
{
	int err = source_sample(p->source, p->model, false);

	return err || !p->sampled ? err : p->sampled(p->ctx);
}

/* Has it to be gone on after it stopped there? */
static bool on_the_way(const struct play *p, int stopped)
{
	return stopped == REPLAY_CROWD || stopped == REPLAY_MORE ||
	       (p->step_ns && (stopped == REPLAY_SAMPLE || stopped == REPLAY_TOTALS));
}

/* Returns where it stopped, or -errno. */
static int advance(struct play *p)
{
	int stopped, err = 0;

	if (!p->until_ns)
		p->until_ns = p->step_ns ? replay_step_ns(p->source->replay, p->step_ns) : ~0ull;
	do {
		stopped = source_wait(p->source, p->until_ns);
		if (stopped == REPLAY_CROWD)
			err = p->crowds ? take(p) : source_update(p->source, p->model);
		if (!err && on_the_way(p, stopped) && p->enough && p->enough(p->ctx))
			return -EINTR;
	} while (!err && !*p->stop && on_the_way(p, stopped));
	p->until_ns = 0;
	return err ? err : stopped;
}

int play_begin(struct play *p)
{
	int err, stopped = REPLAY_MORE;

	/* To the live run's first sample; what was before it is no rate. */
	if (!p->step_ns && !replay_is_cut(p->source->replay))
		stopped = advance(p);
	p->ended = stopped == REPLAY_END;
	err = take(p);
	return stopped < 0 ? stopped : err;
}

int play_step(struct play *p)
{
	int stopped, err;

	/* A step that led to the end of a window has shown all of it. */
	p->ended |= replay_is_over(p->source->replay);
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
	p->nr++;
	/* What is at the end is not known of a model. */
	if (!err && !p->ended && p->checkpoints && !p->reset)
		err = checkpoints_add(p->checkpoints, p->source->replay, p->model, p->nr);
	return err ? err : 1;
}

static int restart(struct play *p)
{
	int err = replay_rewind(p->source->replay);

	if (err)
		return err;
	model_free(p->model);
	p->nr = p->until_ns = 0;
	p->reset = false;
	err = p->jumped ? p->jumped(p->ctx) : 0;
	return err ? err : play_begin(p);
}

/* To some sample before @to_ns, unless it is better to go on from here. */
static int jump(struct play *p, __u64 to_ns)
{
	const struct checkpoint *c = NULL;
	int err;

	if (p->checkpoints)
		c = checkpoints_before(p->checkpoints, to_ns, p->lead);
	if (to_ns >= p->model->now_ns && (!c || c->nr <= p->nr || p->reset))
		return 0;
	if (!c)
		return restart(p);
	err = checkpoint_return(c, p->source->replay, p->model);
	p->nr = c->nr;
	p->until_ns = 0;
	p->ended = p->reset = false;
	return err || !p->jumped ? err : p->jumped(p->ctx);
}

int play_go(struct play *p, __u64 to_ns)
{
	int err = jump(p, to_ns);

	while (err >= 0 && !*p->stop && !p->ended && p->model->now_ns < to_ns)
		err = p->enough && p->enough(p->ctx) ? -EINTR : play_step(p);
	return err < 0 ? err : 0;
}

int play_set_step(struct play *p, __u64 step_ns)
{
	__u64 to_ns = p->model->now_ns;
	int err;

	p->step_ns = step_ns;
	if (p->checkpoints)
		checkpoints_clear(p->checkpoints);
	err = restart(p);
	/* A pipe goes on from here. */
	return err == -ESPIPE ? 0 : err ? err : play_go(p, to_ns);
}
