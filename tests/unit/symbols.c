// SPDX-License-Identifier: GPL-2.0
/* Stacks of the kernel in words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "symbols.h"

static int read_text(struct symbols *s, const char *text)
{
	char path[] = "/tmp/kvmmt-symbols-XXXXXX";
	int fd = mkstemp(path), err;

	dprintf(fd, "%s", text);
	close(fd);
	err = symbols_read(s, path);
	unlink(path);
	return err;
}

int main(void)
{
	const __u64 stack[] = { 0xffff000000001f00, 0xffff000000003010, 0xffff000000002004,
				0xffff00000f000000, 0xffff000000001000, 0, 0xffff000000002000 };
	struct symbols s;
	char buf[64];

	check_suite = "symbols";
	check(read_text(&s, "ffff000000003000 t bpf_prog_x\nffff000000002000 T khugepaged\t[mod]\n"
			    "ffff000000001000 T collapse\nffff000000001800 d data\n") == 0 && s.nr == 3, "",
	      "functions are read, in whatever order");
	symbols_stack(&s, stack, 7, buf, sizeof(buf));
	check(!strcmp(buf, "collapse < khugepaged < collapse"), buf,
	      "a stack has names, without BPF's own and what is none, up to a zero");
	symbols_stack(&s, stack, 7, buf, 12);
	check(strlen(buf) == 11, buf, "and is cut where there is no room");
	symbols_free(&s);
	check(read_text(&s, "0000000000000000 T a\n0000000000000000 T b\n") == -EACCES, "",
	      "addresses that are hidden are an error");
	check(symbols_read(&s, "/nonexistent") == -ENOENT, "", "and so is no file");
	return check_status();
}
