// SPDX-License-Identifier: GPL-2.0
/* See hook.h. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook.h"

#define PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void free_message(struct hook_message *m)
{
	size_t i;

	for (i = 0; m->env && m->env[i]; i++)
		free(m->env[i]);
	free(m->env);
	free(m->vm);
}

static bool copy_message(struct hook_message *m, const char *vm, const char *const *fields,
			 size_t nr)
{
	size_t i;

	*m = (struct hook_message){ .env = calloc(nr + 2, sizeof(*m->env)), .vm = strdup(vm) };
	for (i = 0; m->env && i <= nr; i++) {
		m->env[i] = strdup(i < nr ? fields[i] : PATH);
		if (!m->env[i])
			break;
	}
	if (!m->env || i <= nr || !m->vm) {
		free_message(m);
		return false;
	}
	m->input = strchr(m->env[nr - 1], '=') + 1;
	return true;
}

static bool is_running(const struct hook *h, size_t i)
{
	return h->pid && i == h->running;
}

static void remove_at(struct hook *h, size_t i)
{
	free_message(&h->waiting[i]);
	memmove(&h->waiting[i], &h->waiting[i + 1], (--h->nr - i) * sizeof(h->waiting[0]));
	if (h->running > i)
		h->running--;
}

/* Of the VM that most of those that wait are about, the oldest. */
static size_t least_missed(const struct hook *h)
{
	size_t i, j, nr, most = 0, found = 0;

	for (i = 0; i < h->nr; i++) {
		for (j = nr = 0; j < h->nr; j++)
			nr += !strcmp(h->waiting[i].vm, h->waiting[j].vm);
		if (!is_running(h, i) && nr > most) {
			most = nr;
			found = i;
		}
	}
	return found;
}

void hook_add(struct hook *h, const char *vm, const char *const *fields, size_t nr)
{
	struct hook_message m;

	if (!h->command)
		return;
	if (!copy_message(&m, vm, fields, nr)) {
		h->dropped++;
		return;
	}
	if (h->nr == HOOK_BACKLOG) {
		remove_at(h, least_missed(h));
		h->dropped++;
	}
	h->waiting[h->nr++] = m;
}

/* Only its user can look into it, as into the environment. */
static int input_fd(const char *text)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	if (dprintf(fd, "%s\n", text) < 0 || lseek(fd, 0, SEEK_SET))
		_exit(127);
	return fd;
}

static void run(const char *command, const struct hook_message *m)
{
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(input_fd(m->input), 0);
	dup2(2, 1);	/* stdout may be what a script reads of us */
	execle("/bin/sh", "sh", "-c", command, NULL, m->env);
	_exit(127);
}

static void finish(struct hook *h, bool good, __u64 now_ns)
{
	struct hook_message *m = &h->waiting[h->running];

	h->pid = 0;
	if (!good && m->tries < HOOK_TRIES) {
		m->due_ns = now_ns + (1000000000ull << m->tries);
		return;
	}
	if (good)
		h->done++;
	else
		h->failed++;
	remove_at(h, h->running);
}

static bool first_of_its_vm(const struct hook *h, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (!strcmp(h->waiting[j].vm, h->waiting[i].vm))
			return false;
	return true;
}

/* What was not tried yet goes before what failed. False: nothing is due. */
static bool choose(struct hook *h, __u64 now_ns)
{
	size_t i, found = h->nr;

	for (i = 0; i < h->nr; i++)
		if (h->waiting[i].due_ns <= now_ns && first_of_its_vm(h, i) &&
		    (found == h->nr || h->waiting[i].due_ns < h->waiting[found].due_ns))
			found = i;
	h->running = found;
	return found < h->nr;
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
	if (h->pid || !choose(h, now_ns))
		return;
	h->waiting[h->running].tries++;
	h->since_ns = now_ns;
	h->pid = fork();
	if (!h->pid)
		run(h->command, &h->waiting[h->running]);
	if (h->pid < 0)
		finish(h, false, now_ns);
	else
		setpgid(h->pid, h->pid);	/* before it may have to be killed */
}

size_t hook_free(struct hook *h)
{
	size_t lost = h->nr - (h->pid != 0);

	while (h->nr)
		remove_at(h, h->nr - 1);
	return lost;
}
