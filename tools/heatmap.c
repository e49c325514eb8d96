// SPDX-License-Identifier: GPL-2.0
/* See heatmap.h. */
#include <stdlib.h>
#include <string.h>

#include <kvmmt/counters.h>
#include "heatmap.h"

#define BLOCKS_MAX (sizeof(((struct heatmap *)0)->blocks) / sizeof(__u64))

void heatmap_begin(struct heatmap *h, __u64 vm, __u32 pid, __u64 zero_ns)
{
	memset(h, 0, sizeof(*h));
	h->vm = vm;
	h->pid = pid;
	h->zero_ns = zero_ns;
	h->shift = HEATMAP_SHIFT;
	memset(h->now, HEATMAP_BLANK, sizeof(h->now));
}

static bool concerns(const struct heatmap *h, const struct kvmmt_event *e)
{
	return e->vm == h->vm && e->pid == h->pid &&
	       (e->kind == KVMMT_KIND_S2_FAULT ||
		(e->kind == KVMMT_KIND_S2_SLOT && kvmmt_is_refusal(e)) ||
		(e->kind == KVMMT_KIND_S2_INVALIDATE && !e->s2_invalidate.shadow));
}

/* The first block that is not before @block. */
static size_t find(const struct heatmap *h, __u64 block)
{
	size_t low = 0, high = h->nr_blocks;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (h->blocks[mid] < block)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Blocks twice as large. */
static void coarsen(struct heatmap *h)
{
	size_t i, nr = 0;

	h->shift++;
	for (i = 0; i < h->nr_blocks; i++) {
		__u64 block = h->blocks[i] >> 1;

		if (!nr || h->blocks[nr - 1] != block)
			h->blocks[nr++] = block;
	}
	h->nr_blocks = nr;
}

static void add_block(struct heatmap *h, __u64 ipa)
{
	size_t at = find(h, ipa >> h->shift);

	if (at < h->nr_blocks && h->blocks[at] == ipa >> h->shift)
		return;
	while (h->nr_blocks == BLOCKS_MAX) {
		coarsen(h);
		at = find(h, ipa >> h->shift);
		if (at < h->nr_blocks && h->blocks[at] == ipa >> h->shift)
			return;
	}
	memmove(&h->blocks[at + 1], &h->blocks[at], (h->nr_blocks++ - at) * sizeof(*h->blocks));
	h->blocks[at] = ipa >> h->shift;
}

void heatmap_survey(struct heatmap *h, const struct kvmmt_event *e)
{
	if (!concerns(h, e))
		return;
	if (!h->first_ns)
		h->first_ns = e->time_ns;
	if (e->time_ns > h->last_ns)
		h->last_ns = e->time_ns;
	/* What is invalidated alone was never mapped: a teardown's range is all there is. */
	if (e->kind == KVMMT_KIND_S2_FAULT)
		add_block(h, e->s2_fault.ipa);
	else if (e->kind == KVMMT_KIND_S2_SLOT)
		add_block(h, e->s2_slot.ipa);
}

void heatmap_settle(struct heatmap *h)
{
	while (h->nr_blocks > HEATMAP_ROWS)
		coarsen(h);
}

static int column(const struct heatmap *h, __u64 time_ns)
{
	__u64 span = h->last_ns - h->first_ns + 1;
	double part = time_ns < h->first_ns ? 0 : (double)(time_ns - h->first_ns) / (double)span;

	return part < 1 ? (int)(part * HEATMAP_COLS) : HEATMAP_COLS - 1;
}

/* Columns before @col are over: they keep what the blocks are now. */
static void close_columns(struct heatmap *h, int col)
{
	size_t row;

	for (; h->col < col; h->col++)
		for (row = 0; row < h->nr_blocks; row++)
			h->cells[row][h->col].type = h->now[row];
}

/* The row of a block that faulted or begins a refused memslot; -1: of none */
static int row_of(const struct heatmap *h, __u64 ipa)
{
	size_t row = find(h, ipa >> h->shift);

	return row < h->nr_blocks && h->blocks[row] == ipa >> h->shift ? (int)row : -1;
}

static void fill_fault(struct heatmap *h, const struct kvmmt_s2_fault *f)
{
	enum kvmmt_outcome outcome = kvmmt_fault_outcome(f->reason);
	int row = row_of(h, f->ipa);

	if (row < 0)
		return;
	h->cells[row][h->col].faults++;
	if (outcome == KVMMT_OUTCOME_MAPPED)
		h->now[row] = kvmmt_s2_type(f->memattr, f->flags);
	else if (outcome == KVMMT_OUTCOME_REFUSED)
		h->cells[row][h->col].refused++;
}

/* A block is blank once it is invalidated as a whole. */
static void fill_invalidation(struct heatmap *h, const struct kvmmt_s2_invalidate *i)
{
	__u64 end = i->start + i->size_bytes < i->start ? ~0ull : i->start + i->size_bytes;
	size_t row;

	for (row = find(h, i->start >> h->shift); row < h->nr_blocks; row++) {
		__u64 start = h->blocks[row] << h->shift;

		if (start >= end)
			break;
		h->cells[row][h->col].invals++;
		if (i->start <= start && end - start >= 1ull << h->shift)
			h->now[row] = HEATMAP_BLANK;
	}
}

static void fill_slot(struct heatmap *h, const struct kvmmt_s2_slot *s)
{
	int row = row_of(h, s->ipa);

	if (row >= 0)
		h->cells[row][h->col].slots_refused++;
}

/* Whose they were is not known. */
static void fill_lost(struct heatmap *h, const struct kvmmt_lost *l)
{
	int col;

	if (l->last_ns < h->first_ns || l->first_ns > h->last_ns)
		return;
	for (col = column(h, l->first_ns); col <= column(h, l->last_ns); col++)
		h->lost[col] = true;
}

void heatmap_fill(struct heatmap *h, const struct kvmmt_event *e)
{
	if (e->kind == KVMMT_KIND_LOST)
		fill_lost(h, &e->lost);
	if (!concerns(h, e))
		return;
	close_columns(h, column(h, e->time_ns));
	if (e->kind == KVMMT_KIND_S2_FAULT)
		fill_fault(h, &e->s2_fault);
	else if (e->kind == KVMMT_KIND_S2_SLOT)
		fill_slot(h, &e->s2_slot);
	else
		fill_invalidation(h, &e->s2_invalidate);
}

void heatmap_end(struct heatmap *h)
{
	close_columns(h, HEATMAP_COLS);
}
