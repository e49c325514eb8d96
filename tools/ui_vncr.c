// SPDX-License-Identifier: GPL-2.0
/* The view of one VM's VNCR pseudo-TLB: its vCPUs, and what the selected one did. */
#include <string.h>

#include "names.h"
#include "ui_page.h"

#define HEAD  "  vCPU   LOOK/s HIT%   EMPTY     VA REGIME   ASID   PERM WALK/s  INVAL   TLBI"
#define WIDE  80	/* columns from which on there are two halves beside each other */
#define RIGHT 42	/* the right one's column */
#define BAR 12		/* a histogram's longest */

static bool has(const struct ui *ui, unsigned int kind)
{
	return ui->host->tracepoint[kind];
}

static const char *cell(const struct ui *ui, unsigned int kind, __u64 count, char *buf)
{
	if (!has(ui, kind))
		return "-";
	return field_short((__u64)(ui_rate(ui, count) + 0.5), FIELD_COUNT, buf);
}

static __u64 lookups(const struct kvmmt_vncr *c)
{
	return counters_sum(c->lookup, KVMMT_VNCR_LOOKUP_NR + 1);
}

static __u64 walks(const struct kvmmt_vncr *c)
{
	return counters_sum(c->walk, KVMMT_VNCR_WALK_NR + 1);
}

static __u64 invalidations(const struct kvmmt_vncr *c)
{
	return counters_sum(c->inval, KVMMT_VNCR_INVAL_NR + 1);
}

static const char *hit_cell(const struct ui *ui, const struct kvmmt_vncr *c, char *buf)
{
	if (!has(ui, KVMMT_KIND_VNCR_LOOKUP) || !lookups(c))
		return "-";
	return name_ratio(c->lookup[KVMMT_VNCR_LOOKUP_HIT] * 10000 / lookups(c), buf);
}

/* A vCPU, or all: rates of the last interval. */
static void draw_vcpu(const struct ui *ui, struct screen *s, int row, const char *name,
		      bool selected, const struct kvmmt_vncr *c)
{
	enum attr attr = selected ? ATTR_SELECTED : ATTR_PLAIN;
	const struct {
		unsigned int kind;
		__u64 count;
	} rates[] = {
		{ KVMMT_KIND_VNCR_LOOKUP, c->lookup[KVMMT_VNCR_LOOKUP_EMPTY] },
		{ KVMMT_KIND_VNCR_LOOKUP, c->lookup[KVMMT_VNCR_LOOKUP_VA] },
		{ KVMMT_KIND_VNCR_LOOKUP, c->lookup[KVMMT_VNCR_LOOKUP_REGIME] },
		{ KVMMT_KIND_VNCR_LOOKUP, c->lookup[KVMMT_VNCR_LOOKUP_ASID] },
		{ KVMMT_KIND_VNCR_LOOKUP, c->lookup[KVMMT_VNCR_LOOKUP_PERMISSION] },
		{ KVMMT_KIND_VNCR_WALK, walks(c) },
		{ KVMMT_KIND_VNCR_INVALIDATE, invalidations(c) },
		{ KVMMT_KIND_NESTED_TLBI, counters_sum(c->tlbi, KVMMT_VNCR_SCOPE_NR + 1) },
	};
	char text[NAME_LEN], hit[NAME_LEN];
	size_t i;

	screen_line(s, row, attr, "%c %-5s %6s %5s", selected ? '>' : ' ', name,
		    cell(ui, KVMMT_KIND_VNCR_LOOKUP, lookups(c), text), hit_cell(ui, c, hit));
	/* A column for which there is no room is not begun. */
	for (i = 0; i < sizeof(rates) / sizeof(rates[0]) && 27 + 7 * (int)i <= s->cols; i++)
		screen_put(s, row, 21 + 7 * (int)i, attr, "%6s",
			   cell(ui, rates[i].kind, rates[i].count, text));
}

/* The head, all, and @room of the vCPUs, with the selected one among them. Returns the next row. */
static int draw_vcpus(const struct ui *ui, const struct model_vm *vm, struct screen *s, int row,
		      size_t room)
{
	const struct kvmmt_vncr all = model_vncr_delta(&vm->before.vncr, &vm->now.vncr);
	size_t i, top;

	screen_cell(s, row++, 0, s->cols, ATTR_TITLE, HEAD);
	draw_vcpu(ui, s, row++, "all", !ui->vcpu, &all);
	top = ui->vcpu > room ? ui->vcpu - room : 0;
	for (i = top; i < vm->nr_vcpus && i < top + room; i++) {
		const struct model_vcpu *v = &vm->vcpus[i];
		const struct kvmmt_vncr c = model_vncr_delta(&v->before, &v->now);
		char name[NAME_LEN];

		snprintf(name, sizeof(name), "%u", v->vcpu);
		draw_vcpu(ui, s, row++, name, ui->vcpu == i + 1, &c);
	}
	return row;
}

/* "<= 8.19us", or what the last place has instead */
static const char *bound_text(__u64 ns, char *buf)
{
	char time[NAME_LEN];
	bool more = ns == ~0ull;

	name_time(more ? kvmmt_time_bound_ns(KVMMT_TIMES_NR - 2) : ns, time);
	snprintf(buf, NAME_LEN, "%s %.*s", more ? "> " : "<=", 16, time);
	return buf;
}

/* Places that have any, with a bar each. */
static int draw_times(struct screen *s, int row, int col, const char *head,
		      const struct kvmmt_times *t)
{
	static const char bar[] = "############";
	char p50[NAME_LEN], p99[NAME_LEN], count[NAME_LEN], bound[NAME_LEN];
	__u64 most = 1;
	int i;

	if (!counters_sum(t->count, KVMMT_TIMES_NR))
		return row;
	screen_put(s, row++, col, ATTR_TITLE, "%s", head);
	screen_put(s, row++, col, ATTR_PLAIN, "half %s, 99%% %s",
		   bound_text(counters_quantile_ns(t, 50), p50),
		   bound_text(counters_quantile_ns(t, 99), p99));
	for (i = 0; i < KVMMT_TIMES_NR; i++)
		most = t->count[i] > most ? t->count[i] : most;
	for (i = 0; i < KVMMT_TIMES_NR; i++)
		if (t->count[i])
			screen_put(s, row++, col, ATTR_PLAIN, "%-11s %7s %.*s",
				   bound_text(kvmmt_time_bound_ns(i), bound),
				   field_short(t->count[i], FIELD_COUNT, count),
				   (int)((t->count[i] * BAR + most - 1) / most), bar);
	return row;
}

static int draw_tlbis(const struct ui *ui, struct screen *s, int row, int col,
		      const struct kvmmt_vncr *total, const struct kvmmt_vncr *last)
{
	char count[NAME_LEN], number[NAME_LEN], entries[NAME_LEN];
	int i;

	screen_put(s, row++, col, ATTR_TITLE, "TLBIs of L1         /s   total entries");
	for (i = 0; i <= KVMMT_VNCR_SCOPE_NR; i++)
		if (total->tlbi[i])
			screen_put(s, row++, col, ATTR_PLAIN, "%-15s %6.0f %7s %7s",
				   i < KVMMT_VNCR_SCOPE_NR ? name_vncr_inval(i) :
							     name_or_number(NULL, i, number),
				   ui_rate(ui, last->tlbi[i]),
				   field_short(total->tlbi[i], FIELD_COUNT, count),
				   field_short(total->tlbi_entries[i], FIELD_COUNT, entries));
	if (total->fast_tlbis)
		screen_put(s, row++, col, ATTR_PLAIN, "%-15s %6.0f %7s", "in hyp",
			   ui_rate(ui, last->fast_tlbis),
			   field_short(total->fast_tlbis, FIELD_COUNT, count));
	return row;
}

/* What caused work, and what that took. Returns the next row. */
static int draw_left(const struct ui *ui, struct screen *s, const struct kvmmt_vncr *total,
		     const struct kvmmt_vncr *last)
{
	int row = 0;

	if (has(ui, KVMMT_KIND_VNCR_WALK))
		row = ui_draw_reasons(ui, s, row, 2, "walks", total->walk, last->walk,
				      KVMMT_VNCR_WALK_NR, name_vncr_walk, NULL);
	if (has(ui, KVMMT_KIND_NESTED_TLBI))
		row = draw_tlbis(ui, s, row, 2, total, last);
	return draw_times(s, row, 2, "time of walks", &total->walk_time);
}

/* What took entries away, and how long they had lived. Returns the next row. */
static int draw_right(const struct ui *ui, struct screen *s, int row, int col,
		      const struct kvmmt_vncr *total, const struct kvmmt_vncr *last)
{
	char count[NAME_LEN];

	if (has(ui, KVMMT_KIND_VNCR_INVALIDATE)) {
		row = ui_draw_reasons(ui, s, row, col, "invalidations", total->inval, last->inval,
				      KVMMT_VNCR_INVAL_NR, name_vncr_inval, NULL);
		screen_put(s, row++, col, ATTR_PLAIN, "%-18s  %6.0f %8s", "took a host TLBI",
			   ui_rate(ui, last->inval_host),
			   field_short(total->inval_host, FIELD_COUNT, count));
	}
	return draw_times(s, row, col, "lifetime of entries", &total->life_time);
}

/* Of the selected vCPU, or of all. Returns the next row. */
static int draw_details(const struct ui *ui, const struct model_vm *vm, struct screen *page)
{
	const struct model_vcpu *v = ui->vcpu && ui->vcpu <= vm->nr_vcpus ?
					     &vm->vcpus[ui->vcpu - 1] :
					     NULL;
	const struct kvmmt_vncr total = v ? model_vcpu_total(vm, v) :
					    model_vncr_delta(&vm->start.vncr, &vm->now.vncr);
	const struct kvmmt_vncr last = v ? model_vncr_delta(&v->before, &v->now) :
					   model_vncr_delta(&vm->before.vncr, &vm->now.vncr);
	bool wide = page->cols >= WIDE;
	int left = draw_left(ui, page, &total, &last);
	int right = draw_right(ui, page, wide ? 0 : left, wide ? RIGHT : 2, &total, &last);

	return left > right ? left : right;
}

int ui_draw_vncr(struct ui *ui, const struct model_vm *vm, struct screen *s)
{
	int room = s->rows - UI_HEADER_ROWS - UI_FOOTER_ROWS - 2, rows, row, vcpus;
	char title[VM_NAME_LEN + 96], shown[32] = "";
	struct screen page;
	int err = ui_page_begin(&page, s);

	if (err)
		return err;
	rows = draw_details(ui, vm, &page);
	/* vCPUs have what the details leave, and some in any case. */
	vcpus = s->rows >= 24 ? UI_VCPU_ROWS : 1;
	vcpus = room - rows > vcpus ? room - rows : vcpus;
	row = draw_vcpus(ui, vm, s, UI_HEADER_ROWS, vcpus);
	if (vm->nr_vcpus > (size_t)vcpus)
		snprintf(shown, sizeof(shown), ", %d shown", vcpus);
	snprintf(title, sizeof(title), " VM %s  pid %u  VNCR%s of %zu vCPUs%s%s", vm->name,
		 vm->process, s->cols < WIDE ? "" : " pseudo-TLB", vm->nr_vcpus, shown, vm->gone ? "  gone" : "");
	ui_page_show(s, row, &page, rows, &ui->scroll, title);
	screen_free(&page);
	return 0;
}

int ui_draw_vncr_line(const struct ui *ui, const struct model_vm *vm, struct screen *s, int row)
{
	const struct kvmmt_vncr last = model_vncr_delta(&vm->before.vncr, &vm->now.vncr);
	char look[NAME_LEN], hit[NAME_LEN], walk[NAME_LEN], inval[NAME_LEN], text[160];

	if (!vm->nr_vcpus)
		return row;
	snprintf(text, sizeof(text),
		 "VNCR: %s lookups/s, %s %% hit, %s walks/s, %s invalidations/s  (n: more)",
		 cell(ui, KVMMT_KIND_VNCR_LOOKUP, lookups(&last), look), hit_cell(ui, &last, hit),
		 cell(ui, KVMMT_KIND_VNCR_WALK, walks(&last), walk),
		 cell(ui, KVMMT_KIND_VNCR_INVALIDATE, invalidations(&last), inval));
	return ui_draw_wrapped(s, row, 2, ATTR_TITLE, text);
}
