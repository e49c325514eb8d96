/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PEAK_H
#define PEAK_H

#include <stdio.h>
#include <sys/types.h>

/* The most memory that the process had, in MiB; 0: not known. */
static inline double peak_mib(pid_t pid)
{
	char path[64], line[256];
	double kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "VmHWM: %lf", &kib);
	if (f)
		fclose(f);
	return kib / 1024;
}

#endif
