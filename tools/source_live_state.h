/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of source_live.c share. */
#ifndef SOURCE_LIVE_STATE_H
#define SOURCE_LIVE_STATE_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "source_live.h"
#include "kvmmt.skel.h"

struct live {
	struct kvmmt_bpf *skel;
	struct ring_buffer *rings;
	int nr_cpus;
	struct kvmmt_counters *per_cpu;	/* one VM's, as a map gives them */
	struct kvmmt_event *waiting;	/* read, not yet handed out */
	size_t nr_waiting, room;
	__u64 settled_ns;
	bool out_of_memory, refused;
	int vfio_sought;		/* source_live_vfio.c's */
};

/* source_live_events.c: @nr rings, which have @ring_bytes together. 0 or -errno. */
int live_add_rings(struct live *live, size_t ring_bytes, __u32 nr);

#endif
