// SPDX-License-Identifier: GPL-2.0
/* A command that is watched while it runs: see kvmmt.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kvmmt.h"

int child_prepare(char **argv, int *release_fd)
{
	int fds[2];
	char go;
	pid_t pid;

	/* Whoever started us may have had it ignored: then nobody could be waited for. */
	signal(SIGCHLD, SIG_DFL);
	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(fds[0]);
		*release_fd = fds[1];
		return pid;
	}
	close(fds[1]);
	/* Nothing to run if the parent failed: then the pipe just closes. */
	if (read(fds[0], &go, 1) != 1)
		_exit(1);
	close(fds[0]);
	execvp(argv[0], argv);
	fprintf(stderr, "kvmmt: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool child_ended(pid_t pid, int *status)
{
	int wstatus = 0;
	pid_t got = waitpid(pid, &wstatus, WNOHANG);

	if (!got || (got < 0 && errno == EINTR))
		return false;
	*status = WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
	return true;
}

int child_end(pid_t pid)
{
	int status = 0;

	kill(pid, SIGTERM);
	while (!child_ended(pid, &status))
		poll(NULL, 0, 10);
	return status;
}

void child_release(int release_fd)
{
	if (write(release_fd, "", 1) != 1)
		perror("kvmmt");
	close(release_fd);
}
