// SPDX-License-Identifier: GPL-2.0
/* See ui.h: what is around the views. */
#include <stdarg.h>
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

void ui_say(struct ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ui->said, sizeof(ui->said), format, args);
	va_end(args);
}

void ui_append(char *line, size_t room, const char *format, ...)
{
	size_t len = strlen(line), gap = len ? 2 : 0;
	char part[128];
	va_list args;

	va_start(args, format);
	vsnprintf(part, sizeof(part), format, args);
	va_end(args);
	if (len + gap + strlen(part) < room)
		sprintf(line + len, "%*s%s", (int)gap, "", part);
}

static void draw_prompt(const struct ui *ui, struct screen *s)
{
	static const char *const asks[] = {
		[PROMPT_FILTER] = "show only names with: ",
		[PROMPT_SEARCH] = "find name: ",
		[PROMPT_DELAY] = "seconds between refreshes: ",
		[PROMPT_GO] = "go to second, or time of day: ",
	};
	bool ago = ui->prompt == PROMPT_GO && ui->history;

	screen_line(s, s->rows - 1, ATTR_KEY, "%s%s_",
		    ago ? "how many seconds ago, or what time of day: " : asks[ui->prompt], ui->word);
}

/* The keys that are worth knowing, as many as there is room for. */
static void draw_keys(const struct ui *ui, const struct model_vm *vm, struct screen *s)
{
	static const char last[] = "? help  q quit";
	char line[512] = "";
	size_t room = s->cols + 1 > (int)sizeof(line) ? sizeof(line) : (size_t)s->cols + 1;
	size_t most = room > sizeof(last) + 1 ? room - sizeof(last) - 1 : 0;
	enum attr attr = ui->past ? ATTR_KEY : ATTR_DIM;

	if (ui->past)
		ui_append(line, most, "THE PAST: T t a step back or on  g seconds ago  l live");
	if (ui->past && !line[0])
		ui_append(line, most, "THE PAST: l live");
	if (ui->view == VIEW_LIST && !ui->past)
		ui_append(line, most, "Enter VM");
	if (ui->view == VIEW_VNCR)
		ui_append(line, most, "Up Down vCPU  PgUp PgDn scroll  Esc back");
	if (ui->view == VIEW_VM)
		ui_append(line, most, "Esc back");
	if (ui->view == VIEW_VM && vm && vm->nr_vcpus)
		ui_append(line, most, "Enter VNCR");
	if (ui->view == VIEW_VM)
		ui_append(line, most, "Up Down scroll");
	if (ui->replay)
		ui_append(line, most, "T t step  g go to  + - speed");
	if (!ui->past)
		ui_append(line, most, "p pause");
	if (ui->view == VIEW_LIST && !ui->past) {
		ui_append(line, most, "< > sort");
		ui_append(line, most, "f filter%s%s", ui->filter[0] ? "=" : "", ui->filter);
		ui_append(line, most, "/ find");
	}
	if (ui->history && !ui->past)
		ui_append(line, most, "T past");
	if (ui->view == VIEW_LIST && !ui->past)
		ui_append(line, most, "I invert");
	if (!ui->past)
		ui_append(line, most, "r reset");
	ui_append(line, room, last);
	screen_line(s, s->rows - 1, attr, "%s", line);
}

static void draw_footer(const struct ui *ui, const struct model_vm *vm, struct screen *s)
{
	if (ui->prompt)
		draw_prompt(ui, s);
	else if (ui->said[0])
		screen_cell(s, s->rows - 1, 0, s->cols, ATTR_ALARM, ui->said);
	else
		draw_keys(ui, vm, s);
}

int ui_draw(struct ui *ui, struct screen *s, int rows, int cols)
{
	const struct model_vm *vm;
	int err = screen_reset(s, rows, cols);

	if (err)
		return err;
	vm = model_find_key(ui->model, &ui->selected);
	if (ui->view == VIEW_VM && vm)
		err = ui_draw_vm(ui, vm, s);
	else if (ui->view == VIEW_VNCR && vm)
		err = ui_draw_vncr(ui, vm, s);
	else
		ui_draw_list(ui, s);
	if (ui->cost)
		ui_draw_cost(ui, s);
	if (ui->help && !err)
		err = ui_draw_help(ui, s);
	ui_draw_header(ui, s);
	if (!ui->no_keys)
		draw_footer(ui, vm, s);
	return err;
}
