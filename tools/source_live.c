// SPDX-License-Identifier: GPL-2.0
/* See source_live.h: BPF programs chosen, loaded, attached and ended. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "source_live_state.h"

__u64 live_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static int print_verbose(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return vfprintf(stderr, format, args);
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

void live_talk(bool verbose)
{
	libbpf_set_print(verbose ? print_verbose : print_nothing);
}

/* A power of two: a CPU's ring is found by a mask. */
static __u32 ring_count(int nr_cpus)
{
	__u32 n = 1;

	while (n < (__u32)nr_cpus && n < KVMMT_MAX_RINGS)
		n *= 2;
	return n;
}

/* Load the one of a tracepoint's three programs that does what is asked for, if any. */
static void choose(struct kvmmt_bpf *skel, int kind, bool there, bool count, bool stream)
{
#define X(KIND, kind)                                                                        \
	[KVMMT_KIND_##KIND] = { skel->progs.count_##kind, skel->progs.stream_##kind,         \
				skel->progs.both_##kind },
	struct bpf_program *const programs[KVMMT_KIND_NR][3] = {
		X(S2_FAULT, s2_fault) X(S2_SLOT, s2_slot) X(S2_INVALIDATE, s2_invalidate)
		X(VNCR_LOOKUP, vncr_lookup) X(VNCR_WALK, vncr_walk)
		X(VNCR_INVALIDATE, vncr_invalidate) X(NESTED_TLBI, nested_tlbi)
	};
#undef X
	bpf_program__set_autoload(programs[kind][0], there && count && !stream);
	bpf_program__set_autoload(programs[kind][1], there && !count && stream);
	bpf_program__set_autoload(programs[kind][2], there && count && stream);
}

static int configure(struct live *live, const struct live_options *o, const bool *tracepoint)
{
	struct kvmmt_bpf *skel = live->skel;
	int err, kind;

	skel->rodata->only_refusals = !o->stream_kinds;
	skel->rodata->refusals_apart = o->stream_kinds && o->stream_refusals;
	skel->rodata->note_stacks = o->stacks;
	skel->rodata->note_origins = o->origins;
	skel->rodata->count_causes = o->causes;
	skel->rodata->refault_ns = o->refault_ns;
	skel->rodata->only_pids = o->nr_pids > 0;
	skel->rodata->page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	skel->rodata->ring_mask = ring_count(live->nr_cpus) - 1;
	for (kind = 0; kind < KVMMT_KIND_NR; kind++) {
		bool refusable = kind == KVMMT_KIND_S2_FAULT || kind == KVMMT_KIND_S2_SLOT;
		bool streams = o->stream_kinds ? o->stream_kinds & 1u << kind :
						 o->stream_refusals && refusable;

		if (KVMMT_TRACED & 1u << kind)
			choose(skel, kind, tracepoint[kind], o->count, streams);
	}
	err = bpf_map__set_max_entries(skel->maps.pids, o->nr_pids ? o->nr_pids : 1);
	if (!err && !o->causes)
		err = bpf_map__set_max_entries(skel->maps.causes, 1);
	if (!err && !o->stacks)
		err = bpf_map__set_max_entries(skel->maps.stacks, 1);
	return err ? err : kvmmt_bpf__load(skel);
}

static int fill_pids(struct live *live, const struct live_options *o)
{
	__u8 one = 1;
	size_t i;
	int err = 0;

	for (i = 0; i < o->nr_pids && !err; i++)
		err = bpf_map_update_elem(bpf_map__fd(live->skel->maps.pids), &o->pids[i], &one, 0);
	return err;
}

int live_open(struct live **out, const struct live_options *options, const bool *tracepoint)
{
	struct live *live = calloc(1, sizeof(*live));
	int err = -ENOMEM;

	if (!live)
		return err;
	live_talk(options->verbose);
	live->nr_cpus = libbpf_num_possible_cpus();
	live->per_cpu = calloc(live->nr_cpus, sizeof(*live->per_cpu));
	live->skel = kvmmt_bpf__open();
	if (!live->skel)
		err = -errno;
	else if (live->per_cpu)
		err = configure(live, options, tracepoint);
	if (!err)
		err = fill_pids(live, options);
	if (!err && (options->stream_kinds || options->stream_refusals))
		err = live_add_rings(live, options->ring_bytes,
				     live->skel->rodata->ring_mask + 1 +
					     (options->stream_kinds && options->stream_refusals));
	if (!err)
		err = kvmmt_bpf__attach(live->skel);
	if (err)
		live_close(live);
	else
		*out = live;
	return err;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	ring_buffer__free(live->rings);
	kvmmt_bpf__destroy(live->skel);
	free(live->per_cpu);
	free(live->waiting);
	free(live);
}

void live_detach(struct live *live)
{
	kvmmt_bpf__detach(live->skel);
}
