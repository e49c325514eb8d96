// SPDX-License-Identifier: GPL-2.0
/* Of a recording: who invalidated the VMs' memory, and where it stormed. */
#include <stdlib.h>

#include "json.h"
#include "names.h"
#include "report.h"
#include "storms.h"
#include "utf8.h"

typedef unsigned long long ull;

struct who {
	const struct model_cause *cause;	/* first, for model_cause_order() */
	const struct model_vm *vm;
};

/* The causes of all VMs, most first; the caller frees them. NULL: none, or no memory. */
static struct who *all_causes(const struct model *m, size_t *nr)
{
	struct who *all = calloc(m->nr_vms, MODEL_CAUSES * sizeof(*all));
	size_t i, k;

	*nr = 0;
	for (i = 0; all && i < m->nr_vms; i++)
		for (k = 0; k < m->vms[i]->nr_causes; k++)
			all[(*nr)++] = (struct who){ &m->vms[i]->causes[k], m->vms[i] };
	if (all)
		qsort(all, *nr, sizeof(*all), model_cause_order);
	return all;
}

void report_storms_text(const struct report *r, FILE *out)
{
	char who[STORM_WHO_LEN], number[NAME_LEN], count[NAME_LEN], bytes[NAME_LEN];
	const struct model *m = &r->model;
	size_t nr, i;
	struct who *all = all_causes(m, &nr);

	if (nr)
		fprintf(out, "\n%-*s %-36s %8s %8s  reason\n", r->name_width, "invalidated", "by", "count",
			"bytes");
	for (i = 0; i < nr && i < REPORT_RANGES; i++) {
		const struct storm_cause c = storm_cause_of(&all[i].cause->key);

		fprintf(out, "%-*s %-36s %8s %8s  %s\n", utf8_room(all[i].vm->name, r->name_width),
			all[i].vm->name,
			storm_cause_who(&c, all[i].vm, false, who),
			field_short(all[i].cause->now.count, FIELD_COUNT, count),
			field_short(all[i].cause->now.bytes, FIELD_BYTES, bytes),
			name_or_number(name_inval_reason(c.reason), c.reason, number));
	}
	free(all);
	if (m->nr_storms + m->nr_thrashes)
		fprintf(out, "\nstorms of invalidations %llu, VNCR pseudo-TLBs that thrashed %llu\n",
			(ull)m->nr_storms, (ull)m->nr_thrashes);
	for (i = 0; i < m->nr_vms; i++)
		if (m->vms[i]->storm_ns)
			fprintf(out, "  %s, the latest until %.1f s\n", m->vms[i]->name,
				(double)(m->vms[i]->storm_ns - m->start_ns) / 1e9);
}

void report_storms_json(const struct report *r, FILE *out)
{
	char word[STORM_WORD_LEN], call[NAME_LEN], number[NAME_LEN];
	size_t nr, i;
	struct who *all = all_causes(&r->model, &nr);
	struct json j;

	for (i = 0; i < nr && i < REPORT_RANGES; i++) {
		const struct storm_cause c = storm_cause_of(&all[i].cause->key);

		json_begin(&j, out);
		json_string(&j, "invalidated", all[i].vm->name);
		json_string(&j, "kind", storm_cause_kind(&c, all[i].vm));
		json_string(&j, "cause", storm_cause_word(&c, word));
		json_word(&j, "syscall", *storm_cause_syscall(&c, call) ? call : NULL);
		json_string(&j, "reason", name_or_number(name_inval_reason(c.reason), c.reason, number));
		json_number(&j, "count", all[i].cause->now.count);
		json_number(&j, "size_bytes", all[i].cause->now.bytes);
		json_end(&j);
	}
	free(all);
}
