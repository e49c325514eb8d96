// SPDX-License-Identifier: GPL-2.0
/* Of a recording: what memory was refused, where it says that. */
#include <stdio.h>

#include "json.h"
#include "refusal.h"
#include "report.h"
#include "utf8.h"

void report_refusals_add(struct report *r, const struct kvmmt_event *e)
{
	struct refused what;

	if (kvmmt_is_refusal(e) && !r->err && source_origin(&r->source, e, &what))
		r->err = source_refusal(&r->source, &r->model, e, &what);
}

static void print_text(const struct report *r, const struct model_vm *vm,
		       const struct model_refused *m, FILE *out)
{
	const char *reason = refusal_reason(&m->event);
	char what[REFUSED_LEN];

	refused_text(m->slot, m->backing, what);
	fprintf(out, "%-*s %-45s %8llu  %s of a %s\n", utf8_room(vm->name, r->name_width), vm->name, what,
		(unsigned long long)m->count, reason ? reason : "unknown", refusal_at(&m->event));
}

void report_refusals_text(const struct report *r, FILE *out)
{
	bool first = true;
	size_t i, k;

	for (i = 0; i < r->model.nr_vms; i++) {
		const struct model_vm *vm = r->model.vms[i];

		for (k = 0; k < vm->nr_kept; k++) {
			if (first)
				fprintf(out, "\n%-*s %-45s %8s  reason\n", r->name_width, "refused",
					"memory", "count");
			first = false;
			print_text(r, vm, &vm->refusals[k], out);
		}
	}
}

static void print_json(const struct model_vm *vm, const struct model_refused *m, FILE *out)
{
	struct json j;

	json_begin(&j, out);
	json_string(&j, "refused_to", vm->name);
	json_string(&j, "at", refusal_at(&m->event));
	json_word(&j, "reason", refusal_reason(&m->event));
	if (m->slot < 0)
		json_null(&j, "slot");
	else
		json_number(&j, "slot", m->slot);
	json_word(&j, "backing", *m->backing ? m->backing : NULL);
	json_address(&j, "ipa_low", m->ipa_low);
	json_address(&j, "ipa_high", m->ipa_high);
	json_number(&j, "count", m->count);
	json_end(&j);
}

void report_refusals_json(const struct report *r, FILE *out)
{
	size_t i, k;

	for (i = 0; i < r->model.nr_vms; i++)
		for (k = 0; k < r->model.vms[i]->nr_kept; k++)
			print_json(r->model.vms[i], &r->model.vms[i]->refusals[k], out);
}
