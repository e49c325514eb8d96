// SPDX-License-Identifier: GPL-2.0
/* Run a program as a user without privileges. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2 || setgid(65534) || setuid(65534)) {
		perror("as-nobody");
		return 127;
	}
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
