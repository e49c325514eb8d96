// SPDX-License-Identifier: GPL-2.0
/* See witness.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/vm.h"
#include "witness.h"

#define EVENTS "/tmp/events"

static off_t size_of(const char *file)
{
	struct stat st;

	return stat(file, &st) ? 0 : st.st_size;
}

/* A VM that comes and goes is an event: has it been seen yet? */
static bool sees_events(void)
{
	struct vm vm;

	if (!vm_open(&vm, 0))
		vm_close(&vm);
	usleep(200000);
	return size_of(EVENTS) > 0;
}

int witness_start(struct witness *w)
{
	w->lines = NULL;
	unlink(EVENTS);
	w->pid = fork();
	if (w->pid < 0)
		return -errno;
	if (!w->pid) {
		int fd = open(EVENTS, O_CREAT | O_WRONLY, 0600);

		dup2(fd, STDOUT_FILENO);
		execl("/bin/kvmmt", "kvmmt", "script", "--json", "-m", "64M", NULL);
		_exit(127);
	}
	/* A kernel with lockdep on a machine that does other things takes its time. */
	for (int i = 0; i < 1000; i++) {
		if (sees_events())
			return 0;
		if (waitpid(w->pid, NULL, WNOHANG) == w->pid)
			return -ECHILD;
	}
	kill(w->pid, SIGKILL);
	waitpid(w->pid, NULL, 0);
	return -ETIMEDOUT;
}

int witness_stop(struct witness *w)
{
	off_t size;
	int status, fd;

	kill(w->pid, SIGTERM);
	waitpid(w->pid, &status, 0);
	size = size_of(EVENTS);
	w->lines = calloc(1, size + 1);
	fd = open(EVENTS, O_RDONLY);
	if (!w->lines || read(fd, w->lines, size) != size)
		return -ENOMEM;
	close(fd);
	if (!WIFEXITED(status) || WEXITSTATUS(status) || strstr(w->lines, "\"kind\":\"lost\""))
		return -EIO;
	return 0;
}

bool witness_find(const struct witness *w, const char *const *wanted, char *line, size_t len)
{
	const char *at, *end;
	bool found = false;

	for (at = w->lines; *at; at = *end ? end + 1 : end) {
		char one[2048];
		int i;

		end = strchrnul(at, '\n');
		if ((size_t)(end - at) >= sizeof(one))
			continue;
		memcpy(one, at, end - at);
		one[end - at] = '\0';
		for (i = 0; wanted[i] && strstr(one, wanted[i]); i++)
			;
		if (wanted[i])
			continue;
		snprintf(line, len, "%s", one);
		found = true;
	}
	return found;
}

bool witness_value(const char *line, const char *key, char *value, size_t len)
{
	char quoted[64];
	const char *at;
	size_t n;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(line, quoted);
	if (!at)
		return false;
	at += strlen(quoted);
	if (*at == '"')
		n = strcspn(++at, "\"");
	else
		n = strcspn(at, ",}");
	snprintf(value, len, "%.*s", (int)n, at);
	return true;
}
