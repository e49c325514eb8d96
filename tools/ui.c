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
		[PROMPT_GO] = "go to second: ",
	};
	bool ago = ui->prompt == PROMPT_GO && ui->history;

	screen_line(s, s->rows - 1, ATTR_KEY, "%s%s_",
		    ago ? "how many seconds ago: " : asks[ui->prompt], ui->word);
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
		ui_append(line, most, "Up Down vCPU  Esc back");
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
		screen_line(s, s->rows - 1, ATTR_ALARM, "%s", ui->said);
	else
		draw_keys(ui, vm, s);
}

static void draw_help(struct screen *s)
{
	static const char *const lines[] = {
		"Rates are per second: faults by the stage-2 memory type they were given",
		"(NORMAL, NC, nGnRE, nGnRnE), RETRY: the guest faults again, REFUSE: mappings",
		"and memslots that KVM declined, INVAL: stage-2 ranges invalidated.",
		"MAPPED is what was newly mapped since the start (r resets). VHIT%, of guest",
		"hypervisors: lookups of the VNCR pseudo-TLB that found an entry.",
		"!  refused something in the last 15 minutes    #  the same, and is gone",
		"-  the kernel lacks the tracepoint; the line above the list names the one",
		"   that feeds the column it is sorted by (v largest first, ^ the other way)",
		"",
		"Up Down j k PgUp PgDn Home End  select, scroll     Esc  back",
		"Enter  one VM, then the VNCR pseudo-TLB of its vCPUs (n too) if it nests",
		"< > F6  sort column                 I  invert order       / find   f filter",
		"p space  pause                      d  delay              r  totals from 0",
		"T t  a step back or on in time      g  so many seconds ago   l  live again",
		"of a recording: T t  a step back or on   + -  speed   g  go to a second",
		"b  what the BPF programs cost, live ? h F1  this help     q  quit",
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
	vm = model_find_key(ui->model, &ui->selected);
	if (ui->view == VIEW_VM && vm)
		err = ui_draw_vm(ui, vm, s);
	else if (ui->view == VIEW_VNCR && vm)
		ui_draw_vncr(ui, vm, s, UI_HEADER_ROWS - 1);
	else
		ui_draw_list(ui, s);
	if (ui->cost)
		ui_draw_cost(ui, s);
	if (ui->help)
		draw_help(s);
	ui_draw_header(ui, s);
	if (!ui->no_keys)
		draw_footer(ui, vm, s);
	return err;
}
