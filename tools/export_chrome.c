// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings as Chrome's trace JSON, which ui.perfetto.dev opens: VMs are processes,
 * vCPUs threads, events marks, walks of the pseudo-TLB have their length, and each
 * VM has counters of what it did in every tenth of a second.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "event_text.h"
#include "export.h"
#include "json.h"
#include "names.h"

#define THREADS_MAX 65536	/* that are given their names */

struct thread {
	__u32 pid;
	__s32 vcpu;
};

struct chrome {
	void *threads;		/* tsearch() tree of those that were named */
	size_t nr_threads;
	bool more;
};

static int begin(struct export *x)
{
	x->state = calloc(1, sizeof(struct chrome));
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", x->out);
	return x->state ? 0 : -ENOMEM;
}

/* An object of the array; its end brings the newline. */
static struct json item(struct export *x, const char *phase, const char *name, double time_us,
			__u32 pid, __s32 vcpu)
{
	struct chrome *c = x->state;
	struct json j;

	if (c->more)
		fputc(',', x->out);
	c->more = true;
	json_begin(&j, x->out);
	json_string(&j, "ph", phase);
	json_string(&j, "name", name);
	json_decimal_us(&j, "ts", time_us);
	json_number(&j, "pid", pid);
	json_number(&j, "tid", vcpu + 1);	/* 0: of no vCPU */
	return j;
}

static int by_thread(const void *a, const void *b)
{
	const struct thread *x = a, *y = b;

	return x->pid != y->pid ? (x->pid < y->pid ? -1 : 1) : x->vcpu - y->vcpu;
}

static void name_it(struct export *x, const char *what, __u32 pid, __s32 vcpu, const char *name)
{
	struct json j = item(x, "M", what, 0, pid, vcpu);

	json_open(&j, "args");
	json_string(&j, "name", name);
	json_close(&j);
	json_end(&j);
}

/* The first time that a thread is met it gets its name, and so does its VM. */
static void name_thread(struct export *x, const struct kvmmt_event *e, const char *vm_name)
{
	struct thread key = { e->pid, e->vcpu < 0 ? -1 : e->vcpu }, *kept;
	struct chrome *c = x->state;
	char name[NAME_LEN];

	if (tfind(&key, &c->threads, by_thread) || c->nr_threads == THREADS_MAX)
		return;
	kept = malloc(sizeof(*kept));
	if (!kept)
		return;
	*kept = key;
	if (!tsearch(kept, &c->threads, by_thread)) {
		free(kept);
		return;
	}
	c->nr_threads++;
	snprintf(name, sizeof(name), key.vcpu < 0 ? "host" : "vCPU %d", key.vcpu);
	name_it(x, "process_name", key.pid, key.vcpu, e->pid ? vm_name : "lost events");
	name_it(x, "thread_name", key.pid, key.vcpu, name);
}

static void event(struct export *x, const struct kvmmt_event *e, const char *vm_name)
{
	bool walk = e->kind == KVMMT_KIND_VNCR_WALK;
	__u64 begin_ns = walk ? e->time_ns - e->vncr_walk.lat_ns : e->time_ns;
	char text[EVENT_TEXT_LEN];
	struct json j;

	name_thread(x, e, vm_name);
	event_text(e, text, sizeof(text));
	j = item(x, walk ? "X" : "i", kvmmt_is_refusal(e) ? "refused" : name_kind(e->kind),
		 (double)begin_ns / 1000, e->pid, e->vcpu < 0 ? -1 : e->vcpu);
	if (walk)
		json_decimal_us(&j, "dur", (double)e->vncr_walk.lat_ns / 1000);
	else
		json_string(&j, "s", "t");
	json_open(&j, "args");
	json_string(&j, "what", text);
	json_number(&j, "cpu", e->cpu);
	json_close(&j);
	json_end(&j);
}

static void counter(struct export *x, const struct model_vm *vm)
{
	struct model_counts d = model_delta(&vm->before, &vm->now);
	struct json j = item(x, "C", "stage 2", (double)x->model->now_ns / 1000, vm->key.pid, -1);
	int type;

	json_open(&j, "args");
	for (type = 0; type < KVMMT_S2_NR; type++)
		json_number(&j, name_s2_type(type), d.s2.mapped[type]);
	json_number(&j, "invalidations", counters_invalidations(&d.s2));
	json_close(&j);
	json_end(&j);
}

/* Those that did something in this interval, or stopped with it. */
static void sample(struct export *x)
{
	size_t i;

	for (i = 0; i < x->model->nr_vms; i++)
		if (memcmp(&x->model->vms[i]->before, &x->model->vms[i]->now,
			   sizeof(x->model->vms[i]->now)))
			counter(x, x->model->vms[i]);
}

static void end(struct export *x)
{
	struct chrome *c = x->state;

	fputs("]}\n", x->out);
	tdestroy(c->threads, free);
	free(c);
}

const struct export_format export_chrome = {
	.name = "chrome",
	.help = "JSON for ui.perfetto.dev and chrome://tracing",
	.begin = begin,
	.event = event,
	.sample = sample,
	.end = end,
};
