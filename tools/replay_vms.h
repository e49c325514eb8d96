/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMs of a recording and what was folded into their counters: what BPF's maps
 * are to a live run.
 */
#ifndef REPLAY_VMS_H
#define REPLAY_VMS_H

#include "codec.h"
#include "image.h"
#include "source_live.h"

#define REPLAY_VMS_MAX  16384	/* at one time; events of more are in live_loss.vms */
#define REPLAY_GONE_MAX 1024	/* VMs that are gone and whose counters nobody took yet */

struct replay_vms;

/* Only those of @vms (names or pids), if any. NULL: no memory. */
struct replay_vms *replay_vms_new(const char *const *vms, size_t nr_vms);
void replay_vms_free(struct replay_vms *r);

/* A frame names the VMs that its events speak of. */
void replay_vms_name(struct replay_vms *r, const struct vm_entry *vms, size_t nr);
/* Folds an event. Returns 1, 0 if it is of no VM that is wanted, or -ENOMEM. */
int replay_vms_fold(struct replay_vms *r, const struct kvmmt_event *e);

/* Whoever is at this address now; NULL: nobody is known. */
const struct vm_entry *replay_vms_find(struct replay_vms *r, __u64 vm, __u32 pid);
size_t replay_vms_here(const struct replay_vms *r);
size_t replay_vms_gone(const struct replay_vms *r);
/* How many VMs were met that are wanted. */
size_t replay_vms_met(const struct replay_vms *r);
const struct live_loss *replay_vms_loss(const struct replay_vms *r);

/* As live_counters(), live_causes() and live_vcpus(); the last forgets those that are gone. */
void replay_vms_counters(const struct replay_vms *r, live_counters_fn fn, void *ctx);
void replay_vms_causes(const struct replay_vms *r, live_cause_fn fn, void *ctx);
void replay_vms_vcpus(struct replay_vms *r, live_vcpu_fn fn, void *ctx);

/* replay_vms_image.c: all of it as it is at @now_ns, in an image. */
void replay_vms_put(const struct replay_vms *r, __u64 now_ns, struct image *to);
/* To @r, which is new. Returns 0 or -ENOMEM. */
int replay_vms_take(struct replay_vms *r, const __u64 **from);

#endif
