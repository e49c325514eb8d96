/* SPDX-License-Identifier: GPL-2.0 */
/* What a recording says of its VMs' memory: their slots, and what refusals were about. */
#ifndef REPLAY_MEMORY_H
#define REPLAY_MEMORY_H

#include "recording.h"

struct replay_memory {
	struct slot_table slots;
	struct refused origins[RECORDING_ORIGINS]; /* of refusals in the frame that is handed out */
	size_t nr_origins;
};

/* What @r has found. A VM's slots are what they are until it says so again. 0 or -ENOMEM. */
int replay_memory_slots(struct replay_memory *m, const struct reader *r);
void replay_memory_origins(struct replay_memory *m, const struct reader *r);
/* What @e was about, a refusal. False: that is not known. */
bool replay_memory_of(const struct replay_memory *m, const struct kvmmt_event *e, struct refused *to);
void replay_memory_clear(struct replay_memory *m);

/* Into an image, and out of it instead of what there is: 0 or -ENOMEM. */
void replay_memory_put(const struct replay_memory *m, struct image *to);
int replay_memory_take(struct replay_memory *m, const __u64 **from);

#endif
