// SPDX-License-Identifier: GPL-2.0
/* What keys do to the state of the user interface: see ui.h. */
#include <stdlib.h>
#include <string.h>

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

static void search(struct ui *ui)
{
	size_t nr, i, at;
	struct table_row *rows = ui_rows(ui, &nr);

	at = rows ? ui_position(ui, rows, nr) : 0;
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
	while (!ui_lists(ui, &fields[ui->sort]));
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
		move(ui, UI_HEADER_ROWS + UI_FOOTER_ROWS - rows);
		break;
	case K_PAGE_DOWN:
		move(ui, rows - UI_HEADER_ROWS - UI_FOOTER_ROWS);
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
