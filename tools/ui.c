// SPDX-License-Identifier: GPL-2.0
/* See ui.h: state, keys and the list of VMs. */
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "term.h"
#include "ui.h"

#define HEADER_ROWS 4	/* before the first VM */
#define FOOTER_ROWS 1

void ui_init(struct ui *ui, const struct host *host, const struct model *model)
{
	memset(ui, 0, sizeof(*ui));
	ui->host = host;
	ui->model = model;
	ui->delay_s = 1;
	ui->speed = 1;
}

static bool same(const struct kvmmt_vm_key *a, const struct kvmmt_vm_key *b)
{
	return a->vm == b->vm && a->pid == b->pid && a->generation == b->generation;
}

static bool listed(const struct ui *ui, const struct field *f)
{
	const struct table t = { .nested = ui->model->nested };

	return table_shows(&t, f);
}

/* The list's @i-th column: those that are listed, then the VMs' others. NULL: no more. */
static const struct field *column(const struct ui *ui, size_t i)
{
	size_t k;

	for (k = 0; k < 2 * nr_fields; k++) {
		const struct field *f = &fields[k % nr_fields];
		bool wanted = k < nr_fields ? listed(ui, f) : !listed(ui, f) && !field_of_vcpu(f);

		if (wanted && !i--)
			return f;
	}
	return NULL;
}

/* The VMs that the filter leaves, with rates per second, sorted. NULL: no memory. */
static struct table_row *shown(const struct ui *ui, size_t *nr)
{
	const struct model *m = ui->model;
	const struct table t = { .sort = &fields[ui->sort], .host = ui->host };
	struct table_row *rows = calloc(m->nr_vms + 1, sizeof(*rows));
	size_t i, k;

	*nr = 0;
	for (i = 0; rows && i < m->nr_vms; i++) {
		const struct model_vm *vm = m->vms[i];

		/* A VM that is gone stays while its refusal is marked. */
		if ((vm->gone && !model_marked(m, vm)) || !strstr(vm->name, ui->filter))
			continue;
		rows[*nr].vm = vm;
		rows[(*nr)++].counts = model_delta(&vm->before, &vm->now);
	}
	if (!rows)
		return NULL;
	table_sort(&t, rows, *nr);
	for (i = 0, k = *nr; ui->invert && i + 1 < k; i++, k--) {
		struct table_row row = rows[i];

		rows[i] = rows[k - 1];
		rows[k - 1] = row;
	}
	return rows;
}

static size_t position(const struct ui *ui, const struct table_row *rows, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (same(&rows[i].vm->key, &ui->selected))
			return i;
	return 0;
}

static void move(struct ui *ui, long by)
{
	size_t nr;
	struct table_row *rows = shown(ui, &nr);
	long to;

	if (rows && nr) {
		to = (long)position(ui, rows, nr) + by;
		to = to < 0 ? 0 : to >= (long)nr ? (long)nr - 1 : to;
		ui->selected = rows[to].vm->key;
	}
	free(rows);
}

static void search(struct ui *ui)
{
	size_t nr, i, at;
	struct table_row *rows = shown(ui, &nr);

	at = rows ? position(ui, rows, nr) : 0;
	for (i = 1; rows && i <= nr; i++) {
		const struct model_vm *vm = rows[(at + i) % nr].vm;

		if (strstr(vm->name, ui->word)) {
			ui->selected = vm->key;
			break;
		}
	}
	free(rows);
}

static void go_to(struct ui *ui, double seconds)
{
	ui->go = true;
	ui->go_s = seconds > 0 ? seconds : 0;
}

static void prompt_done(struct ui *ui)
{
	double delay;

	switch (ui->prompt) {
	case PROMPT_FILTER:
		memcpy(ui->filter, ui->word, sizeof(ui->filter));
		break;
	case PROMPT_SEARCH:
		search(ui);
		break;
	case PROMPT_DELAY:
		delay = atof(ui->word);
		if (delay >= 0.1 && delay <= 3600)
			ui->delay_s = delay;
		break;
	case PROMPT_GO:
		go_to(ui, atof(ui->word));
		break;
	case PROMPT_NONE:
		break;
	}
	ui->prompt = PROMPT_NONE;
}

static void prompt_key(struct ui *ui, int key)
{
	size_t len = strlen(ui->word);

	if (key == K_ENTER)
		prompt_done(ui);
	else if (key == K_ESC)
		ui->prompt = PROMPT_NONE;
	else if (key == K_BACKSPACE && len)
		ui->word[len - 1] = '\0';
	else if (key > ' ' && key < 0x7f && len + 1 < sizeof(ui->word))
		memcpy(ui->word + len, (char[]){ (char)key, '\0' }, 2);
}

static void ask(struct ui *ui, enum ui_prompt prompt)
{
	ui->prompt = prompt;
	ui->word[0] = '\0';
}

/* The next or previous column that the list shows. */
static void sort_by(struct ui *ui, int step)
{
	do
		ui->sort = (ui->sort + nr_fields + step) % nr_fields;
	while (!listed(ui, &fields[ui->sort]));
}

static void list_key(struct ui *ui, int key, int rows)
{
	switch (key) {
	case K_UP:
	case 'k':
		move(ui, -1);
		break;
	case K_DOWN:
	case 'j':
		move(ui, 1);
		break;
	case K_PAGE_UP:
		move(ui, HEADER_ROWS + FOOTER_ROWS - rows);
		break;
	case K_PAGE_DOWN:
		move(ui, rows - HEADER_ROWS - FOOTER_ROWS);
		break;
	case K_HOME:
		move(ui, -(1l << 30));
		break;
	case K_END:
		move(ui, 1l << 30);
		break;
	case '<':
		sort_by(ui, -1);
		break;
	case '>':
	case K_F6:
		sort_by(ui, 1);
		break;
	case 'I':
		ui->invert = !ui->invert;
		break;
	case '/':
		ask(ui, PROMPT_SEARCH);
		break;
	case 'f':
		ask(ui, PROMPT_FILTER);
		break;
	case K_ENTER:
		move(ui, 0);
		if (ui->selected.vm)
			ui->view = VIEW_VM;
		break;
	case K_ESC:
		ui->filter[0] = '\0';
		break;
	}
}

/* Within a VM. */
static void vm_key(struct ui *ui, int key)
{
	const struct model_vm *vm = model_find_key(ui->model, &ui->selected);
	size_t last = vm ? vm->nr_vcpus : 0;
	bool vncr = ui->view == VIEW_VNCR;

	switch (key) {
	case K_ESC:
	case K_BACKSPACE:
		ui->view = vncr ? VIEW_VM : VIEW_LIST;
		break;
	case 'n':
		ui->view = vncr || !last ? VIEW_VM : VIEW_VNCR;
		ui->vcpu = 0;
		break;
	case K_UP:
	case 'k':
		ui->vcpu -= vncr && ui->vcpu;
		break;
	case K_DOWN:
	case 'j':
		ui->vcpu += vncr && ui->vcpu < last;
		break;
	}
}

/* Returns whether it was one of a recording's keys. */
static bool replay_key(struct ui *ui, int key)
{
	switch (key) {
	case 't':
		go_to(ui, ui->at_s + ui->delay_s);
		break;
	case 'T':
		go_to(ui, ui->at_s - ui->delay_s);
		break;
	case 'g':
		ask(ui, PROMPT_GO);
		break;
	case '+':
		ui->speed *= ui->speed < 1000 ? 2 : 1;
		break;
	case '-':
		ui->speed /= ui->speed > 0.01 ? 2 : 1;
		break;
	default:
		return false;
	}
	return true;
}

/* Returns whether it was one of those for the past of a live run. */
static bool past_key(struct ui *ui, int key)
{
	switch (key) {
	case 'T':
		ui->step = -1;
		break;
	case 't':
		ui->step = ui->past;
		break;
	case 'g':
		ask(ui, PROMPT_GO);
		break;
	case 'l':
		ui->to_live = true;
		break;
	default:
		return false;
	}
	return true;
}

void ui_key(struct ui *ui, int key, int rows)
{
	if (key == KEY_NONE || key == K_RESIZE)
		return;
	if (ui->prompt) {
		prompt_key(ui, key);
		return;
	}
	if (ui->help) {
		ui->help = false;
		return;
	}
	if ((ui->replay && replay_key(ui, key)) || (ui->history && past_key(ui, key)))
		return;
	switch (key) {
	case 'q':
		ui->quit = true;
		break;
	case '?':
	case 'h':
	case K_F1:
		ui->help = true;
		break;
	case ' ':
	case 'p':
		ui->paused = !ui->paused;
		break;
	case 'd':
		ask(ui, PROMPT_DELAY);
		break;
	case 'r':
		ui->reset = !ui->past;
		break;
	default:
		if (ui->view == VIEW_LIST)
			list_key(ui, key, rows);
		else
			vm_key(ui, key);
	}
}

static const char *tri_word(enum tri t)
{
	return t == YES ? "yes" : t == NO ? "NO" : "?";
}

static void draw_header(const struct ui *ui, struct screen *s)
{
	const struct model *m = ui->model;
	__u64 lost = m->lost_vms;
	char missing[96];
	unsigned int kind;
	int cols = s->cols;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		lost += m->lost[kind];
	screen_line(s, 0, ATTR_TITLE, "kvmmt-top  %.24s  Linux %.28s  FWB %s  DIC %s%s%s", ui->hostname,
		    ui->host->release, tri_word(ui->host->fwb), tri_word(ui->host->dic),
		    host_missing(ui->host, KVMMT_TRACED, missing, sizeof(missing)) ? "  no" : "",
		    missing);
	if (ui->replay)
		screen_line(s, 1, ATTR_PLAIN, "%zu VMs  at %.1f s  speed %.3g", m->nr_vms - m->nr_gone,
			    ui->at_s, ui->speed);
	else if (ui->past)
		screen_line(s, 1, ATTR_PLAIN, "%zu VMs  %.1f s ago, %.0f s kept", m->nr_vms - m->nr_gone,
			    ui->ago_s, ui->kept_s);
	else
		screen_line(s, 1, ATTR_PLAIN, "%zu VMs  every %.3gs  own CPU %.1f%%",
			    m->nr_vms - m->nr_gone, ui->delay_s, ui->own_cpu);
	if (ui->past || ui->paused)
		screen_put(s, 1, cols - 8, ATTR_ALARM, ui->past ? "PAST" : "PAUSED");
	screen_put(s, 1, 44, lost ? ATTR_ALARM : ATTR_DIM, lost ? "LOST %llu" : "lost %llu",
		   (unsigned long long)lost);
	if (m->nr_refusals)
		screen_put(s, 1, 58, ATTR_ALARM, "! %llu refused",
			   (unsigned long long)m->nr_refusals);
}

/* Rates per second; mapped bytes since the start are a size, not a rate. */
static void draw_cell(const struct ui *ui, struct screen *s, int row, int col,
		      const struct field *f, const struct table_row *r, enum attr attr)
{
	const struct table t = {
		.host = ui->host,
		.rates = true,
		.seconds = (double)(ui->model->now_ns - ui->model->before_ns) / 1e9,
	};
	struct table_row shown = *r;
	char buf[64];

	if (f->type == FIELD_BYTES)
		shown.counts = model_delta(&r->vm->start, &r->vm->now);
	screen_put(s, row, col, attr, f->type == FIELD_NAME ? "%-*.*s" : "%*.*s", f->width, f->width,
		   table_cell(&t, f, &shown, buf));
}

static void draw_row(const struct ui *ui, struct screen *s, int row, const struct table_row *r)
{
	bool marked = model_marked(ui->model, r->vm);
	bool selected = same(&r->vm->key, &ui->selected);
	enum attr attr = selected ? ATTR_SELECTED : marked ? ATTR_ALARM : ATTR_PLAIN;
	const struct field *f;
	int col = 2;
	size_t k;

	screen_line(s, row, attr, "%c%c", selected ? '>' : ' ', marked ? '!' : ' ');
	for (k = 0; (f = column(ui, k)) && col + f->width <= s->cols; k++) {
		draw_cell(ui, s, row, col, f, r, attr);
		col += f->width + 1;
	}
	if (r->vm->gone)
		screen_put(s, row, col, attr, "gone");
}

static void draw_heads(const struct ui *ui, struct screen *s, int row)
{
	const struct field *f;
	int col = 2;
	size_t k;

	screen_line(s, row, ATTR_HEAD, " ");
	for (k = 0; (f = column(ui, k)) && col + f->width <= s->cols; k++) {
		screen_put(s, row, col, ATTR_HEAD, f->type == FIELD_NAME ? "%-*s" : "%*s", f->width,
			   f->head);
		if (f == &fields[ui->sort])
			screen_put(s, row, f->type == FIELD_NAME ? col + (int)strlen(f->head) : col - 1,
				   ATTR_HEAD, ui->invert ? "^" : "v");
		col += f->width + 1;
	}
}

static void draw_list(struct ui *ui, struct screen *s)
{
	size_t nr, i, at, room = s->rows > HEADER_ROWS + FOOTER_ROWS ?
					   s->rows - HEADER_ROWS - FOOTER_ROWS :
					   0;
	struct table_row *rows = shown(ui, &nr);

	draw_heads(ui, s, HEADER_ROWS - 1);
	if (rows && !nr)
		screen_put(s, HEADER_ROWS + 1, 4, ATTR_DIM, "%s",
			   ui->model->nr_vms ? "No VM matches the filter or is alive." :
					       "No VM has faulted yet. Waiting for the first.");
	at = rows ? position(ui, rows, nr) : 0;
	if (at < ui->top)
		ui->top = at;
	if (room && at >= ui->top + room)
		ui->top = at - room + 1;
	for (i = 0; rows && i < room && ui->top + i < nr; i++)
		draw_row(ui, s, HEADER_ROWS + i, &rows[ui->top + i]);
	free(rows);
}

static void draw_footer(const struct ui *ui, const struct model_vm *vm, struct screen *s)
{
	static const char *const asks[] = {
		[PROMPT_FILTER] = "show only names with: ",
		[PROMPT_SEARCH] = "find name: ",
		[PROMPT_DELAY] = "seconds between refreshes: ",
		[PROMPT_GO] = "go to second: ",
	};

	if (ui->prompt)
		screen_line(s, s->rows - 1, ATTR_KEY, "%s%s_",
			    ui->prompt == PROMPT_GO && ui->history ? "how many seconds ago: " :
								     asks[ui->prompt], ui->word);
	else if (ui->past)
		screen_line(s, s->rows - 1, ATTR_KEY,
			    "THE PAST: T t a step back or on  g seconds ago  l live  ? help  q quit");
	else if (ui->view == VIEW_VNCR)
		screen_line(s, s->rows - 1, ATTR_DIM,
			    "Up Down vCPU  Esc back  p pause  r reset  ? help  q quit");
	else if (ui->view == VIEW_VM)
		screen_line(s, s->rows - 1, ATTR_DIM, "Esc back  %sp pause  r reset  ? help  q quit",
			    vm && vm->nr_vcpus ? "n VNCR  " : "");
	else
		screen_line(s, s->rows - 1, ATTR_DIM,
			    "Enter VM  < > sort  I invert  f filter%s%s  / find  p pause%s  ? help  q quit",
			    ui->filter[0] ? "=" : "", ui->filter, ui->history ? "  T past" : "");
}

static void draw_help(struct screen *s)
{
	static const char *const lines[] = {
		"Rates are per second: faults by the stage-2 memory type they were given",
		"(NORMAL, NC, nGnRE, nGnRnE), RETRY: the guest faults again, REFUSE: mappings",
		"and memslots that KVM declined, INVAL: stage-2 ranges invalidated.",
		"MAPPED is what was newly mapped since the start (r resets).",
		"VHIT%, of guest hypervisors: lookups of the VNCR pseudo-TLB that found an",
		"entry, in the last interval; n in a VM shows more.",
		"!  a refusal in the last 15 minutes    -  the kernel has no tracepoint for it",
		"",
		"Up Down j k PgUp PgDn  select       Enter  one VM         Esc  back",
		"< > F6  sort column                 I  invert order       / find   f filter",
		"n  a VM's VNCR pseudo-TLB           p space  pause        d  delay",
		"r  totals start again               ? h F1  this help     q  quit",
		"T t  a step back or on in time      g  so many seconds ago   l  live again",
		"of a recording: t T  a step on or back   + -  speed   g  go to a second",
	};
	size_t i, nr = sizeof(lines) / sizeof(lines[0]);

	screen_line(s, 3, ATTR_HEAD, " help: any key returns");
	for (i = 0; i < nr; i++)
		screen_line(s, 4 + i, ATTR_PLAIN, "  %s", lines[i]);
	screen_line(s, 4 + nr, ATTR_HEAD, " ");
}

int ui_draw(struct ui *ui, struct screen *s, int rows, int cols)
{
	const struct model_vm *vm;
	int err = screen_reset(s, rows, cols);

	if (err)
		return err;
	draw_header(ui, s);
	vm = model_find_key(ui->model, &ui->selected);
	if (ui->view == VIEW_VM && vm)
		ui_draw_vm(ui, vm, s, HEADER_ROWS - 1);
	else if (ui->view == VIEW_VNCR && vm)
		ui_draw_vncr(ui, vm, s, HEADER_ROWS - 1);
	else
		draw_list(ui, s);
	if (ui->help)
		draw_help(s);
	if (!ui->no_keys)
		draw_footer(ui, vm, s);
	return 0;
}
