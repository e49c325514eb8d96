/* SPDX-License-Identifier: GPL-2.0 */
/* Where a command's counters and events come from: this host, or a recording. */
#ifndef SOURCE_H
#define SOURCE_H

#include "model.h"
#include "recorder.h"
#include "source_live.h"
#include "source_recording.h"

struct source {
	struct live *live;		/* one of these two */
	struct replay *replay;
	struct recorder *recorder;	/* a live run is recorded too; or NULL */
	live_event_fn event;		/* gets the events that are streamed or replayed */
	void *ctx;
	int err;			/* of the recorder */
};

void source_close(struct source *s);

__u64 source_now_ns(const struct source *s);
/*
 * Let events come until @until_ns: live, in time; of a recording, at once. Returns
 * enum replay_stop (live: REPLAY_TIME; it may be earlier, on a signal and when events
 * came that are recorded), or -errno.
 */
int source_wait(struct source *s, __u64 until_ns);
/* Live: hand out what events there are. Returns 0 or -errno. */
int source_pump(struct source *s);
/* Live: stop, and hand out what is still there. Returns 0 or -errno. */
int source_finish(struct source *s);

/* What memory @e was about, a refusal that was just handed out. False: that is not known. */
bool source_origin(struct source *s, const struct kvmmt_event *e, struct refused *to);

/* The model's VMs get their counters of now, for its next sample. Returns 0 or -errno. */
int source_update(struct source *s, struct model *m);
/*
 * @e, a refusal that was just handed out, of @what, to the model. In replay a VM's first
 * refusal may come before the sample that brings the VM: it gets that here. Returns 0 or
 * -errno.
 */
int source_refusal(struct source *s, struct model *m, const struct kvmmt_event *e,
		   const struct refused *what);
/* The same as a new sample of the model's; @totals: the last one. */
int source_sample(struct source *s, struct model *m, bool totals);

#endif
