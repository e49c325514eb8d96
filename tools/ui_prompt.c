// SPDX-License-Identifier: GPL-2.0
/* What the user is asked for in the last line, and what becomes of the answer. */
#include <stdlib.h>
#include <string.h>

#include "interval.h"
#include "moment.h"
#include "recording.h"
#include "term.h"
#include "ui.h"
#include "utf8.h"

static void search(struct ui *ui)
{
	size_t nr, i, at;
	struct table_row *rows = ui_rows(ui, &nr);

	at = rows ? ui_position(ui, rows, nr) : 0;
	for (i = 1; rows && i <= nr; i++)
		if (strstr(rows[(at + i) % nr].vm->name, ui->word))
			break;
	if (rows && i <= nr)
		ui->selected = rows[(at + i) % nr].vm->key;
	else
		ui_say(ui, "no VM that is shown has '%s' in its name", ui->word);
	free(rows);
}

static void go_to(struct ui *ui)
{
	struct moment to;
	__u64 end_ns = 0;
	int err;

	if (moment_parse(ui->word, &to)) {
		ui_say(ui, "'%s' is neither seconds nor a time as 12:34:56", ui->word);
		return;
	}
	/* Of a long recording that takes a while. */
	if (moment_undated(&to) && ui->recording)
		end_ns = recording_last_ns(ui->recording);
	if (ui->replay)
		err = moment_within(&to, ui->zero_ns, end_ns, ui->realtime_ns, &ui->go_ns);
	else
		err = moment_ns(&to, ui->zero_ns, true, ui->realtime_ns, &ui->go_ns);
	if (err)
		ui_say(ui, "the time of day is not known: its host's clock was not set");
	else
		ui->go = true;
}

static void set_delay(struct ui *ui)
{
	if (interval_parse(ui->word, &ui->delay_s))
		ui->new_delay = ui->replay;
	else
		ui_say(ui, "'%s' is not a number of seconds from %g to %d", ui->word, INTERVAL_MIN_S,
		       INTERVAL_MAX_S);
}

static void prompt_done(struct ui *ui)
{
	switch (ui->prompt) {
	case PROMPT_FILTER:
		memcpy(ui->filter, ui->word, sizeof(ui->filter));
		break;
	case PROMPT_SEARCH:
		search(ui);
		break;
	case PROMPT_DELAY:
		set_delay(ui);
		break;
	case PROMPT_GO:
		go_to(ui);
		break;
	case PROMPT_NONE:
		break;
	}
	ui->prompt = PROMPT_NONE;
}

void ui_prompt_key(struct ui *ui, int key)
{
	size_t len = strlen(ui->word), n;
	char bytes[UTF8_LEN];

	if (key == K_ENTER)
		prompt_done(ui);
	else if (key == K_ESC)
		ui->prompt = PROMPT_NONE;
	else if (key == K_BACKSPACE)
		ui->word[utf8_last(ui->word)] = '\0';
	if (key < 0 || key >= K_UP)
		return;
	n = utf8_put(bytes, key);
	/* Names have no spaces; between a date and a time there may be one. */
	if ((utf8_char(bytes, n) || (key == ' ' && ui->prompt == PROMPT_GO)) && len + n < sizeof(ui->word))
		memcpy(mempcpy(ui->word + len, bytes, n), "", 1);
}

void ui_ask(struct ui *ui, enum ui_prompt prompt)
{
	ui->prompt = prompt;
	ui->word[0] = '\0';
}
