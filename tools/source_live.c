// SPDX-License-Identifier: GPL-2.0
/* See source_live.h. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "counters.h"
#include "source_live.h"
#include "kvmmt.skel.h"

/*
 * Events of different CPUs come from different rings. One is handed out only
 * when it is this old, so that none older can still turn up.
 */
#define SETTLE_NS 20000000ull

struct live {
	struct kvmmt_bpf *skel;
	struct ring_buffer *rings;
	int nr_cpus;
	struct kvmmt_counters *per_cpu;	/* one VM's, as a map gives them */
	struct kvmmt_event *waiting;	/* read, not yet handed out */
	size_t nr_waiting, room;
	__u64 settled_ns;
	bool out_of_memory, refused;
};

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

static int keep_event(void *ctx, void *data, size_t size)
{
	struct live *live = ctx;

	if (size != sizeof(struct kvmmt_event))
		return 0;
	if (live->nr_waiting == live->room) {
		size_t room = live->room ? live->room * 2 : 1024;
		struct kvmmt_event *more = realloc(live->waiting, room * sizeof(*more));

		if (!more) {
			live->out_of_memory = true;
			return -ENOMEM;
		}
		live->waiting = more;
		live->room = room;
	}
	memcpy(&live->waiting[live->nr_waiting++], data, sizeof(struct kvmmt_event));
	live->refused |= kvmmt_is_refusal(data);
	return 0;
}

static __u32 power_of_two(__u64 at_least)
{
	__u32 n = 1;

	while (n < at_least && n < 1u << 31)
		n *= 2;
	return n;
}

static __u32 ring_count(int nr_cpus)
{
	__u32 n = power_of_two(nr_cpus);

	return n < KVMMT_MAX_RINGS ? n : KVMMT_MAX_RINGS;
}

static int add_ring(struct live *live, __u32 index, __u32 bytes)
{
	int outer = bpf_map__fd(live->skel->maps.rings), fd, err;

	fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "kvmmt_ring", 0, 0, bytes, NULL);
	if (fd < 0)
		return fd;
	err = bpf_map_update_elem(outer, &index, &fd, 0);
	if (!err && !live->rings) {
		live->rings = ring_buffer__new(fd, keep_event, live, NULL);
		err = live->rings ? 0 : -errno;
	} else if (!err) {
		err = ring_buffer__add(live->rings, fd, keep_event, live);
	}
	close(fd);
	return err;
}

static int add_rings(struct live *live, size_t ring_bytes, bool apart)
{
	__u32 nr = live->skel->rodata->ring_mask + 1 + apart, i;
	__u32 bytes = power_of_two((ring_bytes + nr - 1) / nr);
	long page = sysconf(_SC_PAGESIZE);
	int err = 0;

	if (bytes < (__u32)page)
		bytes = page;
	for (i = 0; i < nr && !err; i++)
		err = add_ring(live, i, bytes);
	return err;
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
	libbpf_set_print(options->verbose ? print_verbose : print_nothing);
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
		err = add_rings(live, options->ring_bytes,
				options->stream_kinds && options->stream_refusals);
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

static bool same_vm(const struct kvmmt_vm_key *a, const struct kvmmt_vm_key *b)
{
	return a->vm == b->vm && a->pid == b->pid && a->generation == b->generation;
}

/* The VM's place, or -1 if it has none. */
static int place_of(const struct live *live, const struct kvmmt_vm_key *key)
{
	__u32 place = kvmmt_place(key->vm);

	return same_vm(&live->skel->bss->owners[place], key) ? (int)place : -1;
}

static int add_cpus(struct live *live, int fd, const void *key, struct kvmmt_counters *sum)
{
	int err = bpf_map_lookup_elem(fd, key, live->per_cpu), cpu;

	for (cpu = 0; cpu < live->nr_cpus && !err; cpu++)
		counters_add_s2(sum, &live->per_cpu[cpu]);
	return err == -ENOENT ? 0 : err;
}

/* The VM is gone and counts no more: its place can have another. */
static void forget(struct live *live, const struct kvmmt_vm_key *key)
{
	int place = place_of(live, key);

	bpf_map_delete_elem(bpf_map__fd(live->skel->maps.vms), key);
	bpf_map_delete_elem(bpf_map__fd(live->skel->maps.comms), key);
	if (place < 0)
		return;
	memset(live->per_cpu, 0, live->nr_cpus * sizeof(*live->per_cpu));
	if (bpf_map_update_elem(bpf_map__fd(live->skel->maps.places), &place, live->per_cpu, 0))
		return;
	live->skel->bss->owners[place].vm = 0;
	__atomic_store_n(&live->skel->bss->claims[place], 0, __ATOMIC_RELEASE);
}

static int give_vm(struct live *live, const struct kvmmt_vm_key *key, live_counters_fn fn,
		   void *ctx)
{
	int comms = bpf_map__fd(live->skel->maps.comms), place = place_of(live, key), err;
	struct kvmmt_counters sum = { 0 };
	char comm[KVMMT_COMM_LEN];

	err = add_cpus(live, bpf_map__fd(live->skel->maps.vms), key, &sum);
	if (!err && place >= 0)
		err = add_cpus(live, bpf_map__fd(live->skel->maps.places), &place, &sum);
	if (err)
		return err;
	if (bpf_map_lookup_elem(comms, key, comm))
		comm[0] = '\0';
	fn(ctx, key, &sum, comm);
	if (kvmmt_is_gone(&sum))
		forget(live, key);
	return 0;
}

int live_counters(struct live *live, live_counters_fn fn, void *ctx)
{
	int fd = bpf_map__fd(live->skel->maps.vms), err = 0, i;
	struct kvmmt_vm_key key, next;
	bool more;

	for (i = 0; i < KVMMT_PLACES && !err; i++) {
		if (!__atomic_load_n(&live->skel->bss->owners[i].vm, __ATOMIC_ACQUIRE))
			continue;
		key = live->skel->bss->owners[i];
		err = give_vm(live, &key, fn, ctx);
	}
	/* The next key is asked for before this one may be forgotten. */
	more = !bpf_map_get_next_key(fd, NULL, &next);
	while (more && !err) {
		key = next;
		more = !bpf_map_get_next_key(fd, &key, &next);
		if (place_of(live, &key) < 0)
			err = give_vm(live, &key, fn, ctx);
	}
	return err;
}

int live_causes(struct live *live, live_cause_fn fn, void *ctx)
{
	int fd = bpf_map__fd(live->skel->maps.causes), err = 0, cpu;
	struct kvmmt_cause *per_cpu = calloc(live->nr_cpus, sizeof(*per_cpu)), sum;
	struct kvmmt_cause_key key, *from = NULL;
	size_t n;

	if (!per_cpu)
		return -ENOMEM;
	/* A key that is forgotten meanwhile begins the walk anew: it must end all the same. */
	for (n = 0; n < 2 * KVMMT_MAX_CAUSES && !err; n++) {
		if (bpf_map_get_next_key(fd, from, &key))
			break;
		from = &key;
		err = bpf_map_lookup_elem(fd, &key, per_cpu);
		if (err == -ENOENT) {
			err = 0;
			continue;
		}
		memset(&sum, 0, sizeof(sum));
		for (cpu = 0; cpu < live->nr_cpus && !err; cpu++)
			counters_add(&sum, &per_cpu[cpu], sizeof(sum));
		if (!err)
			fn(ctx, &key, &sum);
	}
	free(per_cpu);
	return err;
}

bool live_stack(struct live *live, const struct kvmmt_cause_key *key,
		__u64 stack[KVMMT_STACK_DEPTH])
{
	return !bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.stacks), key, stack);
}

/* Has another generation begun at the VM's address? Then it counts no more. */
static bool over(struct live *live, const struct kvmmt_vm_key *key)
{
	__u32 generation;

	return !bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.generations), &key->vm,
				    &generation) &&
	       generation != key->generation;
}

int live_vcpus(struct live *live, live_vcpu_fn fn, void *ctx)
{
	int fd = bpf_map__fd(live->skel->maps.vcpus);
	struct kvmmt_vcpu_key key, next;
	struct kvmmt_vncr counters;
	bool more = !bpf_map_get_next_key(fd, NULL, &next);

	while (more) {
		bool final;
		int err;

		key = next;
		more = !bpf_map_get_next_key(fd, &key, &next);
		final = over(live, &key.vm);
		err = bpf_map_lookup_elem(fd, &key, &counters);
		if (err)
			return err;
		if (fn(ctx, &key, &counters) && final)
			bpf_map_delete_elem(fd, &key);
	}
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct kvmmt_event *x = a, *y = b;

	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static int read_loss(struct live *live, struct kvmmt_loss *per_cpu)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.loss), &zero, per_cpu);
}

/* Losses after which no event came that could have told them. */
static int keep_untold(struct live *live)
{
	struct kvmmt_loss *per_cpu = calloc(live->nr_cpus, sizeof(*per_cpu));
	int cpu, err = -ENOMEM;

	if (per_cpu)
		err = read_loss(live, per_cpu);
	for (cpu = 0; cpu < live->nr_cpus && !err; cpu++) {
		struct kvmmt_event e = { .vcpu = -1, .kind = KVMMT_KIND_LOST, .cpu = cpu };

		if (!per_cpu[cpu].untold.first_ns)
			continue;
		e.time_ns = per_cpu[cpu].untold.last_ns;
		e.lost = per_cpu[cpu].untold;
		err = keep_event(live, &e, sizeof(e));
	}
	free(per_cpu);
	return err;
}

int live_events(struct live *live, int timeout_ms, bool final, live_event_fn fn, void *ctx)
{
	__u64 due;
	size_t n, left;
	int err;

	if (!live->rings)
		return 0;
	/*
	 * With events at hand more are on their way: wait for many, not to be woken for
	 * each, and not past the time when those at hand are due.
	 */
	if (live->nr_waiting && timeout_ms && !final) {
		if (poll(NULL, 0, SETTLE_NS / 2000000) < 0)
			return -errno;
		timeout_ms = 0;
	}
	/* Before the rings are read one by one: what they get meanwhile is younger. */
	due = final ? ~0ull : live_now_ns() - SETTLE_NS;
	err = final || !timeout_ms ? ring_buffer__consume(live->rings) :
				     ring_buffer__poll(live->rings, timeout_ms);
	if (live->out_of_memory)
		return -ENOMEM;
	if (err < 0)
		return err;
	if (final) {
		err = keep_untold(live);
		if (err)
			return err;
	}

	qsort(live->waiting, live->nr_waiting, sizeof(*live->waiting), by_time);
	for (n = 0; n < live->nr_waiting && live->waiting[n].time_ns <= due; n++)
		fn(ctx, &live->waiting[n]);
	left = live->nr_waiting - n;
	memmove(live->waiting, live->waiting + n, left * sizeof(*live->waiting));
	live->nr_waiting = left;
	live->settled_ns = due;
	return 0;
}

__u64 live_settled_ns(const struct live *live)
{
	return live->settled_ns;
}

void live_origin(struct live *live, const struct kvmmt_event *e, struct kvmmt_origin *origin)
{
	const struct kvmmt_s2_slot *s = &e->s2_slot;
	struct kvmmt_origin_key key = { .vm = e->vm };

	if (e->kind == KVMMT_KIND_S2_SLOT)
		key.hva = s->vma_hva ? s->vma_hva : s->hva;
	else
		key.hva = e->s2_fault.hva;
	if (!bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.origins), &key, origin))
		return;
	memset(origin, 0, sizeof(*origin));
	origin->slot = -1;
}

int live_fd(const struct live *live)
{
	return live->rings ? ring_buffer__epoll_fd(live->rings) : -1;
}

bool live_refused(struct live *live)
{
	bool refused = live->refused;

	live->refused = false;
	return refused;
}

int live_losses(struct live *live, struct live_loss *loss)
{
	struct kvmmt_loss *per_cpu = calloc(live->nr_cpus, sizeof(*per_cpu));
	int cpu, err = -ENOMEM;

	memset(loss, 0, sizeof(*loss));
	if (per_cpu)
		err = read_loss(live, per_cpu);
	for (cpu = 0; cpu < live->nr_cpus && !err; cpu++) {
		counters_add(loss->events, per_cpu[cpu].total, sizeof(loss->events));
		loss->refusals += per_cpu[cpu].refusals;
		loss->vms += per_cpu[cpu].vms;
	}
	free(per_cpu);
	return err;
}
