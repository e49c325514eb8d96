// SPDX-License-Identifier: GPL-2.0
/* A report as text and as JSON: see report.h. */
#include <stdlib.h>

#include "breakdown.h"
#include "json.h"
#include "names.h"
#include "report.h"
#include "utf8.h"

typedef unsigned long long ull;

#define BAR "****************************************"	/* 40 */

static const char *tri_word(enum tri t)
{
	return t == YES ? "yes" : t == NO ? "no" : "?";
}

static struct table table(const struct report *r)
{
	return (struct table){
		.fields = r->common->fields,
		.nr_fields = r->common->nr_fields,
		.sort = r->common->sort,
		.host = &r->host,
		.total = true,
		.seconds = r->seconds,
		.nested = r->model.nested,
	};
}

static int print_vms(struct report *r, bool json, FILE *out)
{
	struct table t = table(r);
	struct model_vm rest;
	size_t nr;
	struct table_row *rows = table_rows(&t, &r->model, &rest, &nr);

	if (!rows)
		return -1;
	table_sort(&t, rows, nr);
	if (json)
		table_json(&t, rows, nr, out);
	else
		table_text(&t, rows, nr, out);
	free(rows);
	return 0;
}

static void print_breakdown(const struct report *r, const struct breakdown *b, FILE *out)
{
	const __u64 *counts = breakdown_counts(b, &r->sum), *bytes = breakdown_bytes(b, &r->sum);
	char number[NAME_LEN], size[NAME_LEN];
	size_t i;

	if (!counters_sum(counts, b->nr))
		return;
	fprintf(out, "\n%s\n", b->head);
	for (i = 0; i < b->nr; i++) {
		const char *why = b->why(i);

		if (!counts[i])
			continue;
		fprintf(out, "  %-16s %12llu", name_or_number(b->word(i), i, number), (ull)counts[i]);
		if (bytes || why)
			fprintf(out, " %7s", bytes ? field_short(bytes[i], FIELD_BYTES, size) : "");
		fprintf(out, "%s%s\n", why ? "  " : "", why ? why : "");
	}
}

static void print_times(const struct report *r, const struct histogram *h, FILE *out)
{
	const struct kvmmt_times *t = histogram_times(h, &r->sum);
	__u64 all = counters_sum(t->count, KVMMT_TIMES_NR), most = 1;
	char bound[NAME_LEN];
	int i;

	if (!all)
		return;
	for (i = 0; i < KVMMT_TIMES_NR; i++)
		most = t->count[i] > most ? t->count[i] : most;
	fprintf(out, "\n%s\n", h->head);
	for (i = 0; i < KVMMT_TIMES_NR; i++)
		if (t->count[i])
			fprintf(out, "  up to %-8s %12llu %5.1f%%  %.*s\n",
				i == KVMMT_TIMES_NR - 1 ? "any" : name_time(kvmmt_time_bound_ns(i), bound),
				(ull)t->count[i], 100.0 * (double)t->count[i] / (double)all,
				(int)((40 * t->count[i] + most - 1) / most), BAR);
}

static const char *vm_name_of(const struct report *r, const struct range *range)
{
	const struct model_vm *vm = model_find(&r->model, range->vm, range->pid);

	return vm ? vm->name : "?";
}

static void print_ranges(struct report *r, FILE *out)
{
	struct range top[REPORT_RANGES];
	size_t nr = ranges_top(r->ranges, top, REPORT_RANGES), i;

	if (nr)
		fprintf(out, "\n2 MiB ranges with the most faults and invalidations\n");
	for (i = 0; i < nr; i++) {
		const char *name = vm_name_of(r, &top[i]);

		fprintf(out, "  %-*s 0x%-12llx %10llu faults %10llu invalidations%s\n",
			utf8_room(name, r->name_width), name, (ull)top[i].ipa, (ull)top[i].faults,
			(ull)top[i].invals, top[i].error ? "  (at most)" : "");
	}
}

void report_text(struct report *r, FILE *out)
{
	char missing[160], begin[64];
	size_t i;

	fprintf(out, "%s  Linux %s  FWB %s  DIC %s\n", r->hostname, r->host.release,
		tri_word(r->host.fwb), tri_word(r->host.dic));
	if (wall_known(&r->wall))
		fprintf(out, "recorded %s\n",
			wall_text(&r->wall, r->model.start_ns, 0, begin, sizeof(begin)));
	fprintf(out, "%.3f s  %llu events  lost %llu  ", r->seconds, (ull)r->nr_events, (ull)r->lost);
	if (r->uncounted)
		fprintf(out, "not counted %llu  ", (ull)r->uncounted);
	fprintf(out, "%llu VMs\n", (ull)r->nr_vms);
	if (host_missing(&r->host, KVMMT_TRACED, missing, sizeof(missing)))
		fprintf(out, "not recorded:%s\n", missing);
	fputc('\n', out);
	if (print_vms(r, false, out))
		return;
	for (i = 0; i < nr_breakdowns; i++)
		print_breakdown(r, &breakdowns[i], out);
	for (i = 0; i < nr_histograms; i++)
		print_times(r, &histograms[i], out);
	print_ranges(r, out);
	report_refusals_text(r, out);
	report_storms_text(r, out);
}

static void breakdown_json(struct json *j, const struct report *r, const struct breakdown *b)
{
	const __u64 *counts = breakdown_counts(b, &r->sum);
	char number[NAME_LEN];
	size_t i;

	if (!host_has(&r->host, b->kinds)) {
		json_null(j, b->name);
		return;
	}
	json_open(j, b->name);
	for (i = 0; i < b->nr; i++)
		if (counts[i])
			json_number(j, name_or_number(b->word(i), i, number), counts[i]);
	json_close(j);
}

static void histogram_json(struct json *j, const struct report *r, const struct histogram *h)
{
	if (host_has(&r->host, h->kinds))
		table_times_json(j, h->name, histogram_times(h, &r->sum));
	else
		json_null(j, h->name);
}

static void ranges_json(struct report *r, FILE *out)
{
	struct range top[REPORT_RANGES];
	size_t nr = ranges_top(r->ranges, top, REPORT_RANGES), i;
	struct json j;

	for (i = 0; i < nr; i++) {
		json_begin(&j, out);
		json_string(&j, "range_of", vm_name_of(r, &top[i]));
		json_address(&j, "ipa", top[i].ipa);
		json_number(&j, "size_bytes", 1ull << RANGE_SHIFT);
		json_number(&j, "faults", top[i].faults);
		json_number(&j, "invalidations", top[i].invals);
		json_number(&j, "error", top[i].error);
		json_end(&j);
	}
}

void report_json(struct report *r, FILE *out)
{
	char begin[64];
	struct json j;
	size_t i;

	json_begin(&j, out);
	json_string(&j, "hostname", r->hostname);
	json_string(&j, "release", r->host.release);
	json_word(&j, "fwb", r->host.fwb == UNKNOWN ? NULL : tri_word(r->host.fwb));
	json_word(&j, "dic", r->host.dic == UNKNOWN ? NULL : tri_word(r->host.dic));
	json_word(&j, "recorded", wall_known(&r->wall) ? wall_text(&r->wall, r->model.start_ns, 9, begin,
								 sizeof(begin)) : NULL);
	json_decimal(&j, "seconds", r->seconds);
	json_number(&j, "events", r->nr_events);
	json_number(&j, "lost", r->lost);
	json_number(&j, "uncounted", r->uncounted);
	json_number(&j, "vms", r->nr_vms);
	json_number(&j, "storms", r->model.nr_storms);
	json_number(&j, "thrashes", r->model.nr_thrashes);
	for (i = 0; i < nr_breakdowns; i++)
		breakdown_json(&j, r, &breakdowns[i]);
	for (i = 0; i < nr_histograms; i++)
		histogram_json(&j, r, &histograms[i]);
	json_end(&j);
	print_vms(r, true, out);
	ranges_json(r, out);
	report_refusals_json(r, out);
	report_storms_json(r, out);
}
