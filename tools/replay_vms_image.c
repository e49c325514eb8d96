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
	const struct vm *v = NULL;
	size_t list = 0;

	image_put(to, &r->nr_here, sizeof(*r) - NUMBERS);
	put_marks(r->marks, now_ns, to);
	while ((v = replay_vms_next(r, v, &list)))
		put_vm(v, to);
}

/* To @list, NULL: its bucket. Returns its .next, or NULL and *@err is -ENOMEM. */
static struct vm **take_vm(struct replay_vms *r, struct vm **list, const __u64 **from, int *err)
{
	struct vm *v = image_take(from, sizeof(*v), err);

	if (!v)
		return NULL;
	v->next = NULL;
	v->vcpus = image_take(from, v->nr_vcpus * sizeof(*v->vcpus), err);
	v->causes = *err ? NULL : image_take(from, v->nr_causes * sizeof(*v->causes), err);
	for (list = list ? list : &r->buckets[replay_vm_bucket(v->id.vm, v->id.pid)]; *list;)
		list = &(*list)->next;
	*list = v;
	return &v->next;
}

int replay_vms_take(struct replay_vms *r, const __u64 **from)
{
	struct vm **gone = &r->gone;
	size_t i;
	int err = 0;

	*from = image_get(*from, &r->nr_here, sizeof(*r) - NUMBERS);
	get_marks(r->marks, from);
	for (i = 0; !err && i < r->nr_gone; i++)
		gone = take_vm(r, gone, from, &err);
	for (i = 0; !err && i < r->nr_here; i++)
		take_vm(r, NULL, from, &err);
	return err;
}
