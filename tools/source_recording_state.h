/* SPDX-License-Identifier: GPL-2.0 */
/* For source_recording*.c: a recording and where it is. */
#ifndef SOURCE_RECORDING_STATE_H
#define SOURCE_RECORDING_STATE_H

#include "replay_memory.h"
#include "replay_vms.h"
#include "source_recording.h"

struct replay {
	struct reader *reader;
	const char *const *names;
	size_t nr_names;
	struct replay_vms *vms;
	struct replay_memory memory;
	const struct decoded *frame;	/* being handed out */
	size_t at;
	int item;			/* READER_*, or -errno */
	__u64 now_ns, begin_ns;
	__u64 from_ns, to_ns;		/* what is not between them is not there */
	__u64 idle;			/* steps in which nothing was, times VMs */
	bool samples;
	bool cut;			/* there was something before .from_ns */
	bool over;			/* what comes is later than .to_ns */
};

#endif
