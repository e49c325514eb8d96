/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events and counters of a recording: they are folded as the kernel folds them
 * live, by the same code. What time it is, the recording says.
 */
#ifndef SOURCE_RECORDING_H
#define SOURCE_RECORDING_H

#include "image.h"
#include "recording.h"
#include "source_live.h"

struct replay;

enum replay_stop {
	REPLAY_END,	/* of the recording */
	REPLAY_TIME,	/* the time asked for is reached */
	REPLAY_SAMPLE,	/* the live run read its counters here */
	REPLAY_TOTALS,	/* for the last time */
	REPLAY_CROWD,	/* many VMs are gone: take their counters, then go on */
	REPLAY_MORE,	/* nothing in particular: go on, unless the user has enough */
};

/* Only VMs of @vms (names or pids), if any. Returns 0 or as reader_open() does. */
int replay_open(struct replay **r, const char *path, const char *const *vms, size_t nr_vms);
/*
 * From now on the recording is what was between these times, ends included, for @r that was
 * just opened; its frames before that are not even checked. A loss that began in it and was
 * over within a second behind its end is of it too. Returns 0 or -errno.
 */
int replay_window(struct replay *r, __u64 from_ns, __u64 to_ns);
void replay_close(struct replay *r);

const struct recording_info *replay_info(const struct replay *r);
const struct reader_state *replay_state(const struct replay *r);
/* How much of the file is read, in bytes, and of how many; 0: unknown. */
void replay_progress(const struct replay *r, __u64 *at, __u64 *size);

/*
 * Go on and fold what happened up to @until_ns; @fn, if any, gets each event. Returns
 * where it stopped, or -errno.
 */
int replay_advance(struct replay *r, __u64 until_ns, live_event_fn fn, void *ctx);
/* The time of the first event or sample, or of the window's; 0: there is none. */
__u64 replay_begin_ns(const struct replay *r);
/* Did the live run leave samples? */
bool replay_has_samples(const struct replay *r);
/* Is its beginning not in the window? */
bool replay_is_cut(const struct replay *r);
/* Is it at its window's end, with something behind that? Nothing comes any more. */
bool replay_is_over(const struct replay *r);
/* The time of what comes next, in the window or behind it; 0: nothing does. */
__u64 replay_next_ns(const struct replay *r);
/*
 * Where the step on from here ends, asked once for each; or, if nothing comes for 3600 steps,
 * when something does: a long time without events is one step, and a broken time does no
 * harm. Nor does a file that has many of them: after REPLAY_IDLE_MAX steps of a VM in which
 * nothing came, any time without events is one.
 */
__u64 replay_step_ns(struct replay *r, __u64 step_ns);
#define REPLAY_IDLE_MAX (1u << 24)
/* Where it is. */
__u64 replay_now_ns(const struct replay *r);
/* Back to the beginning, with nothing folded. Returns 0 or -errno. */
int replay_rewind(struct replay *r);
/* Where it is and what was folded, to an image. Returns 0, or -ESPIPE: in a pipe. */
int replay_put(const struct replay *r, struct image *to);
/* There again. Returns 0, or -errno: then it has to be rewound. */
int replay_take(struct replay *r, const __u64 **from);

/* As live_counters(), live_causes(), live_vcpus() after them, and live_losses(). */
void replay_counters(struct replay *r, live_counters_fn fn, void *ctx);
void replay_causes(struct replay *r, live_cause_fn fn, void *ctx);
void replay_vcpus(struct replay *r, live_vcpu_fn fn, void *ctx);
/* For who wants events alone: forget the VMs that are gone. */
void replay_forget(struct replay *r);
void replay_losses(const struct replay *r, struct live_loss *loss);
/* Events that are in the recording, but of more VMs or vCPUs than this reader counts. */
__u64 replay_uncounted(const struct replay *r);

/* The memslots of VMs, as they were here. */
const struct slot_table *replay_slots(const struct replay *r);
/* What memory @e was about, a refusal that was just handed out. False: that is not known. */
bool replay_origin(const struct replay *r, const struct kvmmt_event *e, struct refused *to);

/* A vm_entry_fn, @ctx the replay. */
void replay_identify(void *ctx, struct vm_entry *entry, const char *comm);
/* The name of the VM that an event speaks of. */
const char *replay_name(struct replay *r, const struct kvmmt_event *e);
/* How many VMs were met. */
size_t replay_met(const struct replay *r);

#endif
