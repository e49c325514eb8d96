// SPDX-License-Identifier: GPL-2.0
/* kvmmt stat: what each VM's stage 2 did, at intervals or over a command. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "json.h"
#include "kvmmt.h"
#include "table.h"

struct stat {
	struct common common;
	struct model model;
	struct host host;
	bool vncr;		/* a row for each vCPU of guest hypervisors */
	char **child;
	int child_pid;		/* 0: none, or it has ended */
	int child_status;
	int err;
};

static const struct argp_option options[] = {
	{ "vncr", 'N', NULL, 0, "guest hypervisors: a row for each vCPU and its VNCR pseudo-TLB", 0 },
	{ 0 },
};

/* A field of the other kind of row */
static void check_field(const struct stat *s, const struct field *f, struct argp_state *state)
{
	if (s->vncr && !field_of_vcpu(f))
		argp_error(state, "--vncr: '%s' is counted by VM, not by vCPU", f->name);
	if (!s->vncr && f->type == FIELD_VCPU)
		argp_error(state, "the field '%s' is for --vncr", f->name);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct stat *s = state->input;
	size_t i;

	(void)arg;
	switch (key) {
	case 'N':
		s->vncr = true;
		break;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->common;
		break;
	case ARGP_KEY_ARGS:
		s->child = state->argv + state->next;
		break;
	case ARGP_KEY_SUCCESS:
		if (s->child && s->common.count && !s->common.interval_s)
			argp_error(state, "--count with a COMMAND needs --interval");
		for (i = 0; i < s->common.nr_fields; i++)
			check_field(s, s->common.fields[i], state);
		if (s->common.sort)
			check_field(s, s->common.sort, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void add_vm(void *ctx, const struct kvmmt_vm_key *key, const struct kvmmt_counters *c,
		   const char *comm)
{
	struct stat *s = ctx;

	if (model_vm(&s->model, key, c, comm))
		s->err = -ENOMEM;
}

static bool add_vcpu(void *ctx, const struct kvmmt_vcpu_key *key, const struct kvmmt_vncr *c)
{
	struct stat *s = ctx;
	int err = model_vcpu(&s->model, key, c);

	if (err == -ENOMEM)
		s->err = err;
	return !err;
}

static int sample(struct stat *s, struct live *live)
{
	int err;

	model_sample(&s->model, live_now_ns());
	err = live_counters(live, add_vm, s);
	if (!err)
		err = live_vcpus(live, add_vcpu, s);
	return err ? err : s->err;
}

/* What was lost is a row of its own: it belongs to no VM that could be named. */
static void print_loss(const struct stat *s, struct live *live)
{
	struct live_loss loss;
	struct json j;

	if (live_losses(live, &loss) || (!loss.vms && !s->common.json))
		return;
	if (s->common.json) {
		json_begin(&j, stdout);
		json_number(&j, "lost_events", loss.vms);
		json_end(&j);
	} else {
		fail("stat", "%llu events of VMs beyond the %d, or of guest hypervisors' vCPUs "
			     "beyond the %d, that are counted for certain were lost",
		     (unsigned long long)loss.vms, KVMMT_MAX_VMS, KVMMT_MAX_VCPUS);
	}
}

static int print(struct stat *s, struct live *live, bool total, bool head)
{
	const struct model *m = &s->model;
	struct table t = {
		.fields = s->common.fields,
		.nr_fields = s->common.nr_fields,
		.sort = s->common.sort,
		.host = &s->host,
		.total = total,
		.seconds = (double)(m->now_ns - (total ? m->start_ns : m->before_ns)) / 1e9,
		.nested = m->nested,
		.vcpus = s->vncr,
	};
	struct model_vm rest;
	size_t nr;
	struct table_row *rows = table_rows(&t, m, &rest, &nr);

	if (!rows)
		return -ENOMEM;
	table_sort(&t, rows, nr);
	if (s->common.json)
		table_json(&t, rows, nr, stdout);
	else if (s->common.csv)
		table_csv(&t, rows, nr, head, stdout);
	else
		table_text(&t, rows, nr, stdout);
	print_loss(s, live);
	free(rows);
	return 0;
}

static void reap(struct stat *s)
{
	if (s->child_pid && child_ended(s->child_pid, &s->child_status)) {
		s->child_pid = 0;
		stop = 1;
	}
}

/* Sleep until @when_ns, a signal to stop, or the child's end. */
static void wait_until(struct stat *s, __u64 when_ns)
{
	for (;;) {
		__u64 now = live_now_ns();

		reap(s);
		if (stop || now >= when_ns)
			return;
		poll(NULL, 0, when_ns - now > 50000000 && s->child_pid ?
				      50 :
				      (int)((when_ns - now + 999999) / 1000000));
	}
}

static int run(struct stat *s, struct live *live)
{
	bool tables = !s->child || s->common.interval_s;
	__u64 step_ns = (s->common.interval_s ? s->common.interval_s : 1) * 1e9;
	__u64 next = live_now_ns(), printed = 0;
	int err = sample(s, live);

	while (!err && !stop && !(tables && s->common.count && printed >= s->common.count)) {
		next += step_ns;
		/* After a long stop (SIGSTOP, a suspended host) go on from now. */
		if (next < live_now_ns())
			next = live_now_ns() + step_ns;
		wait_until(s, next);
		if (!tables || stop)
			continue;
		err = sample(s, live);
		if (!err)
			err = print(s, live, false, !printed++);
	}
	live_detach(live);
	if (err || (!stop && !s->child))
		return err;
	/* Stopped: the totals. */
	err = sample(s, live);
	if (!s->common.json && !s->common.csv && tables)
		puts("total");
	return err ? err : print(s, live, true, !printed);
}

int cmd_stat(int argc, char **argv)
{
	static const struct argp_child children[] = { { &common_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		options, parse, "[-- COMMAND...]",
		"Count what each VM's stage 2 does: faults by the memory type they were given, "
		"refusals, invalidations; and what the VNCR pseudo-TLB of guest hypervisors does."
		"\vPrints a table every second, or as -d says, and the totals at the end (Ctrl-C). "
		"With a COMMAND and no -d, only the totals when it ends.",
		children, NULL, NULL
	};
	struct stat s = { .common.command = "stat" };
	int release = -1, err;
	struct live *live;

	argp_parse(&argp, argc, argv, 0, NULL, &s);
	if (s.child) {
		s.child_pid = child_prepare(s.child, &release);
		if (s.child_pid < 0)
			return fail("stat", "%s: %s", s.child[0], strerror(-s.child_pid));
	}
	catch_stop();
	live = open_live(&s.common, &s.host, true, 0, false);
	if (!live)
		return 1;
	if (s.vncr && !host_has(&s.host, KVMMT_VNCR_KINDS)) {
		live_close(live);
		return fail("stat", "--vncr: there is nothing to show");
	}
	if (s.child)
		child_release(release);
	err = run(&s, live);
	if (s.child_pid)
		s.child_status = child_end(s.child_pid);
	live_close(live);
	model_free(&s.model);
	if (err)
		return fail("stat", "%s", strerror(-err));
	return s.child ? s.child_status : 0;
}
