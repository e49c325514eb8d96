// SPDX-License-Identifier: GPL-2.0
/*
 * System calls that load.bpf.c makes events of.
 *   load RATE SECONDS VMS: so many a second, of VMS VMs in turn; RATE 0: all it can
 * Prints how many there were, and how many that was a second.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define BATCH 50

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	double rate = argc > 1 ? atof(argv[1]) : 0, seconds = argc > 2 ? atof(argv[2]) : 0;
	long vms = argc > 3 ? atol(argv[3]) : 0, n = 0;
	double start, t;

	if (argc != 4 || rate < 0 || seconds <= 0 || vms < 1 || vms > LOAD_VMS) {
		fprintf(stderr, "usage: load RATE SECONDS VMS\n");
		return 2;
	}
	start = now();
	for (t = start; t < start + seconds; t = now()) {
		if (rate && n >= (t - start) * rate)
			continue;
		for (int i = 0; i < BATCH; i++, n++)
			syscall(LOAD_CALL + n % (vms * LOAD_VCPUS));
	}
	printf("%ld %.0f\n", n, n / (t - start));
	return 0;
}
