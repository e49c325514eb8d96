// SPDX-License-Identifier: GPL-2.0
/* See hook.h. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void free_environment(char **env)
{
	size_t i;

	for (i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}

static char **environment(const char *const *fields, size_t nr)
{
	char **env = calloc(nr + 2, sizeof(*env));
	size_t i;

	for (i = 0; env && i <= nr; i++) {
		env[i] = strdup(i < nr ? fields[i] : PATH);
		if (!env[i]) {
			free_environment(env);
			return NULL;
		}
	}
	return env;
}

void hook_add(struct hook *h, const char *const *fields, size_t nr)
{
	char **env;

	if (!h->command)
		return;
	env = h->nr < HOOK_BACKLOG ? environment(fields, nr) : NULL;
	if (env)
		h->waiting[h->nr++] = env;
	else
		h->dropped++;
}

static void remove_first(struct hook *h)
{
	free_environment(h->waiting[0]);
	memmove(h->waiting, h->waiting + 1, --h->nr * sizeof(h->waiting[0]));
	h->tries = 0;
	h->since_ns = 0;
}

static void run(const struct hook *h)
{
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, 0);
	dup2(2, 1);	/* stdout may be what a script reads of us */
	execle("/bin/sh", "sh", "-c", h->command, NULL, h->waiting[0]);
	_exit(127);
}

static void finish(struct hook *h, bool good, __u64 now_ns)
{
	h->pid = 0;
	if (!good && h->tries < HOOK_TRIES) {
		h->since_ns = now_ns + (1000000000ull << h->tries);
		return;
	}
	if (good)
		h->done++;
	else
		h->failed++;
	remove_first(h);
}

void hook_step(struct hook *h, __u64 now_ns)
{
	int status;

	if (h->pid) {
		if (now_ns - h->since_ns > HOOK_LIMIT_NS)
			kill(-h->pid, SIGKILL);
		if (waitpid(h->pid, &status, WNOHANG) == h->pid)
			finish(h, WIFEXITED(status) && !WEXITSTATUS(status), now_ns);
	}
	if (h->pid || !h->nr || now_ns < h->since_ns)
		return;
	h->tries++;
	h->since_ns = now_ns;
	h->pid = fork();
	if (!h->pid)
		run(h);
	if (h->pid < 0)
		finish(h, false, now_ns);
	else
		setpgid(h->pid, h->pid);	/* before it may have to be killed */
}

void hook_free(struct hook *h)
{
	while (h->nr)
		remove_first(h);
}
