// SPDX-License-Identifier: GPL-2.0
/* libFuzzer's way into the lines of /proc/kallsyms, and into stacks of what they name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbols.h"

#define DEPTH 24

int LLVMFuzzerTestOneInput(const __u8 *data, size_t len);

/* The first bytes are a stack, the rest is the file. */
int LLVMFuzzerTestOneInput(const __u8 *data, size_t len)
{
	static int file = -1;
	__u64 stack[DEPTH] = { 0 };
	size_t first = len < sizeof(stack) ? len / 2 : sizeof(stack) / 2;
	char path[64], words[128];
	struct symbols s;

	if (file < 0)
		file = memfd_create("kallsyms", MFD_CLOEXEC);
	memcpy(stack, data, first);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (ftruncate(file, 0) ||
	    pwrite(file, data + first, len - first, 0) != (ssize_t)(len - first))
		abort();
	if (symbols_read(&s, path))
		return 0;
	symbols_stack(&s, stack, DEPTH, words, sizeof(words));
	if (strnlen(words, sizeof(words)) == sizeof(words))
		abort();
	symbols_free(&s);
	return 0;
}
