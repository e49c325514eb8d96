// SPDX-License-Identifier: GPL-2.0
/*
 * How long kvmmt-top takes to be elsewhere in a recording that is shown in steps of a
 * second. Prints milliseconds of CPU time: of the first jump to its end; then, on average,
 * of 20 steps back from there; and of 50 jumps to anywhere, on average and the slowest;
 * and MiB.
 *   seek RECORDING
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "top.h"

#define BACK  20
#define JUMPS 50

static struct top top;
static struct checkpoints checkpoints;

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static double go(__u64 to_ns)
{
	double began = now_ms();

	if (play_go(&top.play, to_ns))
		exit(1);
	return now_ms() - began;
}

static int sampled(void *ctx)
{
	(void)ctx;
	return history_add(top.past.history, &top.model);
}

static int jumped(void *ctx)
{
	(void)ctx;
	history_clear(top.past.history);
	return 0;
}

int main(int argc, char **argv)
{
	double first, back = 0, jumps = 0, slowest = 0;
	__u64 begin, length;
	struct rusage usage;
	unsigned int i;

	if (argc < 2 || replay_open(&top.source.replay, argv[1], NULL, 0))
		return 2;
	ui_init(&top.ui, &top.host, &top.model);
	top.play = (struct play){
		.source = &top.source, .model = &top.model, .step_ns = 1000000000, .stop = &stop,
		.sampled = sampled, .jumped = jumped, .checkpoints = &checkpoints, .lead = TREND_NR,
	};
	if (past_open(&top.past, &top.ui) || play_begin(&top.play))
		return 1;
	begin = top.model.now_ns;
	first = go(~0ull);
	length = top.model.now_ns - begin;
	for (i = 0; i < BACK; i++)
		back += go(top.model.before_ns);
	for (i = 0; i < JUMPS; i++) {
		double ms = go(begin + length / JUMPS * (i * 17 % JUMPS));

		jumps += ms;
		slowest = ms > slowest ? ms : slowest;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%.1f %.1f %.1f %.1f %.1f\n", first, back / BACK, jumps / JUMPS, slowest,
	       (double)usage.ru_maxrss / 1024);
	fprintf(stderr, "%zu checkpoints, %zu bytes\n", checkpoints.nr, checkpoints.bytes);
	checkpoints_free(&checkpoints);
	past_close(&top.past);
	model_free(&top.model);
	source_close(&top.source);
	return 0;
}
