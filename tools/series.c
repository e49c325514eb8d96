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

static bool label_taken(const struct series_set *set, const struct series *by)
{
	size_t i;

	if (!strcmp(by->label, SERIES_OTHER))
		return true;
	for (i = 0; i < set->nr; i++)
		if (set->all[i]->own && set->all[i] != by && !strcmp(set->all[i]->label, by->label))
			return true;
	return false;
}

/*
 * A VM that is known by its process alone is told from others by the pid; of two with
 * one name and series of their own, the later is "name#2".
 */
static void choose_label(const struct series_set *set, struct series *s)
{
	char name[VM_NAME_LEN + 12];
	unsigned int n;

	if (s->vm->name_source == VM_NAME_PROCESS)
		snprintf(name, sizeof(name), "%s-%u", s->vm->name, s->vm->process);
	else
		snprintf(name, sizeof(name), "%s", s->vm->name);
	snprintf(s->label, sizeof(s->label), "%s", name);
	for (n = 2; s->own && label_taken(set, s); n++)
		snprintf(s->label, sizeof(s->label), "%s#%u", name, n);
}

void series_rename(struct series_set *set)
{
	size_t i;

	/* None of the old labels is in a new one's way. */
	for (i = 0; i < set->nr; i++)
		set->all[i]->label[0] = '\0';
	for (i = 0; i < set->nr; i++)
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
	if (!tsearch(s, &set->by_key, model_key_order)) {
		free(s);
		return NULL;
	}
	s->own = !vm->gone && set->nr_own < set->limit;
	choose_label(set, s);
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
	s->own = false;
	s->ended = true;
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
		if (!s)
			s = add(set, m->vms[i]);
		if (!s) {
			err = -ENOMEM;
			continue;
		}
		s->vm = m->vms[i];
		if (s->vm->gone && !s->ended)
			end(set, s);
	}
	sweep(set);
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
	for (i = 0; i < set->nr; i++)
		free(set->all[i]);
	free(set->all);
	memset(set, 0, sizeof(*set));
}
