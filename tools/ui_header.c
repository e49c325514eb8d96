// SPDX-License-Identifier: GPL-2.0
/*
 * The dashboard's first rows: what the host is, what time is shown, what was lost and
 * refused. What must not be missed has its place first; names take what is left.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "names.h"
#include "ui.h"

#define WORDS_LEN   192
#define CLOCK_SET_S 946684800	/* a host whose time is before the year 2000 does not know it */

static const char *tri_word(enum tri t)
{
	return t == YES ? "yes" : t == NO ? "NO" : "?";
}

/* "FWB NO  DIC NO  no kvm_s2_slot", or how many it lacks if there is no room for their names */
static void facts(const struct ui *ui, char *text, size_t room)
{
	char missing[WORDS_LEN];
	int kind, nr = 0;

	ui_append(text, room, "FWB %s", tri_word(ui->host->fwb));
	ui_append(text, room, "DIC %s", tri_word(ui->host->dic));
	if (!host_missing(ui->host, KVMMT_TRACED, missing, sizeof(missing)))
		return;
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		nr += KVMMT_TRACED & 1u << kind && !ui->host->tracepoint[kind];
	if (strlen(text) + strlen(missing) + 4 < room)
		ui_append(text, room, "no%s", missing);
	else
		ui_append(text, room, "lacks %d", nr);
}

/* The first one loses up to what it has above @least; returns what is still too much. */
static int shorten(int *len, int least, int over)
{
	int by = *len > least ? *len - least : 0;

	by = by < over ? by : over > 0 ? over : 0;
	*len -= by;
	return over - by;
}

static void draw_host(const struct ui *ui, struct screen *s)
{
	int host = strlen(ui->hostname), release = strlen(ui->host->release), over, room;
	char text[WORDS_LEN] = "", left[WORDS_LEN];

	facts(ui, text, s->cols + 1 < WORDS_LEN ? s->cols + 1 : WORDS_LEN);
	room = s->cols - (int)strlen(text) - 2;
	over = (int)strlen("kvmmt-top    Linux ") + host + release - room;
	over = shorten(&release, 4, over);
	over = shorten(&host, 8, over);
	if (over <= 0)
		snprintf(left, sizeof(left), "kvmmt-top  %.*s  Linux %.*s  ", host, ui->hostname, release,
			 ui->host->release);
	else if ((int)strlen("kvmmt-top  ") + host <= room)
		snprintf(left, sizeof(left), "kvmmt-top  %.*s  ", host, ui->hostname);
	else if (host <= room)
		snprintf(left, sizeof(left), "%.*s  ", host, ui->hostname);
	else
		left[0] = '\0';
	screen_line(s, 0, ATTR_TITLE, "%s%s", left, text);
}

/* What time it is there: of the recording, or of the past. */
static void append_clock(const struct ui *ui, char *line, size_t room)
{
	time_t at = (time_t)((ui->realtime_ns + (__s64)ui->model->now_ns) / 1000000000);
	struct tm tm;
	char text[32];

	if (at > CLOCK_SET_S && localtime_r(&at, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		ui_append(line, room, "%s", text);
}

static void time_words(const struct ui *ui, char *line, size_t room)
{
	const struct model *m = ui->model;

	if (m->nr_gone)
		ui_append(line, room, "%zu VMs, %zu gone", m->nr_vms - m->nr_gone, m->nr_gone);
	else
		ui_append(line, room, m->nr_vms == 1 ? "1 VM" : "%zu VMs", m->nr_vms);
	if (ui->replay) {
		ui_append(line, room, "at %.1f s", ui_seconds(ui));
		append_clock(ui, line, room);
		ui_append(line, room, "speed %.3g", ui->speed);
	} else if (ui->past) {
		ui_append(line, room, "%.1f s ago", -ui_seconds(ui));
		ui_append(line, room, "%.0f s kept", ui->kept_s);
		append_clock(ui, line, room);
	} else {
		ui_append(line, room, "every %.3gs", ui->delay_s);
		ui_append(line, room, "own CPU %.1f%%", ui->own_cpu);
	}
}

static __u64 lost(const struct model *m)
{
	__u64 sum = m->lost_vms;
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		sum += m->lost[kind];
	return sum;
}

/* So that it ends before @end; returns where it begins, less a gap. */
static int put_before(struct screen *s, int row, int end, enum attr attr, const char *text)
{
	int col = end - (int)strlen(text);

	if (!*text)
		return end;
	screen_put(s, row, col > 0 ? col : 0, attr, "%s", text);
	return col - 2;
}

void ui_draw_header(const struct ui *ui, struct screen *s)
{
	const char *state = ui->past ? "PAST" : ui->ended ? "END" : ui->paused ? "PAUSED" : "";
	char loss[NAME_LEN + 8], refused[NAME_LEN + 16] = "", storms[NAME_LEN + 16] = "";
	char number[NAME_LEN], left[WORDS_LEN] = "";
	__u64 nr_lost = lost(ui->model), nr_storms = ui->model->nr_storms + ui->model->nr_thrashes;
	int end = s->cols, words;

	draw_host(ui, s);
	snprintf(loss, sizeof(loss), "%s %s", nr_lost ? "LOST" : "lost",
		 field_short(nr_lost, FIELD_COUNT, number));
	if (ui->model->nr_refusals)
		snprintf(refused, sizeof(refused), s->cols < 60 ? "!%s" : "! %s refused",
			 field_short(ui->model->nr_refusals, FIELD_COUNT, number));
	if (nr_storms)
		snprintf(storms, sizeof(storms), s->cols < 60 ? "~%s" : nr_storms == 1 ? "~ %s storm" :
			 "~ %s storms", field_short(nr_storms, FIELD_COUNT, number));
	words = (int)(strlen(loss) + strlen(refused) + strlen(storms) + strlen(state)) + 6;
	if (words > s->cols)
		put_before(s, 2, end, ATTR_ALARM, state);
	else
		end = put_before(s, 1, end, ATTR_ALARM, state);
	end = put_before(s, 1, end, ATTR_ALARM, storms);
	end = put_before(s, 1, end, ATTR_ALARM, refused);
	end = put_before(s, 1, end, nr_lost ? ATTR_ALARM : ATTR_DIM, loss);
	time_words(ui, left, end + 1 > WORDS_LEN ? WORDS_LEN : end > 0 ? (size_t)end + 1 : 0);
	screen_put(s, 1, 0, ATTR_PLAIN, "%s", left);
}
