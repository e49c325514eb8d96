// SPDX-License-Identifier: GPL-2.0
/* See slots.h: the slots of many VMs. */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "slots.h"

/* Entries begin with their key, and have no room for slots that the VM has not. */
static int by_key(const void *a, const void *b)
{
	const struct vm_slots_key *x = a, *y = b;

	if (x->vm != y->vm)
		return x->vm < y->vm ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

const struct slot *slot_find(const struct vm_slots *s, __u64 ipa)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (ipa - s->slots[i].ipa < s->slots[i].size_bytes)
			return &s->slots[i];
	return NULL;
}

static struct vm_slots **find(const struct slot_table *t, const struct vm_slots_key *key)
{
	return tfind(key, (void *const *)&t->vms, by_key);
}

const struct vm_slots *slot_table_get(const struct slot_table *t, struct vm_slots_key key)
{
	struct vm_slots **node = find(t, &key);

	return node ? *node : NULL;
}

static bool same(const struct vm_slots *a, const struct vm_slots *b)
{
	return a->nr == b->nr && a->more == b->more &&
	       !memcmp(a->slots, b->slots, a->nr * sizeof(a->slots[0]));
}

int slot_table_put(struct slot_table *t, const struct vm_slots *s)
{
	struct vm_slots **node = find(t, &s->key), *copy;
	size_t had = node ? (*node)->nr : 0;

	if (node && same(*node, s))
		return 0;
	if ((!node && t->nr_vms == SLOT_TABLE_VMS) || t->nr_slots - had + s->nr > SLOT_TABLE_SLOTS)
		return -ENOSPC;
	copy = malloc(VM_SLOTS_BYTES(s->nr));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, s, VM_SLOTS_BYTES(s->nr));
	if (!node && !tsearch(copy, &t->vms, by_key)) {
		free(copy);
		return -ENOMEM;
	}
	if (node) {
		free(*node);
		*node = copy;
	}
	t->nr_vms += !node;
	t->nr_slots += s->nr - had;
	return 1;
}

void slot_table_drop(struct slot_table *t, struct vm_slots_key key)
{
	struct vm_slots **node = find(t, &key), *s = node ? *node : NULL;

	if (!s)
		return;
	tdelete(s, &t->vms, by_key);
	t->nr_vms--;
	t->nr_slots -= s->nr;
	free(s);
}

struct walk {
	slots_fn fn;
	void *ctx;
	int err;
};

static void visit(const void *node, VISIT order, void *ctx)
{
	struct walk *w = ctx;

	if (!w->err && (order == postorder || order == leaf))
		w->err = w->fn(w->ctx, *(struct vm_slots *const *)node);
}

int slot_table_each(const struct slot_table *t, slots_fn fn, void *ctx)
{
	struct walk w = { .fn = fn, .ctx = ctx };

	twalk_r(t->vms, visit, &w);
	return w.err;
}

static int pack(void *ctx, const struct vm_slots *s)
{
	image_put(ctx, s, VM_SLOTS_BYTES(0));
	image_put(ctx, s->slots, s->nr * sizeof(s->slots[0]));
	return 0;
}

void slot_table_pack(const struct slot_table *t, struct image *to)
{
	const __u64 nr = t->nr_vms;

	image_put(to, &nr, sizeof(nr));
	slot_table_each(t, pack, to);
}

int slot_table_unpack(struct slot_table *t, const __u64 **from)
{
	struct vm_slots *s = malloc(sizeof(*s));
	int err = s ? 0 : -ENOMEM;
	__u64 nr;

	slot_table_clear(t);
	*from = image_get(*from, &nr, sizeof(nr));
	for (; err >= 0 && nr; nr--) {
		*from = image_get(*from, s, VM_SLOTS_BYTES(0));
		*from = image_get(*from, s->slots, s->nr * sizeof(s->slots[0]));
		err = slot_table_put(t, s);
	}
	free(s);
	return err < 0 ? err : 0;
}

void slot_table_clear(struct slot_table *t)
{
	tdestroy(t->vms, free);
	memset(t, 0, sizeof(*t));
}
