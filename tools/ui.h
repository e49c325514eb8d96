/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dashboard without a terminal: what keys do to its state, and how state
 * and model become a screen. Keys in, screen out: tests script it.
 */
#ifndef UI_H
#define UI_H

#include <stdbool.h>
#include "host.h"
#include "model.h"
#include "screen.h"
#include "source_live.h"
#include "table.h"
#include "trend.h"

#define UI_WORD_LEN 32
#define UI_SAID_LEN 96
#define UI_HEADER_ROWS 4	/* before the first VM */
#define UI_FOOTER_ROWS 1
#define UI_PAGE_ROWS   1024	/* of a view that scrolls, at most */
#define UI_VCPU_ROWS   4	/* at least, before the list of vCPUs scrolls */

enum ui_view { VIEW_LIST, VIEW_VM, VIEW_VNCR };
enum ui_prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_SEARCH, PROMPT_DELAY, PROMPT_GO };

struct ui {
	const struct host *host;
	const struct model *model;	/* at the last sample, where it was paused, or in the past */
	char hostname[65];
	double delay_s;
	double own_cpu;			/* percent of one CPU */
	enum ui_view view;
	enum ui_prompt prompt;
	bool help, paused, invert, quit, reset;
	bool no_keys;			/* nobody will press one: no footer */
	bool replay;			/* a recording: its time can be chosen */
	bool ended;			/* and this is its end */
	bool new_delay;			/* and the user wants other steps of it */
	bool history;			/* a live run whose past can be looked at */
	bool past;			/* that is what @model is, */
	double kept_s;			/* and how far back it goes */
	int step;			/* the user wants the sample before, -1, or after, 1 */
	bool to_live;			/* the user has seen enough of the past */
	double speed;			/* of the replay */
	__u64 zero_ns;			/* where seconds are from: its beginning; live: the latest sample */
	const char *recording;		/* its path, or NULL */
	__s64 realtime_ns;		/* CLOCK_REALTIME minus CLOCK_MONOTONIC, 0: not known */
	bool go;			/* the user wants to be at @go_ns */
	__u64 go_ns;
	size_t sort;			/* index into fields[] */
	size_t top;			/* first row shown */
	struct kvmmt_vm_key selected;
	size_t vcpu;			/* in VIEW_VNCR: 0 is all, else the n-th of the VM's */
	bool cost;			/* what BPF costs was asked for, live */
	struct live_cost costs[KVMMT_KIND_NR], costs_before[KVMMT_KIND_NR];
	double costs_s;			/* between them; 0: not measured yet */
	struct trend trend;		/* of the VM in VIEW_VM */
	const char *no_slots;		/* in VIEW_VM: why the memslots are not known */
	int scroll, help_scroll;	/* rows of a view, of the help, above the first one shown */
	char filter[UI_WORD_LEN], word[UI_WORD_LEN];
	char said[UI_SAID_LEN];		/* what the user has to be told, until the next key */
};

void ui_init(struct ui *ui, const struct host *host, const struct model *model);
/* What is shown, in seconds from .zero_ns; live they are negative. */
static inline double ui_seconds(const struct ui *ui)
{
	return (double)(__s64)(ui->model->now_ns - ui->zero_ns) / 1e9;
}

/* A line for the user in place of the keys. */
void ui_say(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ui_key(struct ui *ui, int key, int rows);
/* ui_prompt.c: ask for a word; a key of the answer */
void ui_ask(struct ui *ui, enum ui_prompt prompt);
void ui_prompt_key(struct ui *ui, int key);
/* Returns 0 or -ENOMEM. */
int ui_draw(struct ui *ui, struct screen *s, int rows, int cols);

/* ui_cost.c: in the last rows */
void ui_draw_cost(const struct ui *ui, struct screen *s);

/* ui_header.c: the first two rows; on a narrow screen a word in the third */
void ui_draw_header(const struct ui *ui, struct screen *s);

/* Append @part to @line of @room bytes, two blanks between, if there is room for all of it. */
void ui_append(char *line, size_t room, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * ui_list.c: the VMs that the filter leaves, with rates per second, sorted; the caller
 * frees them. NULL: no memory.
 */
struct table_row *ui_rows(const struct ui *ui, size_t *nr);
size_t ui_position(const struct ui *ui, const struct table_row *rows, size_t nr); /* selected */
bool ui_lists(const struct ui *ui, const struct field *f);	/* for certain */
void ui_draw_list(struct ui *ui, struct screen *s);

/* ui_vm.c: one VM. Returns 0 or -ENOMEM. */
int ui_draw_vm(struct ui *ui, const struct model_vm *vm, struct screen *s);

double ui_rate(const struct ui *ui, __u64 count);	/* per second of the last interval */
/*
 * Reasons that happened, as "reason  /s  total  meaning", from (row, col) on; @nr is the
 * last one's index, @meaning may be NULL. Returns the row after them.
 */
int ui_draw_reasons(const struct ui *ui, struct screen *s, int row, int col, const char *head,
		    const __u64 *total, const __u64 *last, int nr,
		    const char *(*name)(unsigned int), const char *(*meaning)(unsigned int));

/* ui_help.c. Returns 0 or -ENOMEM. */
int ui_draw_help(struct ui *ui, struct screen *s);

/* ui_vncr.c: one VM's pseudo-TLB: 0 or -ENOMEM; a line about it if it has one: the next row */
int ui_draw_vncr(struct ui *ui, const struct model_vm *vm, struct screen *s);
int ui_draw_vncr_line(const struct ui *ui, const struct model_vm *vm, struct screen *s, int row);

#endif
