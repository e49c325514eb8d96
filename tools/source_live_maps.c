// SPDX-License-Identifier: GPL-2.0
/* See source_live.h: what the BPF programs have counted and noted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counters.h"
#include "source_live_state.h"

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

void live_origin(struct live *live, const struct kvmmt_event *e, struct refused *to)
{
	const struct kvmmt_origin_key key = { .vm = e->vm, .hva = kvmmt_origin_hva(e) };
	struct kvmmt_origin origin = { .slot = -1 };

	bpf_map_lookup_elem(bpf_map__fd(live->skel->maps.origins), &key, &origin);
	*to = (struct refused){
		.vm = { e->vm, e->pid },
		.hva = key.hva,
		.slot = origin.slot,
		.killed = origin.killed,
	};
	backing_text("/sys", &origin, e->kind == KVMMT_KIND_S2_FAULT ? e->s2_fault.pfn : ~0ull,
		     sysconf(_SC_PAGESIZE), to->backing);
}
