// SPDX-License-Identifier: GPL-2.0
/* What keys do to the state of the user interface: see ui.h. */
#include <stdlib.h>

#include "term.h"
#include "ui.h"

static void move(struct ui *ui, long by)
{
	size_t nr;
	struct table_row *rows = ui_rows(ui, &nr);
	long to;

	if (rows && nr) {
		to = (long)ui_position(ui, rows, nr) + by;
		to = to < 0 ? 0 : to >= (long)nr ? (long)nr - 1 : to;
		ui->selected = rows[to].vm->key;
	}
	free(rows);
}

/* The next or previous column that the list shows. */
static void sort_by(struct ui *ui, int step)
{
	do
		ui->sort = (ui->sort + nr_fields + step) % nr_fields;
	while (!ui_lists(ui, &fields[ui->sort]));
}

static void list_key(struct ui *ui, int key, int page)
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
		move(ui, -page);
		break;
	case K_PAGE_DOWN:
		move(ui, page);
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
		ui_ask(ui, PROMPT_SEARCH);
		break;
	case 'f':
		ui_ask(ui, PROMPT_FILTER);
		break;
	case K_ENTER:
		move(ui, 0);
		if (ui->selected.vm)
			ui->view = VIEW_VM;
		ui->scroll = 0;
		break;
	case K_ESC:
		ui->filter[0] = '\0';
		break;
	}
}

static void open_vncr(struct ui *ui, const struct model_vm *vm)
{
	if (vm && vm->nr_vcpus)
		ui->view = VIEW_VNCR;
	else
		ui_say(ui, "no vCPU of this VM is a guest hypervisor's: there is no VNCR pseudo-TLB to show");
	ui->vcpu = 0;
}

/* What is drawn next knows where the end is. */
static void scroll(struct ui *ui, int by)
{
	ui->scroll = by < -ui->scroll ? 0 : ui->scroll + by;
}

static void vm_key(struct ui *ui, int key, int page)
{
	switch (key) {
	case K_ESC:
	case K_BACKSPACE:
		ui->view = VIEW_LIST;
		break;
	case 'n':
	case K_ENTER:
		open_vncr(ui, model_find_key(ui->model, &ui->selected));
		break;
	case K_UP:
	case 'k':
		scroll(ui, -1);
		break;
	case K_DOWN:
	case 'j':
		scroll(ui, 1);
		break;
	case K_PAGE_UP:
		scroll(ui, -page);
		break;
	case K_PAGE_DOWN:
		scroll(ui, page);
		break;
	case K_HOME:
		ui->scroll = 0;
		break;
	case K_END:
		scroll(ui, UI_PAGE_ROWS);
		break;
	}
}

static void vncr_key(struct ui *ui, int key, size_t page)
{
	const struct model_vm *vm = model_find_key(ui->model, &ui->selected);
	size_t last = vm ? vm->nr_vcpus : 0;

	switch (key) {
	case K_ESC:
	case K_BACKSPACE:
	case 'n':
		ui->view = VIEW_VM;
		break;
	case K_UP:
	case 'k':
		ui->vcpu -= ui->vcpu > 0;
		break;
	case K_DOWN:
	case 'j':
		ui->vcpu++;
		break;
	case K_PAGE_UP:
		ui->vcpu -= ui->vcpu < page ? ui->vcpu : page;
		break;
	case K_PAGE_DOWN:
		ui->vcpu += page;
		break;
	case K_HOME:
		ui->vcpu = 0;
		break;
	case K_END:
		ui->vcpu = last;
		break;
	}
	ui->vcpu = ui->vcpu > last ? last : ui->vcpu;
}

/* Returns whether it was one of a recording's keys. */
static bool replay_key(struct ui *ui, int key)
{
	switch (key) {
	case 't':
		ui->step = 1;
		break;
	case 'T':
		ui->step = -1;
		break;
	case 'g':
		ui_ask(ui, PROMPT_GO);
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
		ui_ask(ui, PROMPT_GO);
		break;
	case 'l':
		ui->to_live = true;
		break;
	case 'b':
		ui->cost = !ui->cost;
		ui->costs_s = 0;
		break;
	default:
		return false;
	}
	return true;
}

void ui_key(struct ui *ui, int key, int rows)
{
	int page = rows > UI_HEADER_ROWS + UI_FOOTER_ROWS ? rows - UI_HEADER_ROWS - UI_FOOTER_ROWS : 1;

	if (key == KEY_NONE || key == K_RESIZE)
		return;
	ui->said[0] = '\0';
	if (ui->prompt) {
		ui_prompt_key(ui, key);
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
		ui_ask(ui, PROMPT_DELAY);
		break;
	case 'r':
		ui->reset = !ui->past;
		break;
	default:
		if (ui->view == VIEW_LIST)
			list_key(ui, key, page);
		else if (ui->view == VIEW_VM)
			vm_key(ui, key, page);
		else
			vncr_key(ui, key, UI_VCPU_ROWS);
	}
}
