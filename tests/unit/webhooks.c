// SPDX-License-Identifier: GPL-2.0
/* The webhook that the man page shows: what its receiver gets, and what other users see. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "hook.h"

static char dir[] = "/tmp/kvmmt-webhook-XXXXXX";
static struct hook hook;

/* Until none runs */
static void settle(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		hook_step(&hook, 1);
		if (!hook.pid)
			return;
		usleep(10000);
	}
}

/* A port that is free now, in network order */
static int free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (void *)&at, len) || getsockname(fd, (void *)&at, &len))
		at.sin_port = 0;
	close(fd);
	return at.sin_port;
}

/* The webhook that the man page shows, to @port; it is one line of the page's source. */
static bool documented(const char *page, int port, char *command, size_t size)
{
	static char text[1 << 16];
	FILE *f = fopen(page, "r");
	size_t len = 0, n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	const char *at = n ? strstr(text, "\\-\\-run 'curl ") : NULL;

	for (at = at ? strchr(at, '\'') + 1 : ""; *at && *at != '\'' && len < size - 64; at++) {
		if (!strncmp(at, "https://", 8)) {
			snprintf(command + len, size - len, "http://127.0.0.1:%d/", port);
			break;
		}
		if (*at != '\\')
			command[len++] = *at;
	}
	if (f)
		fclose(f);
	return strstr(command, "http://");
}

/* Takes one request: the body to the file "in", all command lines meanwhile to "cmdlines". */
static pid_t web_receiver(int port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = port,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), c;
	char buf[4096];
	size_t len = 0;
	ssize_t n;
	pid_t pid;
	FILE *in;

	if (bind(fd, (const void *)&at, sizeof(at)) || listen(fd, 8)) {
		close(fd);
		return -1;
	}
	pid = fork();
	if (pid) {
		close(fd);
		return pid;
	}
	c = accept(fd, NULL, NULL);
	while (len < sizeof(buf) - 1 && (n = read(c, buf + len, sizeof(buf) - 1 - len)) > 0) {
		buf[len += n] = '\0';
		if (strstr(buf, "secret-7"))
			break;
	}
	in = fopen("in", "w");
	fputs(buf, in);
	fclose(in);
	/* Some are gone when it comes to them. */
	if (system("cat /proc/[0-9]*/cmdline >cmdlines 2>/dev/null") < 0)
		_exit(1);
	dprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	_exit(0);
}

static bool file_has(const char *file, const char *word)
{
	static char buf[1 << 20];
	FILE *f = fopen(file, "r");
	size_t n = f ? fread(buf, 1, sizeof(buf), f) : 0;

	if (f)
		fclose(f);
	return memmem(buf, n, word, strlen(word));
}

static void webhook(const char *page)
{
	const char *const fields[] = { "KVMMT_JSON={\"MESSAGE\":\"secret-7\"}" };
	int port = free_port();
	char command[512] = "";
	pid_t pid;

	if (!documented(page, ntohs(port), command, sizeof(command))) {
		not_ok("%s has no webhook: %s", page, command);
		return;
	}
	pid = web_receiver(port);
	hook.command = command;
	hook_add(&hook, "a", fields, 1);
	settle();
	check(hook.done == 1 && file_has("in", "{\"MESSAGE\":\"secret-7\"}"), command,
	      "the man page's webhook is sent the JSON");
	check(file_has("cmdlines", "curl") && !file_has("cmdlines", "secret"), "they have",
	      "of which other users' ps shows nothing");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink("in");
	unlink("cmdlines");
}

int main(void)
{
	char *page = realpath("docs/kvmmt-exporter.1", NULL);

	check_suite = "webhooks";
	if (!page || !mkdtemp(dir) || chdir(dir))
		return 1;
	webhook(page);
	hook_free(&hook);
	free(page);
	rmdir(dir);
	return check_status();
}
