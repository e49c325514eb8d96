// SPDX-License-Identifier: GPL-2.0
/*
 * What a refresh of kvmmt-top costs on a large host: a recording is replayed in steps of
 * 1/100 of it, and at each step the counters are sampled, the sample is kept for T, and a
 * screen is drawn, as live. Prints milliseconds of CPU time: of the three on average, of
 * the first refresh, which meets all VMs, and of the slowest after it; and MiB.
 *   screens RECORDING ROWS COLUMNS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "source.h"
#include "ui_past.h"

#define STEPS 100

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* The recording's end, found by reading all of it once. */
static __u64 end_ns(struct replay *r)
{
	__u64 end;

	while (replay_advance(r, ~0ull, NULL, NULL) != REPLAY_END)
		;
	end = replay_now_ns(r);
	replay_rewind(r);
	return end;
}

static void replay_to(struct source *s, struct model *m, __u64 until_ns)
{
	int stopped;

	while ((stopped = source_wait(s, until_ns)) > REPLAY_TIME)
		if (stopped == REPLAY_CROWD)
			source_update(s, m);
}

int main(int argc, char **argv)
{
	int rows = argc > 3 ? atoi(argv[2]) : 0, cols = argc > 3 ? atoi(argv[3]) : 0, i;
	double sample = 0, keep = 0, draw = 0, first = 0, slowest = 0, t[4];
	struct source source = { 0 };
	struct screen screen = { 0 };
	struct model model = { 0 };
	struct past past = { 0 };
	struct rusage usage;
	struct host host;
	__u64 begin, step;
	struct ui ui;

	if (rows <= 0 || cols <= 0 || replay_open(&source.replay, argv[1], NULL, 0))
		return 2;
	begin = replay_begin_ns(source.replay);
	step = (end_ns(source.replay) - begin) / STEPS;
	host = replay_info(source.replay)->host;
	ui_init(&ui, &host, &model);
	if (past_open(&past, &ui))
		return 1;
	for (i = 1; i <= STEPS; i++) {
		replay_to(&source, &model, begin + i * step);
		t[0] = now_ms();
		if (source_sample(&source, &model, false))
			return 1;
		t[1] = now_ms();
		if (history_add(past.history, &model) || past_follow(&past, &ui, &model))
			return 1;
		t[2] = now_ms();
		if (ui_draw(&ui, &screen, rows, cols))
			return 1;
		t[3] = now_ms();
		sample += t[1] - t[0];
		keep += t[2] - t[1];
		draw += t[3] - t[2];
		if (i == 1)
			first = t[3] - t[0];
		else if (t[3] - t[0] > slowest)
			slowest = t[3] - t[0];
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%.2f %.2f %.2f %.2f %.2f %.1f\n", sample / STEPS, keep / STEPS, draw / STEPS, first,
	       slowest, (double)usage.ru_maxrss / 1024);
	fprintf(stderr, "%zu VMs; of the past %llu samples kept, %zu bytes\n", model.nr_vms,
		(unsigned long long)(history_end(past.history) - history_begin(past.history)),
		history_bytes(past.history));
	past_close(&past);
	screen_free(&screen);
	model_free(&model);
	source_close(&source);
	return 0;
}
