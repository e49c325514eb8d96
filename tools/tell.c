// SPDX-License-Identifier: GPL-2.0
/* See tell.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "event_text.h"
#include "json.h"
#include "names.h"
#include "tell.h"

/* Entries of systemd/kvmmt.catalog */
#define ID_REFUSAL    "MESSAGE_ID=416dc334cb304d279922cee5a496fc9b"
#define ID_STORM      "MESSAGE_ID=4487c3553e1b4e3ca5329d39bde9b9e8"
#define ID_STORM_OVER "MESSAGE_ID=6d4f3574af7d473d8255ede1e10777fc"
#define ID_THRASH      "MESSAGE_ID=5868c7603ea6d514043679a588df8dff"
#define ID_THRASH_OVER "MESSAGE_ID=9a69faf3adf20e7d56b3240e18aeddcc"

#define MAX_FIELDS 16
#define FIELD_LEN  (EVENT_TEXT_LEN + TELL_STACK_LEN)

struct message {
	char fields[MAX_FIELDS][FIELD_LEN];	/* NAME=value; the first is MESSAGE */
	struct iovec iov[MAX_FIELDS];
	int nr;
};

__attribute__((format(printf, 2, 3)))
static void add(struct message *m, const char *format, ...)
{
	char *field = m->fields[m->nr];
	va_list args;

	va_start(args, format);
	vsnprintf(field, FIELD_LEN, format, args);
	va_end(args);
	m->iov[m->nr++] = (struct iovec){ .iov_base = field, .iov_len = strlen(field) };
}

/* Its library takes messages also when there is no journald: they would be lost. */
#define SOCKET "/run/systemd/journal/socket"

static bool on_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 && !fstat(2, &st) &&
	       st.st_dev == dev && st.st_ino == ino && !access(SOCKET, W_OK);
}

/* KVMMT_JSON={"MESSAGE":…}, to be freed; NULL without memory. */
static char *json_field(const struct message *m)
{
	char *text = NULL, key[32];
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct json j;
	int i;

	if (!out)
		return NULL;
	fputs("KVMMT_JSON=", out);
	json_begin(&j, out);
	for (i = 0; i < m->nr; i++) {
		const char *value = strchr(m->fields[i], '=') + 1;

		snprintf(key, sizeof(key), "%.*s", (int)(value - 1 - m->fields[i]), m->fields[i]);
		json_string(&j, key, value);
	}
	json_end(&j);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void run(const struct message *m, const char *vm, struct hook *hook)
{
	const char *fields[MAX_FIELDS + 1];
	char *json = hook->command ? json_field(m) : NULL;
	int i;

	for (i = 0; i < m->nr; i++)
		fields[i] = m->fields[i];
	fields[i] = json;
	if (json)
		hook_add(hook, vm, fields, m->nr + 1);
	else if (hook->command)
		hook->dropped++;
	free(json);
}

static void send(const struct message *m, const char *vm, struct hook *hook)
{
	if (!on_journal() || sd_journal_sendv(m->iov, m->nr))
		fprintf(stderr, "kvmmt exporter: %s\n", m->fields[0] + strlen("MESSAGE="));
	run(m, vm, hook);
}

static void add_vm(struct message *m, const char *name, const char *name_from, const char *pod,
		   __u32 pid)
{
	add(m, "KVMMT_VM=%s", name);
	add(m, "KVMMT_NAME_FROM=%s", name_from);
	add(m, "KVMMT_PID=%u", pid);
	if (*pod)
		add(m, "KVMMT_POD=%s", pod);
}

static void add_series(struct message *m, const struct series *s)
{
	add_vm(m, s->label, vm_name_source_word(s->vm->name_source), s->pod, s->vm->process);
}

static void add_recording(struct message *m, const char *path)
{
	if (*path)
		add(m, "KVMMT_RECORDING=%s", path);
}

void tell_refusal(const struct refusal *r, const char *recording, struct hook *hook)
{
	const struct kvmmt_event *e = &r->event;
	const char *reason = refusal_reason(e);
	char text[EVENT_TEXT_LEN], times[48] = "";
	struct message m = { .nr = 0 };

	event_text(e, text, sizeof(text));
	if (r->count > 1)
		snprintf(times, sizeof(times), " (%llu times so far)", (unsigned long long)r->count);
	add(&m, "MESSAGE=VM %s: %s%s%s%s", r->vm.name, text, r->backing[0] ? "; this is " : "", r->backing,
	    times);
	add(&m, ID_REFUSAL);
	add(&m, "PRIORITY=%d", LOG_ERR);
	add_vm(&m, r->vm.name, r->vm.name_from, r->vm.pod, r->vm.pid);
	add(&m, "KVMMT_AT=%s", refusal_at(e));
	add(&m, "KVMMT_REASON=%s", reason ? reason : "unknown");
	add(&m, "KVMMT_MISSING=%s", refusal_missing(e));
	add(&m, "KVMMT_BACKING=%s", r->backing);
	if (r->slot >= 0)
		add(&m, "KVMMT_SLOT=%d", r->slot);
	add(&m, "KVMMT_TIMES=%llu", (unsigned long long)r->count);
	add_recording(&m, recording);
	send(&m, r->vm.name, hook);
}

void tell_storm(const struct series *s, const struct model *model, const char *stack,
		const char *recording, struct hook *hook)
{
	const struct storm_cause *c = &s->storm.causes[0];
	struct message m = { .nr = 0 };
	char text[512], word[STORM_WORD_LEN], number[NAME_LEN];

	storm_text(&s->storm, model, s->vm, text, sizeof(text));
	add(&m, "MESSAGE=VM %s: a storm of invalidations: %s%s%s", s->label, text,
	    *stack ? "; by " : "", stack);
	add(&m, ID_STORM);
	add(&m, "PRIORITY=%d", LOG_WARNING);
	add_series(&m, s);
	add(&m, "KVMMT_RATE=%.0f", s->storm.per_s);
	add(&m, "KVMMT_REFAULT_PERCENT=%.0f", 100 * s->storm.refault);
	if (s->storm.nr_causes) {
		add(&m, "KVMMT_CAUSE_KIND=%s", storm_cause_kind(c, s->vm));
		add(&m, "KVMMT_CAUSE=%s", storm_cause_word(c, word));
		add(&m, "KVMMT_SYSCALL=%s", storm_cause_syscall(c, number));
	}
	if (*stack)
		add(&m, "KVMMT_STACK=%s", stack);
	add_recording(&m, recording);
	send(&m, s->label, hook);
}

void tell_storm_over(const struct series *s, struct hook *hook)
{
	struct message m = { .nr = 0 };

	add(&m, "MESSAGE=VM %s: the storm of invalidations is over", s->label);
	add(&m, ID_STORM_OVER);
	add(&m, "PRIORITY=%d", LOG_NOTICE);
	add_series(&m, s);
	send(&m, s->label, hook);
}

void tell_thrash(const struct series *s, const struct model *model, const char *recording,
		 struct hook *hook)
{
	const char *reason = name_vncr_inval(s->thrash.reason);
	struct message m = { .nr = 0 };
	char text[512];

	thrash_text(&s->thrash, model, text, sizeof(text));
	add(&m, "MESSAGE=VM %s: its VNCR pseudo-TLB thrashes: %s", s->label, text);
	add(&m, ID_THRASH);
	add(&m, "PRIORITY=%d", LOG_WARNING);
	add_series(&m, s);
	add(&m, "KVMMT_RATE=%.0f", s->thrash.per_s);
	add(&m, "KVMMT_MISS_PERCENT=%.0f", 100 * s->thrash.miss);
	add(&m, "KVMMT_REASON=%s", reason ? reason : "unknown");
	add_recording(&m, recording);
	send(&m, s->label, hook);
}

void tell_thrash_over(const struct series *s, struct hook *hook)
{
	struct message m = { .nr = 0 };

	add(&m, "MESSAGE=VM %s: its VNCR pseudo-TLB thrashes no more", s->label);
	add(&m, ID_THRASH_OVER);
	add(&m, "PRIORITY=%d", LOG_NOTICE);
	add_series(&m, s);
	send(&m, s->label, hook);
}
