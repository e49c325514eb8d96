/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of the operator's command: who receives what it sends, and its end. */
#ifndef RECEIVER_H
#define RECEIVER_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hook.h"

/* Until none runs, without time going on */
static inline void hook_settle(struct hook *hook, __u64 now_ns)
{
	int i;

	for (i = 0; i < 1000; i++) {
		hook_step(hook, now_ns);
		if (!hook->pid)
			return;
		usleep(10000);
	}
}

/* A port that is free now, in network order */
static inline int free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (void *)&at, len) || getsockname(fd, (void *)&at, &len))
		at.sin_port = 0;
	close(fd);
	return at.sin_port;
}

/* A process that listens at @port and does @serve; -1: it cannot. */
static inline pid_t receiver(int port, void (*serve)(int fd))
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = port,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	pid_t pid = -1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, (const void *)&at, sizeof(at)) && !listen(fd, 8))
		pid = fork();
	if (!pid) {
		serve(fd);
		_exit(0);
	}
	close(fd);
	return pid;
}

#endif
