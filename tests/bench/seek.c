// SPDX-License-Identifier: GPL-2.0
/*
 * How long kvmmt-top takes to be elsewhere in a recording, shown in steps of a second.
 * Prints milliseconds of CPU time: of the first jump to its end; then of a step back from
 * there, of a jump to its middle, and of the slowest of 50 jumps to anywhere; and MiB.
 *   seek RECORDING
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "top.h"


static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}
static struct top t;
static double go(__u64 to_ns)
{
	double began = now_ms();

	if (play_go(&t.play, to_ns))
		exit(1);
	return now_ms() - began;
}
static int played(void *ctx)
{
	(void)ctx;
	return history_add(t.past.history, &t.model);
}

int main(int argc, char **argv)
{
	double first, back, middle, slowest = 0;
	__u64 begin, length;
	struct rusage usage;
	int i;

	if (argc < 2 || replay_open(&t.source.replay, argv[1], NULL, 0))
		return 2;
	ui_init(&t.ui, &t.host, &t.model);
	past_open(&t.past, &t.ui);
	t.play = (struct play){ .source = &t.source, .model = &t.model, .step_ns = 1000000000, .stop = (int *)&stop, .sampled = played };
	play_begin(&t.play);
	begin = t.model.now_ns;
	first = go(~0ull);
	length = t.model.now_ns - begin;
	back = go(t.model.before_ns);
	middle = go(begin + length / 2);
	for (i = 0; i < 50; i++) {
		double ms = go(begin + length / 50 * (unsigned int)(i * 17 % 50));
		if (i < (argc > 2 ? 50 : 3))
		slowest = ms > slowest ? ms : slowest;
		else break;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%.1f %.1f %.1f %.1f %.1f\n", first, back, middle, slowest, (double)usage.ru_maxrss / 1024);
	return 0;
}
