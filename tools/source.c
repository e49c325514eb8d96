// SPDX-License-Identifier: GPL-2.0
/* See source.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "source.h"

void source_close(struct source *s)
{
	live_close(s->live);
	replay_close(s->replay);
	if (s->recorder)
		recorder_close(s->recorder);
	memset(s, 0, sizeof(*s));
}

__u64 source_now_ns(const struct source *s)
{
	return s->replay ? replay_now_ns(s->replay) : live_now_ns();
}

static void take_event(void *ctx, const struct kvmmt_event *e)
{
	struct source *s = ctx;

	if (s->recorder && !s->err)
		s->err = recorder_event(s->recorder, e);
	if (s->event)
		s->event(s->ctx, e);
}

static int pump(struct source *s, int timeout_ms)
{
	int err = live_events(s->live, timeout_ms, false, take_event, s);

	if (err == -EINTR)
		return 0;
	if (!err && s->recorder && !s->err)
		s->err = recorder_settled(s->recorder, live_settled_ns(s->live));
	return err ? err : s->err;
}

int source_wait(struct source *s, __u64 until_ns)
{
	__u64 now = source_now_ns(s);
	int timeout_ms = now < until_ns ? (int)((until_ns - now + 999999) / 1000000) : 0, err = 0;

	if (s->replay)
		return replay_advance(s->replay, until_ns, s->event, s->ctx);
	if (s->recorder)
		err = pump(s, timeout_ms);
	else
		poll(NULL, 0, timeout_ms);
	return err ? err : REPLAY_TIME;
}

int source_pump(struct source *s)
{
	return s->live ? pump(s, 0) : 0;
}

int source_finish(struct source *s)
{
	int err;

	if (!s->live)
		return 0;
	live_detach(s->live);
	err = live_events(s->live, 0, true, take_event, s);
	return err ? err : s->err;
}

bool source_origin(struct source *s, const struct kvmmt_event *e, struct refused *to)
{
	if (s->replay)
		return replay_origin(s->replay, e, to);
	live_origin(s->live, e, to);
	return refused_known(to);
}

/* What the callbacks below fill. */
struct update {
	struct model *model;
	int err;
};

static void add_vm(void *ctx, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
		   const char *comm)
{
	struct update *u = ctx;

	if (model_vm(u->model, key, c, comm))
		u->err = -ENOMEM;
}

static bool add_vcpu(void *ctx, const struct kvmmt_vcpu_key *key, const struct kvmmt_vncr *c)
{
	struct update *u = ctx;
	int err = model_vcpu(u->model, key, c);

	if (err == -ENOMEM)
		u->err = err;
	return !err;
}

static void add_cause(void *ctx, const struct kvmmt_cause_key *key, const struct kvmmt_cause *c)
{
	struct update *u = ctx;

	if (model_cause(u->model, key, c))
		u->err = -ENOMEM;
}

static int update_replayed(struct source *s, struct update *u)
{
	replay_counters(s->replay, add_vm, u);
	replay_causes(s->replay, add_cause, u);
	replay_vcpus(s->replay, add_vcpu, u);
	return 0;
}

static int update_live(struct source *s, struct update *u)
{
	int err = live_counters(s->live, add_vm, u);

	if (!err)
		err = live_vcpus(s->live, add_vcpu, u);
	if (!err)
		err = live_causes(s->live, add_cause, u);
	/* Last: the one time that it finds it takes a while, in which VMs may end. */
	live_find_vfio(s->live);
	return err;
}

static int give_counters(struct source *s, struct model *m)
{
	struct update u = { .model = m };
	struct live_loss loss;
	int err;

	m->identify = s->replay ? replay_identify : s->recorder ? recorder_identify : NULL;
	m->identify_ctx = s->replay ? (void *)s->replay : s->recorder;
	err = s->replay ? update_replayed(s, &u) : update_live(s, &u);
	if (s->replay)
		replay_losses(s->replay, &loss);
	else if (!err)
		err = live_losses(s->live, &loss);
	if (err || u.err)
		return err ? err : u.err;
	memcpy(m->lost, loss.events, sizeof(m->lost));
	m->lost_refusals = loss.refusals;
	m->lost_vms = loss.vms;
	model_order(m);
	return 0;
}

int source_update(struct source *s, struct model *m)
{
	m->between = true;
	return give_counters(s, m);
}

int source_refusal(struct source *s, struct model *m, const struct kvmmt_event *e,
		   const struct refused *what)
{
	int err = s->replay && !model_find(m, e->vm, e->pid) ? source_update(s, m) : 0;

	return err ? err : model_refusal(m, e, what->backing, what->slot);
}

int source_sample(struct source *s, struct model *m, bool totals)
{
	model_sample(m, source_now_ns(s));
	if (s->recorder && !s->err)
		s->err = writer_sample(s->recorder->writer, m->now_ns, totals);
	return s->err ? s->err : give_counters(s, m);
}
