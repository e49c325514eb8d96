// SPDX-License-Identifier: GPL-2.0
/* See snapshots.h. */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kvmmt.h"
#include "snapshots.h"

#define HOLD_NS 10000000000ull	/* between two snapshots that were not asked for */

void snapshots_open(struct snapshots *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void snapshots_close(struct snapshots *s)
{
	storm_watch_free(&s->storms);
}

void snapshots_event(struct snapshots *s, const struct kvmmt_event *e)
{
	if (s->on_refusal && kvmmt_is_refusal(e))
		s->refusal = true;
}

static bool triggered(const struct snapshots *s)
{
	return s->refusal || *s->storm;
}

static int take(struct snapshots *s, struct writer *w)
{
	int err = recorder_rotate(s->path, s->rotate ? s->rotate : 1);

	if (!err)
		err = writer_snapshot(w, s->path);
	if (!err && !s->quiet)
		fail("record", "%s: %llu bytes written%s%s%s%s", s->path,
		     (unsigned long long)writer_count(w).bytes,
		     triggered(s) ? ", because of " : "", s->refusal ? "a refusal" : "",
		     s->refusal && *s->storm ? " and " : "", s->storm);
	s->nr++;
	s->refusal = false;
	*s->storm = '\0';
	s->latest_ns = live_now_ns();
	return err;
}

int snapshots_step(struct snapshots *s, struct writer *w, struct source *source, bool last)
{
	struct signalfd_siginfo info;
	int err = s->on_storm ? storm_watch_step(&s->storms, source, s->storm) : 0;
	bool asked = read(s->fd, &info, sizeof(info)) > 0;
	bool held = s->nr && !last && live_now_ns() - s->latest_ns < HOLD_NS;

	if (err < 0)
		return err;
	return asked || (triggered(s) && !held) ? take(s, w) : 0;
}
