// SPDX-License-Identifier: GPL-2.0
/* See source_live.h: events that the BPF programs stream, in order, and losses. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "source_live_state.h"

/*
 * Events of different CPUs come from different rings. One is handed out only
 * when it is this old, so that none older can still turn up.
 */
#define SETTLE_NS 20000000ull

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

int live_add_rings(struct live *live, size_t ring_bytes, __u32 nr)
{
	__u32 bytes = power_of_two((ring_bytes + nr - 1) / nr), i;
	long page = sysconf(_SC_PAGESIZE);
	int err = 0;

	if (bytes < (__u32)page)
		bytes = page;
	for (i = 0; i < nr && !err; i++)
		err = add_ring(live, i, bytes);
	return err;
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
