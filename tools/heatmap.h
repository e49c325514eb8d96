/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VM's IPA space over time as a grid: what each block of memory was mapped as, and
 * when it was faulted, invalidated or refused, or a memslot that begins in it was. Blocks
 * that nothing happened to have no row.
 */
#ifndef HEATMAP_H
#define HEATMAP_H

#include <stdbool.h>
#include <stdio.h>
#include <kvmmt/event.h>
#include "canvas.h"

#define HEATMAP_ROWS 128	/* at most */
#define HEATMAP_COLS 240
#define HEATMAP_SHIFT 16	/* a block has 64 KiB at least */
#define HEATMAP_BLANK KVMMT_S2_NR

struct heatmap_cell {
	__u8 type;		/* it was mapped as at the end, or HEATMAP_BLANK */
	__u32 faults, invals, refused, slots_refused;
};

struct heatmap {
	__u64 vm;		/* of this VM */
	__u32 pid;
	int shift;		/* log2 of a block's bytes */
	__u64 blocks[HEATMAP_ROWS * 4];	/* IPA >> shift, ascending once they are settled */
	size_t nr_blocks;
	__u64 zero_ns;		/* what seconds are from */
	__u64 first_ns, last_ns;
	struct heatmap_cell cells[HEATMAP_ROWS][HEATMAP_COLS];
	__u8 now[HEATMAP_ROWS];	/* each block's type */
	bool lost[HEATMAP_COLS];	/* events of this time, perhaps of this VM */
	int col;		/* up to which all is filled */
};

/* Twice over the events: first which blocks there are and when, then what happened. */
void heatmap_begin(struct heatmap *h, __u64 vm, __u32 pid, __u64 zero_ns);
void heatmap_survey(struct heatmap *h, const struct kvmmt_event *e);
void heatmap_settle(struct heatmap *h);
void heatmap_fill(struct heatmap *h, const struct kvmmt_event *e);
void heatmap_end(struct heatmap *h);

/* Returns 0 or -errno, as the canvas does. */
int heatmap_draw(const struct heatmap *h, const char *name, canvas_fn canvas, FILE *out);

#endif
