// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings as Chrome's trace JSON, which ui.perfetto.dev opens: VMs are processes,
 * numbered since a process may have several, vCPUs threads, events marks, walks of the
 * pseudo-TLB have their length, and each VM has counters of what it did in every tenth
 * of a second.
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

/* A vCPU that was met; -1 is the VM itself. */
struct thread {
	__u64 vm;
	__u32 pid;
	__s32 vcpu;
	__u32 process;		/* the VM's number in the trace; 0 has what is of no VM */
};

struct chrome {
	void *threads;		/* tsearch() tree of those that were named */
	size_t nr_threads;
	__u32 nr_processes;
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
			__u32 process, __s32 vcpu)
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
	json_number(&j, "pid", process);
	json_number(&j, "tid", vcpu + 1);	/* 0: of no vCPU */
	return j;
}

static int by_thread(const void *a, const void *b)
{
	const struct thread *x = a, *y = b;

	if (x->vm != y->vm)
		return x->vm < y->vm ? -1 : 1;
	return x->pid != y->pid ? (x->pid < y->pid ? -1 : 1) : x->vcpu - y->vcpu;
}

static void name_it(struct export *x, const char *what, const struct thread *t, const char *name)
{
	struct json j = item(x, "M", what, 0, t->process, t->vcpu);

	json_open(&j, "args");
	json_string(&j, "name", name);
	json_close(&j);
	json_end(&j);
}

static void name_process(struct export *x, const struct thread *t, const char *vm_name)
{
	struct vm_entry id = { .vm = t->vm, .pid = t->pid };
	char name[VM_NAME_LEN + NAME_LEN];

	replay_identify(x->source->replay, &id, vm_name);
	snprintf(name, sizeof(name), "%s (pid %u)", vm_name, id.process);
	name_it(x, "process_name", t, t->vm ? name : "lost events");
}

static const struct thread *find(const struct export *x, __u64 vm, __u32 pid, __s32 vcpu)
{
	const struct thread key = { .vm = vm, .pid = pid, .vcpu = vcpu };
	const struct chrome *c = x->state;
	void *const *found = tfind(&key, &c->threads, by_thread);

	return found ? *found : NULL;
}

/* Beyond what is kept a VM goes by its pid, above all numbers that were given. */
static __u32 process_of(const struct thread *t, __u32 pid)
{
	return t ? t->process : THREADS_MAX + pid;
}

/* NULL: no room */
static const struct thread *keep(struct export *x, struct thread t)
{
	struct chrome *c = x->state;
	struct thread *kept = c->nr_threads < THREADS_MAX ? malloc(sizeof(*kept)) : NULL;

	if (!kept)
		return NULL;
	*kept = t;
	if (!tsearch(kept, &c->threads, by_thread)) {
		free(kept);
		return NULL;
	}
	c->nr_threads++;
	return kept;
}

/* The first time that a thread is met it gets its name, and so does its VM. */
static const struct thread *meet(struct export *x, __u64 vm, __u32 pid, __s32 vcpu,
				 const char *vm_name)
{
	const struct thread *t = find(x, vm, pid, vcpu), *itself;
	struct chrome *c = x->state;
	char name[NAME_LEN];

	if (t)
		return t;
	itself = vcpu < 0 ? NULL : meet(x, vm, pid, -1, vm_name);
	if (vcpu >= 0 && !itself)
		return NULL;
	t = keep(x, (struct thread){ vm, pid, vcpu,
				     itself ? itself->process : vm ? ++c->nr_processes : 0 });
	if (!t)
		return NULL;
	if (!itself)
		name_process(x, t, vm_name);
	snprintf(name, sizeof(name), vcpu < 0 ? "host" : "vCPU %d", vcpu);
	name_it(x, "thread_name", t, name);
	return t;
}

static void event(struct export *x, const struct kvmmt_event *e, const char *vm_name,
		  const struct refused *memory)
{
	bool walk = e->kind == KVMMT_KIND_VNCR_WALK;
	__u64 begin_ns = walk ? e->time_ns - e->vncr_walk.lat_ns : e->time_ns;
	__s32 vcpu = e->vcpu < 0 || !e->vm ? -1 : e->vcpu;
	char text[EVENT_TEXT_LEN], what[REFUSED_LEN];
	struct json j;
	__u32 process;

	process = process_of(meet(x, e->vm, e->pid, vcpu, vm_name), e->pid);
	event_text(e, text, sizeof(text));
	j = item(x, walk ? "X" : "i", kvmmt_is_refusal(e) ? "refused" : name_kind(e->kind),
		 (double)begin_ns / 1000, process, vcpu);
	if (walk)
		json_decimal_us(&j, "dur", (double)e->vncr_walk.lat_ns / 1000);
	else
		json_string(&j, "s", "t");
	json_open(&j, "args");
	json_string(&j, "what", text);
	json_number(&j, "cpu", e->cpu);
	if (memory) {
		refused_text(memory->slot, memory->backing, what);
		json_string(&j, "memory", what);
	}
	json_close(&j);
	json_end(&j);
}

static void counter(struct export *x, const struct model_vm *vm)
{
	struct model_counts d = model_delta(&vm->before, &vm->now);
	const struct thread *t = find(x, vm->key.vm, vm->key.pid, -1);
	struct json j = item(x, "C", "stage 2", (double)x->model->now_ns / 1000,
			     process_of(t, vm->key.pid), -1);
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
