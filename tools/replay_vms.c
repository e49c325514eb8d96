// SPDX-License-Identifier: GPL-2.0
/* See replay_vms.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replay_vms_state.h"

struct replay_vms *replay_vms_new(const char *const *vms, size_t nr_vms)
{
	struct replay_vms *r = calloc(1, sizeof(*r));

	if (r) {
		r->names = vms;
		r->nr_names = nr_vms;
	}
	return r;
}

void replay_vm_free(struct vm *v)
{
	free(v->vcpus);
	free(v->causes);
	free(v);
}

static void free_vms(struct vm *v)
{
	while (v) {
		struct vm *next = v->next;

		replay_vm_free(v);
		v = next;
	}
}

void replay_vms_free(struct replay_vms *r)
{
	size_t i;

	for (i = 0; r && i < BUCKETS; i++)
		free_vms(r->buckets[i]);
	if (r)
		free_vms(r->gone);
	free(r);
}

size_t replay_vm_bucket(__u64 vm, __u32 pid)
{
	return ((vm ^ pid) * 0x9e3779b97f4a7c15ull) >> 52 & (BUCKETS - 1);
}

static struct vm *find(struct replay_vms *r, __u64 vm, __u32 pid)
{
	struct vm *v = r->latest;

	if (v && v->id.vm == vm && v->id.pid == pid)
		return v;
	for (v = r->buckets[replay_vm_bucket(vm, pid)]; v; v = v->next)
		if (v->id.vm == vm && v->id.pid == pid)
			return r->latest = v;
	return NULL;
}

const struct vm_entry *replay_vms_find(struct replay_vms *r, __u64 vm, __u32 pid)
{
	const struct vm *v = find(r, vm, pid);

	return v ? &v->id : NULL;
}

static void add(struct replay_vms *r, const struct vm_entry *id)
{
	struct vm *v = calloc(1, sizeof(*v)), **to = &r->buckets[replay_vm_bucket(id->vm, id->pid)];

	if (!v)
		return;
	v->id = *id;
	v->generation = r->generation++;
	v->wanted = vm_entry_meant(id, r->names, r->nr_names);
	v->next = *to;
	*to = v;
	r->nr_here++;
	r->nr_met += v->wanted;
}

/* Forget addresses at which there is no VM now. */
static void sweep(struct replay_vms *r)
{
	struct vm *v, **at;
	size_t i;

	for (i = 0; i < BUCKETS; i++) {
		for (at = &r->buckets[i]; (v = *at);) {
			if (v->happened) {
				at = &v->next;
				continue;
			}
			*at = v->next;
			replay_vm_free(v);
			r->nr_here--;
		}
	}
	r->latest = NULL;
}

void replay_vms_name(struct replay_vms *r, const struct vm_entry *vms, size_t nr)
{
	size_t i;

	if (r->nr_here + nr > REPLAY_VMS_MAX)
		sweep(r);
	for (i = 0; i < nr && r->nr_here < REPLAY_VMS_MAX; i++)
		if (vms[i].vm && !find(r, vms[i].vm, vms[i].pid))
			add(r, &vms[i]);
}

/* As BPF does at a VM's last event: whatever comes now is of another. */
static int end_vm(struct replay_vms *r, struct vm *v)
{
	struct vm *copy = malloc(sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	*copy = *v;
	copy->next = r->gone;
	r->gone = copy;
	r->nr_gone++;
	memset(&v->counters, 0, sizeof(v->counters));
	v->generation = r->generation++;
	v->happened = false;
	v->vcpus = NULL;
	v->causes = NULL;
	v->nr_vcpus = v->nr_causes = 0;
	return 0;
}

/* NULL: no room; such events are not counted, as in BPF. */
static struct vcpu *find_vcpu(struct replay_vms *r, struct vm *v, __u32 index)
{
	struct vcpu *more;
	size_t i;

	for (i = 0; i < v->nr_vcpus; i++)
		if (v->vcpus[i].index == index)
			return &v->vcpus[i];
	if (r->nr_vcpus == KVMMT_MAX_VCPUS)
		return NULL;
	more = realloc(v->vcpus, (v->nr_vcpus + 1) * sizeof(*more));
	if (!more)
		return NULL;
	v->vcpus = more;
	memset(&more[v->nr_vcpus], 0, sizeof(*more));
	more[v->nr_vcpus].index = index;
	r->nr_vcpus++;
	return &more[v->nr_vcpus++];
}

static void fold_vcpu(struct replay_vms *r, struct vm *v, const struct kvmmt_event *e)
{
	struct vcpu *vcpu = find_vcpu(r, v, e->vcpu);

	if (vcpu)
		kvmmt_fold_vncr(&vcpu->counters, e);
	else
		r->loss.vms++;
}

/* As BPF's count_cause(); a VM's causes that are more than it keeps for all are not told. */
static void fold_cause(struct vm *v, const struct kvmmt_event *e)
{
	struct kvmmt_cause_key key = { .process = e->s2_invalidate.process,
				       .reason = e->s2_invalidate.reason,
				       .syscall = e->s2_invalidate.syscall };
	struct cause *more;
	size_t i;

	kvmmt_cause_comm(key.comm, e->comm);
	for (i = 0; i < v->nr_causes; i++)
		if (!memcmp(&v->causes[i].key, &key, sizeof(key)))
			break;
	if (i == v->nr_causes) {
		more = i < KVMMT_MAX_CAUSES ? realloc(v->causes, (i + 1) * sizeof(*more)) : NULL;
		if (!more)
			return;
		v->causes = more;
		v->causes[v->nr_causes++] = (struct cause){ .key = key };
	}
	v->causes[i].counters.count++;
	if (!e->s2_invalidate.shadow)
		v->causes[i].counters.bytes += e->s2_invalidate.size_bytes;
}

static void take_loss(struct replay_vms *r, const struct kvmmt_lost *l)
{
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		r->loss.events[kind] += l->count[kind];
}

int replay_vms_fold(struct replay_vms *r, const struct kvmmt_event *e)
{
	struct vm *v;
	int err = 0;

	if (e->kind == KVMMT_KIND_LOST) {
		take_loss(r, &e->lost);
		return 1;
	}
	v = find(r, e->vm, e->pid);
	if (!v)
		r->loss.vms++;
	if (!v || !v->wanted)
		return 0;
	if (!v->happened)
		memcpy(v->comm, e->comm, KVMMT_COMM_LEN);
	v->happened = true;
	kvmmt_fold(&v->counters, r->marks, e);
	if (e->kind == KVMMT_KIND_S2_INVALIDATE)
		fold_cause(v, e);
	if (KVMMT_VNCR_KINDS & 1u << e->kind)
		fold_vcpu(r, v, e);
	if (kvmmt_is_gone(&v->counters))
		err = end_vm(r, v);
	return err ? err : 1;
}

size_t replay_vms_here(const struct replay_vms *r)
{
	return r->nr_here;
}

size_t replay_vms_gone(const struct replay_vms *r)
{
	return r->nr_gone;
}

size_t replay_vms_met(const struct replay_vms *r)
{
	return r->nr_met;
}

const struct live_loss *replay_vms_loss(const struct replay_vms *r)
{
	return &r->loss;
}

static struct kvmmt_vm_key key_of(const struct vm *v)
{
	return (struct kvmmt_vm_key){ v->id.vm, v->id.pid, v->generation };
}

const struct vm *replay_vms_next(const struct replay_vms *r, const struct vm *v, size_t *list)
{
	v = v ? v->next : NULL;
	for (; !v && *list <= BUCKETS; ++*list)
		v = *list ? r->buckets[*list - 1] : r->gone;
	return v;
}

void replay_vms_counters(const struct replay_vms *r, live_counters_fn fn, void *ctx)
{
	const struct vm *v = NULL;
	size_t list = 0;

	while ((v = replay_vms_next(r, v, &list))) {
		const struct kvmmt_vm_key key = key_of(v);

		if (v->happened)
			fn(ctx, &key, &v->counters, v->comm);
	}
}

void replay_vms_causes(const struct replay_vms *r, live_cause_fn fn, void *ctx)
{
	const struct vm *v = NULL;
	size_t list = 0, i;

	while ((v = replay_vms_next(r, v, &list))) {
		for (i = 0; i < v->nr_causes; i++) {
			struct kvmmt_cause_key key = v->causes[i].key;

			key.vm = key_of(v);
			fn(ctx, &key, &v->causes[i].counters);
		}
	}
}

void replay_vms_vcpus(struct replay_vms *r, live_vcpu_fn fn, void *ctx)
{
	const struct vm *v = NULL;
	size_t list = 0, i;

	while ((v = replay_vms_next(r, v, &list))) {
		for (i = 0; i < v->nr_vcpus; i++) {
			const struct kvmmt_vcpu_key key = { key_of(v), v->vcpus[i].index };

			fn(ctx, &key, &v->vcpus[i].counters);
		}
	}
	for (v = r->gone; v; v = v->next)
		r->nr_vcpus -= v->nr_vcpus;
	free_vms(r->gone);
	r->gone = NULL;
	r->nr_gone = 0;
}
