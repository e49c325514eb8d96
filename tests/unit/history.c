// SPDX-License-Identifier: GPL-2.0
/* A live run's past: what was kept comes back as it was, within its bounds. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "made_up.h"
#include "history.h"
#include "nested.h"
#include "trend.h"

#define S 1000000000ull
#define VMS 50

/* The same VMs at second @t; one is refused something, one is a guest hypervisor. */
static void sample(struct model *m, __u64 t)
{
	struct kvmmt_event refusal = { .time_ns = t * S, .vm = 0x1000, .pid = 1,
				       .kind = KVMMT_KIND_S2_SLOT };
	const struct kvmmt_cause_key cause = { .vm = { .vm = 0x2000, .pid = 2 } };
	const struct kvmmt_vcpu_key vcpu = { .vm = { .vm = 0x3000, .pid = 3 }, .vcpu = 3 };
	const struct kvmmt_vncr vncr = nested_vcpu(3, t % 16);
	static struct vm_slots slots = { .key = { 0x4000, 4 }, .nr = 2, .more = true };
	const struct kvmmt_cause count = { .count = 7 * t };
	__u32 i;

	m->identify = name_vm;
	model_sample(m, t * S);
	for (i = 1; i <= VMS; i++) {
		const struct kvmmt_vm_key key = { .vm = 0x1000ull * i, .pid = i };
		struct kvmmt_counters c = { 0 };

		c.mapped[KVMMT_S2_NORMAL] = c.fault[KVMMT_FAULT_MAPPED] = i * t;
		model_vm(m, &key, &c, "");
	}
	model_vcpu(m, &vcpu, &vncr);
	model_refusal(m, &refusal, "a file", 3);
	slots.slots[1].size_bytes = t;
	model_slots(m, &slots);
	model_cause(m, &cause, &count);
}

static bool same(const struct model *a, const struct model *b)
{
	size_t i;

	if (a->nr_vms != b->nr_vms || a->now_ns != b->now_ns || a->before_ns != b->before_ns ||
	    a->nr_refusals != b->nr_refusals)
		return false;
	for (i = 0; i < a->nr_vms; i++) {
		const struct model_vm *x = a->vms[i], *y = model_find_key(b, &x->key);

		if (!y || memcmp(&x->start, &y->start, 3 * sizeof(x->start)) || strcmp(x->name, y->name) ||
		    x->nr_vcpus != y->nr_vcpus || x->nr_refusals != y->nr_refusals ||
		    x->nr_causes != y->nr_causes || x->nr_slots != y->nr_slots ||
		    x->slots_known != y->slots_known || x->more_slots != y->more_slots ||
		    (x->nr_slots && memcmp(x->slots, y->slots, x->nr_slots * sizeof(*x->slots))) ||
		    (x->nr_vcpus && memcmp(x->vcpus, y->vcpus, x->nr_vcpus * sizeof(*x->vcpus))) ||
		    (x->nr_refusals && memcmp(x->refusals, y->refusals, sizeof(*x->refusals))) ||
		    (x->nr_causes && memcmp(x->causes, y->causes, sizeof(*x->causes))))
			return false;
	}
	return true;
}

static void comes_back(void)
{
	struct history *h = history_new(100, 1 << 20);
	struct model live = { 0 }, was = { 0 }, past = { 0 };
	const struct kvmmt_vm_key nobody = { .vm = 1 };
	struct model_counts c;
	double seconds;
	__u64 t;

	for (t = 1; t <= 9; t++) {
		sample(&live, t);
		history_add(h, &live);
	}
	for (t = 1; t <= 6; t++)
		sample(&was, t);
	check(!history_get(h, 5, &past) && same(&past, &was), "it is not", "a sample comes back as it was");
	check(!history_get(h, 8, &past) && same(&past, &live), "it is not", "and another in its place");
	check(history_at(h, 6 * S) == 5 && history_at(h, 7 * S - 1) == 5 && !history_at(h, 1) &&
		      history_at(h, 99 * S) == 8,
	      "it is not", "a sample is found by time");
	check(history_delta(h, 5, &live.vms[4]->key, &c, &seconds) == 1 && seconds == 1 &&
		      c.s2.mapped[KVMMT_S2_NORMAL] == 5,
	      "it is not", "what one VM did then is found without the others");
	check(history_delta(h, 5, &live.vms[VMS - 1]->key, &c, &seconds) == 1 &&
		      c.s2.mapped[KVMMT_S2_NORMAL] == VMS,
	      "it is not", "also behind those that have vCPUs and refusals");
	check(!history_delta(h, 5, &nobody, &c, &seconds), "it is", "nobody is not found");
	check(past.vms[0]->refusals != live.vms[0]->refusals, "they are one", "what came back is a copy");
	history_free(h);
	model_free(&live);
	model_free(&was);
	model_free(&past);
}

static void bounds(void)
{
	struct history *few = history_new(10, 1 << 20), *small = history_new(1000, 20000);
	struct model live = { 0 }, past = { 0 };
	char why[96];
	__u64 t;

	for (t = 1; t <= 500; t++) {
		sample(&live, t);
		history_add(few, &live);
		history_add(small, &live);
	}
	check(history_end(few) == 500 && history_begin(few) == 490, "others", "ten samples are the latest ten");
	snprintf(why, sizeof(why), "%zu bytes in %llu samples", history_bytes(small),
		 (unsigned long long)(history_end(small) - history_begin(small)));
	check(history_bytes(small) <= 20000 && history_bytes(small) > 10000 &&
		      history_end(small) - history_begin(small) > 3,
	      why, "bytes are bounded too");
	check(!history_get(small, history_begin(small), &past) &&
		      past.now_ns == (history_begin(small) + 1) * S &&
		      history_begin_ns(small) == past.now_ns,
	      "it is not", "the oldest of them is whole");
	history_free(few);
	few = history_new(10, 1);
	history_add(few, &live);
	history_add(few, &live);
	check(history_begin(few) == 1 && history_end(few) == 2, "it is not",
	      "the latest stays, whatever its size");
	history_free(few);
	history_free(small);
	model_free(&live);
	model_free(&past);
}

/* Each sample with another rate; the latest have to come first, the others a few at a time. */
static void trends(void)
{
	struct history *h = history_new(TREND_NR + 50, 1 << 20);
	static struct trend t;
	struct model live = { 0 };
	__u64 i, last = TREND_NR + 30, known = 0;

	for (i = 1; i <= last + 1; i++) {
		sample(&live, i * (i + 1) / 2);
		history_add(h, &live);
	}
	trend_follow(&t, h, last, &live.vms[6]->key);
	/* The model has seconds of other lengths too: 7 * n faults in n seconds. */
	check(trend_at(&t, 0) && trend_at(&t, 0)->faults == 7 && trend_at(&t, 0)->seconds == last + 1,
	      "it is not", "a trend has its latest points first");
	for (i = history_sample_bytes(h, last); i < TREND_NR * history_sample_bytes(h, last); i += TREND_FILL)
		trend_follow(&t, h, last, &live.vms[6]->key);
	for (i = 0; i < TREND_NR; i++)
		known += trend_at(&t, i) && trend_at(&t, i)->seconds == last + 1 - i;
	check(known == TREND_NR && !trend_at(&t, TREND_NR), "they are not", "then all that it is of");
	trend_follow(&t, h, 40, &live.vms[6]->key);
	check(trend_at(&t, 0) && trend_at(&t, 0)->seconds == 41, "it has not", "it goes back");
	trend_follow(&t, h, 40, &live.vms[8]->key);
	check(trend_at(&t, 0) && trend_at(&t, 0)->faults == 9, "it has not", "and to another VM");
	history_clear(h);
	check(history_begin(h) == history_end(h) && !history_bytes(h), "it is not", "a history is cleared");
	history_free(h);
	model_free(&live);
}

int main(void)
{
	check_suite = "history";
	comes_back();
	bounds();
	trends();
	return check_status();
}
