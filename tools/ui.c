// SPDX-License-Identifier: GPL-2.0
/* See ui.h: what is around the views. */
#include <string.h>

#include "ui.h"

void ui_init(struct ui *ui, const struct host *host, const struct model *model)
{
	memset(ui, 0, sizeof(*ui));
	ui->host = host;
	ui->model = model;
	ui->delay_s = 1;
	ui->speed = 1;
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
		ui_draw_vm(ui, vm, s, UI_HEADER_ROWS - 1);
	else if (ui->view == VIEW_VNCR && vm)
		ui_draw_vncr(ui, vm, s, UI_HEADER_ROWS - 1);
	else
		ui_draw_list(ui, s);
	if (ui->help)
		draw_help(s);
	if (!ui->no_keys)
		draw_footer(ui, vm, s);
	return 0;
}
