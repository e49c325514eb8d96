// SPDX-License-Identifier: GPL-2.0
/* See kvmmt.h. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kvmmt.h"

static pid_t start(const char *words, int out)
{
	char copy[512], *argv[32] = { "kvmmt" }, *rest = copy;
	pid_t pid = fork();
	int argc = 1;

	if (pid)
		return pid;
	snprintf(copy, sizeof(copy), "%s", words);
	while ((argv[argc] = strtok_r(NULL, " ", &rest)))
		argc++;
	dup2(out, STDOUT_FILENO);
	dup2(open(ERR_NAME, O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
	execv("/bin/kvmmt", argv);
	_exit(127);
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int kvmmt(char *out, const char *words)
{
	size_t len = 0;
	int fds[2];
	ssize_t n;
	pid_t pid;

	if (pipe(fds))
		return -1;
	pid = start(words, fds[1]);
	close(fds[1]);
	while (len < OUT_BYTES - 1 && (n = read(fds[0], out + len, OUT_BYTES - 1 - len)) > 0)
		len += n;
	out[len] = '\0';
	close(fds[0]);
	return status_of(pid);
}

pid_t kvmmt_start(const char *words)
{
	return start(words, STDOUT_FILENO);
}

int kvmmt_stop(pid_t pid)
{
	kill(pid, SIGINT);
	return status_of(pid);
}
