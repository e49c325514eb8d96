/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often the calling thread runs a function of the kernel, or passes a tracepoint:
 * a kprobe or the tracepoint, counted by perf, so that nothing is written anywhere.
 */
#ifndef COUNTER_H
#define COUNTER_H

#include <stdint.h>

/* Both begin at 0 and return a file descriptor, or -errno: -ENOENT for no such name. */
int counter_function(const char *function);
int counter_tracepoint(const char *name);	/* as kvm/kvm_entry */
/* 0 or -errno */
int counter_read(int fd, uint64_t *count);

#endif
