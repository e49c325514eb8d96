// SPDX-License-Identifier: GPL-2.0
/* Labels and sums while VMs come and go: bounded, unique, and nothing is lost or counted twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "series.h"

#define S     1000000000ull
#define VMS   10000
#define LIVE  300	/* at one time */
#define LIMIT 128

static struct model model;
static struct series_set set;

static void give(unsigned int i, const char *comm, __u64 mapped, bool gone)
{
	/* Addresses come back, as those of struct kvm do; no such pids exist. */
	const struct kvmmt_vm_key key = { .vm = (i % LIVE + 1) << 13, .pid = 4194305,
					  .generation = i / LIVE };
	const struct kvmmt_counters c = { .fault[KVMMT_FAULT_MAPPED] = mapped,
					  .inval_bytes[KVMMT_INVAL_TEARDOWN] = gone };

	model_vm(&model, &key, &c, comm);
}

static bool unique(void)
{
	size_t i, j;

	for (i = 0; i < set.nr; i++)
		for (j = 0; !set.all[i]->ended && j < i; j++)
			if (!set.all[j]->ended && !strcmp(set.all[i]->label, set.all[j]->label))
				return false;
	return true;
}

static __u64 own_sum(void)
{
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < set.nr; i++)
		if (set.all[i]->own)
			sum += set.all[i]->vm->now.s2.fault[KVMMT_FAULT_MAPPED];
	return sum;
}

/* Each VM lives for LIVE steps, and is given one more fault in each; all have one name. */
static void churn(void)
{
	__u64 now = S, other = 0, ended_own = 0, told = 0;
	int falls = 0, twice = 0, beyond = 0, wrong = 0;
	unsigned int step, i;

	set.limit = LIMIT;
	for (step = 0; step <= VMS + LIVE + 50; step += 50) {
		unsigned int first = step > LIVE ? step - LIVE : 0;
		__u64 before = own_sum();

		model_sample(&model, now += S);
		for (i = first > 50 ? first - 50 : 0; i < step && i < VMS; i++)
			give(i, "vm", (step - i) / 50, i < first);
		for (i = 0; i < set.nr; i++)
			if (set.all[i]->own && set.all[i]->vm->gone)
				ended_own += set.all[i]->vm->now.s2.fault[KVMMT_FAULT_MAPPED];
		series_update(&set, &model);
		told += before;
		falls += set.other.s2.fault[KVMMT_FAULT_MAPPED] < other;
		other = set.other.s2.fault[KVMMT_FAULT_MAPPED];
		beyond += set.nr_own > LIMIT || set.nr > LIVE + MODEL_GONE + 200;
		twice += step % 1000 == 0 && !unique();
		wrong += set.nr_own + set.nr_other != model.nr_vms - model.nr_gone;
	}
	check(!falls, "it does", "10,000 VMs come and go: what \"other\" has never falls");
	check(!beyond, "it is", "and what is kept is bounded");
	check(!twice, "one is", "and no label is there twice");
	check(!wrong, "it does not", "and VMs that live add up");
	/* Six each, and seven for every fiftieth, by the steps above. */
	check(!set.nr_own && other + ended_own == 6 * VMS + VMS / 50, "",
	      "and every fault was told once (%llu)", (unsigned long long)(other + ended_own));
	check(told > 0, "", "and some had series of their own");
}

static const char *label_of(unsigned int i)
{
	const struct kvmmt_vm_key key = { .vm = (i % LIVE + 1) << 13, .pid = 4194305,
					  .generation = i / LIVE };
	const struct series *s = series_find(&set, &key);

	return s ? s->label : "";
}

static void labels(void)
{
	size_t i;

	set.limit = 1;	/* also those beyond it may have a storm, and are told by name then */
	model_sample(&model, S);
	give(1, "web", 1, false);
	give(2, "web", 1, false);
	series_update(&set, &model);
	check(!strcmp(label_of(1), "web-4194305") && !strcmp(label_of(2), "web-4194305#2"), label_of(2),
	      "two of one name are told apart");
	model_sample(&model, 2 * S);
	give(1, "web", 1, true);
	give(2, "web", 1, false);
	give(3, "web", 1, false);
	series_update(&set, &model);
	check(!strcmp(label_of(2), "web-4194305#2"), label_of(2), "a label stays when another goes");
	check(!strcmp(label_of(3), "web-4194305"), label_of(3), "and is free for the next");
	for (i = 0; i < model.nr_vms; i++) {
		strcpy(model.vms[i]->name, SERIES_OTHER);
		model.vms[i]->name_source = VM_NAME_OPTION;
	}
	series_rename(&set);
	check(!strcmp(label_of(2), "other#2") && !strcmp(label_of(3), "other#3"), label_of(2),
	      "renamed ones are told apart, and from \"other\"");
}

int main(void)
{
	check_suite = "series";
	labels();
	series_free(&set);
	model_free(&model);
	churn();
	series_free(&set);
	model_free(&model);
	return check_status();
}
