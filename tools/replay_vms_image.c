// SPDX-License-Identifier: GPL-2.0
/* A recording's VMs in an image: see replay_vms.h. */
#include <string.h>

#include "replay_vms_state.h"

#define NUMBERS offsetof(struct replay_vms, nr_here)
#define RUN 256
#define OLD_NS (10 * KVMMT_REFAULT_NS)	/* nobody looks for a mark of before */

static void put_vm(const struct vm *v, struct image *to)
{
	image_put(to, v, sizeof(*v));
	image_put(to, v->vcpus, v->nr_vcpus * sizeof(*v->vcpus));
	image_put(to, v->causes, v->nr_causes * sizeof(*v->causes));
}

static void put_marks(const struct kvmmt_mark *marks, __u64 now_ns, struct image *to)
{
	struct kvmmt_mark run[RUN];
	size_t i;

	for (i = 0; i < KVMMT_MARKS; i++) {
		run[i % RUN] = marks[i].time_ns + OLD_NS > now_ns ? marks[i] : (struct kvmmt_mark){ 0 };
		if (i % RUN == RUN - 1)
			image_put(to, run, sizeof(run));
	}
}

static void get_marks(struct kvmmt_mark *marks, const __u64 **from)
{
	size_t i;

	for (i = 0; i < KVMMT_MARKS; i += RUN)
		*from = image_get(*from, marks + i, RUN * sizeof(*marks));
}

void replay_vms_put(const struct replay_vms *r, __u64 now_ns, struct image *to)
{
	const struct vm *v;
	size_t i;

	image_put(to, &r->nr_here, sizeof(*r) - NUMBERS);
	put_marks(r->marks, now_ns, to);
	for (v = r->gone; v; v = v->next)
		put_vm(v, to);
	for (i = 0; i < BUCKETS; i++)
		for (v = r->buckets[i]; v; v = v->next)
			put_vm(v, to);
}

/* To the end of the list at @to. */
static int take_vm(struct vm **to, const __u64 **from)
{
	struct vm *v;
	int err = 0;

	v = image_take(from, sizeof(*v), &err);
	if (!v)
		return err;
	v->next = NULL;
	v->vcpus = image_take(from, v->nr_vcpus * sizeof(*v->vcpus), &err);
	v->causes = err ? NULL : image_take(from, v->nr_causes * sizeof(*v->causes), &err);
	while (*to)
		to = &(*to)->next;
	*to = v;
	return err;
}

static struct vm **list_of(struct replay_vms *r, const struct vm_entry *id)
{
	return &r->buckets[replay_vm_bucket(id->vm, id->pid)];
}

int replay_vms_take(struct replay_vms *r, const __u64 **from)
{
	size_t i;
	int err = 0;

	*from = image_get(*from, &r->nr_here, sizeof(*r) - NUMBERS);
	get_marks(r->marks, from);
	for (i = 0; !err && i < r->nr_gone; i++)
		err = take_vm(&r->gone, from);
	for (i = 0; !err && i < r->nr_here; i++) {
		struct vm *v = NULL, **to;

		err = take_vm(&v, from);
		if (!v)
			break;
		for (to = list_of(r, &v->id); *to; to = &(*to)->next)
			;
		*to = v;
	}
	return err;
}
