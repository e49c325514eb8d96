// SPDX-License-Identifier: GPL-2.0
/* See exporter.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/resource.h>
#include <unistd.h>

#include "exporter.h"
#include "tell.h"
#include "textfile.h"

#define TEXTFILE_NS  (15 * 1000000000ull)
#define MAX_FAILURES 10	/* samples in a row: then a restart has to help */

double exporter_wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static const char *record_for(struct exporter *x, const char *vm, enum flight_kind kind,
			      __u64 about)
{
	return flight_ask(&x->flight, vm, kind, about, live_now_ns(), exporter_wall_s());
}

void exporter_record(struct exporter *x, __u64 now_ns, bool now)
{
	__u64 removed = x->flight.removed;
	int err = flight_step(&x->flight, now_ns, now);

	removed = x->flight.removed - removed;
	if (removed)
		fail("exporter", "%s: %llu old recording%s removed, the %d latest stay", x->flight.dir,
		     (unsigned long long)removed, removed > 1 ? "s" : "", FLIGHT_FILES);
	if (err)
		fail("exporter", "%s: a recording is lost: %s", x->flight.path, strerror(-err));
}

/* How the one that causes most came to it, "" if that was not asked for or is not known. */
static void stack_of(struct exporter *x, const struct series *s, char *buf, size_t len)
{
	const struct storm_cause *c = &s->storm.causes[0];
	struct kvmmt_cause_key key = { .vm = s->key, .process = c->process, .reason = c->reason,
				       .syscall = c->syscall };
	__u64 stack[KVMMT_STACK_DEPTH];

	buf[0] = '\0';
	if (!x->stacks || !s->storm.nr_causes)
		return;
	memcpy(key.comm, c->comm, sizeof(key.comm));
	if (live_stack(x->source.live, &key, stack))
		symbols_stack(&x->symbols, stack, KVMMT_STACK_DEPTH, buf, len);
}

static void raise_storm(struct exporter *x, const struct series *s)
{
	char stack[TELL_STACK_LEN];

	stack_of(x, s, stack, sizeof(stack));
	tell_storm(s, &x->model, stack, record_for(x, s->label, FLIGHT_STORM, 0), &x->hook);
}

static double start_s(const struct exporter *x, const struct spell *spell)
{
	return (__u64)(exporter_wall_s() - (double)(x->model.now_ns - spell->since_ns) / 1e9);
}

static void step_storms(struct exporter *x)
{
	size_t i;

	for (i = 0; i < x->set.nr; i++) {
		struct series *s = x->set.all[i];
		enum storm_change change = storm_step(&s->storm, &x->storm, &x->model, s->vm);

		if (change == STORM_RAISED) {
			s->storm_start_s = start_s(x, &s->storm.spell);
			raise_storm(x, s);
		} else if (change == STORM_CLEARED) {
			tell_storm_over(s, &x->hook);
		}
		change = thrash_step(&s->thrash, &x->storm, &x->model, s->vm);
		if (change == STORM_RAISED) {
			s->thrash_start_s = start_s(x, &s->thrash.spell);
			tell_thrash(s, &x->model, record_for(x, s->label, FLIGHT_THRASH, 0),
				    &x->hook);
		} else if (change == STORM_CLEARED) {
			tell_thrash_over(s, &x->hook);
		}
	}
}

void exporter_event(void *ctx, const struct kvmmt_event *e)
{
	struct exporter *x = ctx;

	if (!kvmmt_is_refusal(e))
		return;
	if (x->nr_due == x->room_due) {
		size_t room = x->room_due ? x->room_due * 2 : 64;
		struct refusal_due *more = realloc(x->refusals_due, room * sizeof(*more));

		if (!more) {
			x->err = -ENOMEM;
			return;
		}
		x->refusals_due = more;
		x->room_due = room;
	}
	x->refusals_due[x->nr_due].event = *e;
	if (x->source.replay)
		source_origin(&x->source, e, &x->refusals_due[x->nr_due].memory);
	x->nr_due++;
}

bool exporter_is_end(const struct kvmmt_event *e, const struct refused *what)
{
	return what->killed && e->kind == KVMMT_KIND_S2_FAULT &&
	       e->s2_fault.reason == KVMMT_FAULT_NO_PFN;
}

struct refusal_vm exporter_refused_vm(const struct exporter *x, const struct kvmmt_event *e)
{
	const struct model_vm *vm = model_find(&x->model, e->vm, e->pid);
	const struct series *s = vm ? series_find(&x->set, &vm->key) : NULL;
	struct refusal_vm who = { .name = "?", .name_from = "", .pid = e->pid };

	if (!s)
		return who;
	memcpy(who.name, s->label, sizeof(who.name));
	memcpy(who.pod, s->pod, sizeof(who.pod));
	who.name_from = vm_name_source_word(vm->name_source);
	who.pid = vm->process;
	return who;
}

static void take_refusal(struct exporter *x, const struct kvmmt_event *e)
{
	const struct refusal_vm who = exporter_refused_vm(x, e);
	const struct refusal *due;
	struct refused what;

	live_origin(x->source.live, e, &what);
	if (exporter_is_end(e, &what))
		return;
	if (model_refusal(&x->model, e, what.backing, what.slot))
		x->err = -ENOMEM;
	due = refusal_add(&x->refusals, &who, e, what.backing, what.slot,
			  exporter_wall_s() - (double)(live_now_ns() - e->time_ns) / 1e9);
	if (due)
		tell_refusal(due, record_for(x, due->vm.name, FLIGHT_REFUSAL, due->id), &x->hook);
}

/* After the sample that counted them: their VMs are known. */
static void take_refusals(struct exporter *x)
{
	size_t i;

	for (i = 0; i < x->nr_due; i++)
		take_refusal(x, &x->refusals_due[i].event);
	x->nr_due = 0;
}

static void read_own(struct metrics_own *own)
{
	unsigned long pages = 0;
	struct rusage r;
	FILE *f = fopen("/proc/self/statm", "re");

	getrusage(RUSAGE_SELF, &r);
	own->cpu_s = r.ru_utime.tv_sec + r.ru_stime.tv_sec +
		     (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
	if (f && fscanf(f, "%*u %lu", &pages) == 1)
		own->memory_bytes = (__u64)pages * sysconf(_SC_PAGESIZE);
	if (f)
		fclose(f);
}

static int read_all(struct exporter *x)
{
	int err, update;

	x->err = 0;
	err = source_sample(&x->source, &x->model, false);
	/* Always: the sample may have dropped VMs that series point to. */
	update = series_update(&x->set, &x->model);
	if (!err)
		err = update;
	if (!err)
		step_storms(x);
	if (!err)
		err = source_pump(&x->source);
	take_refusals(x);
	if (err || x->err)
		return err ? err : x->err;
	refusal_expire(&x->refusals, x->model.now_ns);
	return 0;
}

int exporter_sample(struct exporter *x)
{
	__u64 start_ns = live_now_ns();
	int err, i;

	x->sampled_ns = start_ns;
	err = read_all(x);
	x->metrics.own.sample_s = (double)(live_now_ns() - start_ns) / 1e9;
	for (i = 0; i < 2; i++) {
		http_body_put(x->body[i]);
		x->body[i] = NULL;
	}
	if (err && !x->failures)
		fail("exporter", "the counters cannot be read: %s", strerror(-err));
	x->failures = err ? x->failures + 1 : 0;
	return x->failures < MAX_FAILURES ? 0 : err;
}

static void print_metrics(struct exporter *x, bool openmetrics, FILE *out)
{
	x->metrics.openmetrics = openmetrics;
	x->metrics.own.requests = x->http ? http_requests(x->http) : 0;
	read_own(&x->metrics.own);
	metrics_print(&x->metrics, out);
}

static struct http_body *render(struct exporter *x, bool openmetrics)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool bad;

	if (!out)
		return NULL;
	print_metrics(x, openmetrics, out);
	bad = ferror(out);
	if (fclose(out) || bad) {
		free(text);
		return NULL;
	}
	return http_body_new(text, size, openmetrics ?
			     "application/openmetrics-text; version=1.0.0; charset=utf-8" :
			     "text/plain; version=0.0.4; charset=utf-8");
}

struct http_body *exporter_get(void *ctx, const char *path, const char *accept,
			       unsigned int *status)
{
	struct exporter *x = ctx;
	bool openmetrics = strstr(accept, "application/openmetrics-text");

	if (!strcmp(path, "/healthz")) {
		*status = x->failures ? 503 : 200;
		return x->failures ? x->sick : x->healthy;
	}
	if (strcmp(path, "/metrics"))
		return NULL;
	/* All that ask between two samples get the same. */
	if (!x->body[openmetrics])
		x->body[openmetrics] = render(x, openmetrics);
	*status = x->body[openmetrics] ? 200 : 503;
	return x->body[openmetrics];
}

static void print_textfile(void *ctx, FILE *out)
{
	print_metrics(ctx, false, out);
}

void exporter_write(struct exporter *x)
{
	int err;

	if (!x->textfile || (x->written_ns && x->model.now_ns - x->written_ns < TEXTFILE_NS))
		return;
	err = textfile_write(x->textfile, print_textfile, x);
	if (err && !x->write_failed)
		fail("exporter", "%s: %s", x->textfile, strerror(-err));
	x->write_failed = err;
	x->written_ns = x->model.now_ns;
}
