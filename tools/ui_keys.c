// SPDX-License-Identifier: GPL-2.0
/* What keys do to the state of the user interface: see ui.h. */
#include <stdlib.h>

#include "term.h"
#include "ui.h"

#define TO_THE_END (1l << 30)

/* How many rows a key moves down, 0: it is none of those. */
static long motion(int key, int page)
{
	switch (key) {
	case K_UP:
	case 'k':
		return -1;
	case K_DOWN:
	case 'j':
		return 1;
	case K_PAGE_UP:
		return -page;
	case K_PAGE_DOWN:
		return page;
	case K_HOME:
		return -TO_THE_END;
	case K_END:
		return TO_THE_END;
	}
	return 0;
}

static long within(long row, long last)
{
	return row < 0 ? 0 : row < last ? row : last;
}

static void move(struct ui *ui, long by)
{
	size_t nr;
	struct table_row *rows = ui_rows(ui, &nr);

	if (rows && nr)
		ui->selected = rows[within((long)ui_position(ui, rows, nr) + by, (long)nr - 1)].vm->key;
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
	long by = motion(key, page);

	if (by)
		move(ui, by);
	switch (key) {
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
	if (!vm || !vm->nr_vcpus) {
		ui_say(ui, "no vCPU of this VM is a guest hypervisor's: there is no VNCR pseudo-TLB to show");
		return;
	}
	ui->view = VIEW_VNCR;
	ui->vcpu = 0;
	ui->scroll = 0;
}

static void vm_key(struct ui *ui, int key, int page)
{
	/* What is drawn next knows where the end is. */
	ui->scroll = within(ui->scroll + motion(key, page), UI_PAGE_ROWS);
	switch (key) {
	case K_ESC:
	case K_BACKSPACE:
		ui->view = VIEW_LIST;
		break;
	case 'n':
	case K_ENTER:
		open_vncr(ui, model_find_key(ui->model, &ui->selected));
		break;
	}
}

static void vncr_key(struct ui *ui, int key, int page)
{
	const struct model_vm *vm = model_find_key(ui->model, &ui->selected);

	if (key == K_PAGE_UP || key == K_PAGE_DOWN)
		ui->scroll = within(ui->scroll + motion(key, page), UI_PAGE_ROWS);
	else
		ui->vcpu = within((long)ui->vcpu + motion(key, page), vm ? (long)vm->nr_vcpus : 0);
	if (key != K_ESC && key != K_BACKSPACE && key != 'n')
		return;
	ui->view = VIEW_VM;
	ui->scroll = 0;
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
		ui->help = motion(key, page);
		ui->help_scroll = within(ui->help_scroll + motion(key, page), UI_PAGE_ROWS);
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
		ui->help_scroll = 0;
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
