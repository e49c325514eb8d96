// SPDX-License-Identifier: GPL-2.0
/* See series.h. */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

struct series *series_find(const struct series_set *set, const struct kvmmt_vm_key *key)
{
	struct series **node = tfind(key, &set->by_key, model_key_order);

	return node ? *node : NULL;
}

static int label_order(const void *a, const void *b)
{
	const struct series *x = a, *y = b;

	return strcmp(x->label, y->label);
}

static bool label_taken(const struct series_set *set, const struct series *by)
{
	return !strcmp(by->label, SERIES_OTHER) || tfind(by, &set->by_label, label_order);
}

/*
 * A VM that is known by its process alone is told from others by the pid; of two with
 * one name, the later is "name#2". False: there is no memory to remember it.
 */
static bool choose_label(struct series_set *set, struct series *s)
{
	char name[VM_NAME_LEN + 12];
	unsigned int n;

	if (s->vm->name_source == VM_NAME_PROCESS)
		snprintf(name, sizeof(name), "%s-%u", s->vm->name, s->vm->process);
	else
		snprintf(name, sizeof(name), "%s", s->vm->name);
	snprintf(s->label, sizeof(s->label), "%s", name);
	for (n = 2; label_taken(set, s); n++)
		snprintf(s->label, sizeof(s->label), "%s#%u", name, n);
	s->labelled = tsearch(s, &set->by_label, label_order);
	return s->labelled;
}

/* It keeps its label, which another may now have. */
static void release_label(struct series_set *set, struct series *s)
{
	if (s->labelled)
		tdelete(s, &set->by_label, label_order);
	s->labelled = false;
}

void series_rename(struct series_set *set)
{
	size_t i;

	/* None of the old labels is in a new one's way. */
	for (i = 0; i < set->nr; i++)
		release_label(set, set->all[i]);
	for (i = 0; i < set->nr; i++)
		if (!set->all[i]->ended)
			choose_label(set, set->all[i]);
}

static struct series *add(struct series_set *set, const struct model_vm *vm)
{
	struct series *s;

	if (set->nr == set->room) {
		size_t room = set->room ? set->room * 2 : 64;
		struct series **more = realloc(set->all, room * sizeof(*more));

		if (!more)
			return NULL;
		set->all = more;
		set->room = room;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->key = vm->key;
	s->vm = vm;
	if (!choose_label(set, s) || !tsearch(s, &set->by_key, model_key_order)) {
		release_label(set, s);
		free(s);
		return NULL;
	}
	s->own = !vm->gone && set->nr_own < set->limit;
	if (!set->recorded)
		vm_pod("/proc", vm->process, s->pod);
	set->nr_own += s->own;
	set->all[set->nr++] = s;
	return s;
}

/* Its series end with it; what was counted among the others stays there. */
static void end(struct series_set *set, struct series *s)
{
	if (s->own)
		set->nr_own--;
	else
		model_add(&set->ended, &s->vm->now);
	release_label(set, s);
	s->own = false;
	s->ended = true;
}

static void take(struct series_set *set, struct series *s, const struct model_vm *vm)
{
	s->vm = vm;
	if (vm->gone && !s->ended)
		end(set, s);
}

/* Those that the model has dropped. */
static void sweep(struct series_set *set)
{
	size_t i, kept = 0;

	for (i = 0; i < set->nr; i++) {
		if (set->all[i]->vm) {
			set->all[kept++] = set->all[i];
			continue;
		}
		release_label(set, set->all[i]);
		tdelete(set->all[i], &set->by_key, model_key_order);
		free(set->all[i]);
	}
	set->nr = kept;
}

int series_update(struct series_set *set, const struct model *m)
{
	struct series *s;
	int err = 0;
	size_t i;

	for (i = 0; i < set->nr; i++)
		set->all[i]->vm = NULL;
	for (i = 0; i < m->nr_vms; i++) {
		s = series_find(set, &m->vms[i]->key);
		if (s)
			take(set, s, m->vms[i]);
	}
	sweep(set);
	/* Then those that are new: one may have the name of one that just ended. */
	for (i = 0; i < m->nr_vms; i++) {
		if (series_find(set, &m->vms[i]->key))
			continue;
		s = add(set, m->vms[i]);
		if (s)
			take(set, s, m->vms[i]);
		else
			err = -ENOMEM;
	}
	set->other = set->ended;
	set->nr_other = 0;
	for (i = 0; i < set->nr; i++) {
		if (set->all[i]->own || set->all[i]->ended)
			continue;
		model_add(&set->other, &set->all[i]->vm->now);
		set->nr_other++;
	}
	return err;
}

static void keep(void *node)
{
	(void)node;	/* set->all frees it */
}

void series_free(struct series_set *set)
{
	size_t i;

	tdestroy(set->by_key, keep);
	tdestroy(set->by_label, keep);
	for (i = 0; i < set->nr; i++)
		free(set->all[i]);
	free(set->all);
	memset(set, 0, sizeof(*set));
}
