// SPDX-License-Identifier: GPL-2.0
/* See metrics.h and metrics_text.h. */
#include <string.h>

#include "kvmmt.h"
#include "metrics_text.h"
#include "names.h"
#include "utf8.h"

void metrics_head(const struct metrics *m, FILE *out, const char *name, enum metric_type type,
		  const char *unit, const char *help)
{
	static const char *const types[] = { "gauge", "counter", "histogram" };
	const char *suffix = type == COUNTER && !m->openmetrics ? "_total" : "";

	fprintf(out, "# TYPE %s%s %s\n", name, suffix, types[type]);
	if (m->openmetrics && *unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s%s %s\n", name, suffix, help);
}

void metrics_label(FILE *out, char *comma, const char *name, const char *value)
{
	fprintf(out, "%c%s=\"", *comma, name);
	*comma = ',';
	while (*value) {
		size_t n = *value & 0x80 ? utf8_char(value, strlen(value)) : 1;

		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '"' || *value == '\\')
			fprintf(out, "\\%c", *value);
		else if (n)
			fwrite(value, 1, n, out);
		else	/* a path's, or a part of a character that was cut: no client would take it */
			fputc('_', out);
		value += n ? n : 1;
	}
	fputc('"', out);
}

void metrics_number(FILE *out, const char *name, enum metric_type type, ull value)
{
	fprintf(out, "%s%s %llu\n", name, type == COUNTER ? "_total" : "", value);
}

void metrics_decimal(FILE *out, const char *name, enum metric_type type, double value)
{
	fprintf(out, "%s%s %.9g\n", name, type == COUNTER ? "_total" : "", value);
}

bool metrics_fed(const struct host *host, __u32 sources)
{
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (sources & 1u << kind && !host->tracepoint[kind])
			return false;
	return true;
}

static void print_loss(const struct metrics *m, FILE *out)
{
	int kind;

	metrics_head(m, out, "kvmmt_lost_events", COUNTER, "",
		     "Streamed events that found no room in a ring buffer.");
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (m->host->tracepoint[kind])
			fprintf(out, "kvmmt_lost_events_total{kind=\"%s\"} %llu\n", name_kind(kind),
				(ull)m->model->lost[kind]);
	metrics_head(m, out, "kvmmt_lost_refusals", COUNTER, "",
		     "Of these, refusals: they are counted, but not told.");
	metrics_number(out, "kvmmt_lost_refusals", COUNTER, m->model->lost_refusals);
	metrics_head(m, out, "kvmmt_uncounted_events", COUNTER, "",
		     "Events of VMs beyond the number that is counted for certain.");
	metrics_number(out, "kvmmt_uncounted_events", COUNTER, m->model->lost_vms);
}

static void print_hook(const struct metrics *m, FILE *out)
{
	const struct {
		const char *result;
		__u64 value;
	} lines[] = {
		{ "done", m->hook->done },
		{ "failed", m->hook->failed },
		{ "dropped", m->hook->dropped },
	};
	size_t i;

	if (!m->hook->command)
		return;
	metrics_head(m, out, "kvmmt_command_messages", COUNTER, "",
		     "Messages for the operator's command, by what became of them.");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		fprintf(out, "kvmmt_command_messages_total{result=\"%s\"} %llu\n", lines[i].result,
			(ull)lines[i].value);
}

static void print_feature(FILE *out, const char *feature, enum tri has)
{
	if (has != UNKNOWN)
		fprintf(out, "kvmmt_host_feature{feature=\"%s\"} %d\n", feature, has == YES);
}

static void print_host(const struct metrics *m, FILE *out)
{
	int kind;

	metrics_head(m, out, "kvmmt_build_info", GAUGE, "", "Version of kvmmt and of the kernel.");
	fprintf(out, "kvmmt_build_info{version=\"%s\",kernel=\"%s\"} 1\n", KVMMT_VERSION,
		m->host->release);
	metrics_head(m, out, "kvmmt_tracepoint", GAUGE, "",
		     "Does the kernel have this tracepoint?");
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (KVMMT_TRACED & 1u << kind)
			fprintf(out, "kvmmt_tracepoint{tracepoint=\"kvm_%s\"} %d\n",
				name_kind(kind), m->host->tracepoint[kind]);
	metrics_head(m, out, "kvmmt_host_feature", GAUGE, "",
		     "Does the host have this? Absent if that cannot be known.");
	print_feature(out, "FWB", m->host->fwb);
	print_feature(out, "DIC", m->host->dic);
	print_feature(out, "cacheable_pfnmap", m->host->cacheable_pfnmap);
}

/* Of a process that is scraped, by the names that Prometheus has for it. */
static void print_process(const struct metrics *m, FILE *out)
{
	const struct metrics_own *own = &m->own;

	metrics_head(m, out, "process_cpu_seconds", COUNTER, "seconds",
		     "CPU time of the exporter.");
	metrics_decimal(out, "process_cpu_seconds", COUNTER, own->cpu_s);
	metrics_head(m, out, "process_resident_memory_bytes", GAUGE, "bytes",
		     "Memory of the exporter.");
	metrics_number(out, "process_resident_memory_bytes", GAUGE, own->memory_bytes);
	metrics_head(m, out, "process_start_time_seconds", GAUGE, "seconds",
		     "When the exporter started.");
	fprintf(out, "process_start_time_seconds %.3f\n", own->start_s);
	metrics_head(m, out, "kvmmt_http_requests", COUNTER, "", "HTTP requests answered.");
	metrics_number(out, "kvmmt_http_requests", COUNTER, own->requests);
}

static void print_own(const struct metrics *m, FILE *out)
{
	if (!m->textfile)
		print_process(m, out);
	metrics_head(m, out, "kvmmt_sample_duration_seconds", GAUGE, "seconds",
		     "How long it took to read all counters the last time.");
	metrics_decimal(out, "kvmmt_sample_duration_seconds", GAUGE, m->own.sample_s);
}

void metrics_print(const struct metrics *m, FILE *out)
{
	print_host(m, out);
	metrics_vms(m, out);
	metrics_storms(m, out);
	metrics_alerts(m, out);
	print_loss(m, out);
	print_hook(m, out);
	if (!m->recorded)
		print_own(m, out);
	if (m->openmetrics)
		fputs("# EOF\n", out);
}
