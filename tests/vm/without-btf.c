// SPDX-License-Identifier: GPL-2.0
/* Run a program where the kernel's BTF cannot be seen. */
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2 || mount("none", "/sys/kernel/btf", "tmpfs", 0, "")) {
		perror("without-btf");
		return 127;
	}
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
