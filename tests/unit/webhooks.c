// SPDX-License-Identifier: GPL-2.0
/* The webhook that the man page shows: what its receiver gets, and what other users see. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "files.h"
#include "receiver.h"

static char dir[] = "/tmp/kvmmt-webhook-XXXXXX";
static struct hook hook;

/* The webhook that the man page shows, to @port; it is one line of the page's source. */
static bool documented(const char *page, int port, char *command, size_t size)
{
	static char text[1 << 16];
	size_t len = 0;
	const char *at;

	file_text(page, text, sizeof(text));
	at = strstr(text, "\\-\\-run 'curl ");
	for (at = at ? strchr(at, '\'') + 1 : ""; *at && *at != '\'' && len < size - 64; at++) {
		if (!strncmp(at, "https://", 8)) {
			snprintf(command + len, size - len, "http://127.0.0.1:%d/", port);
			break;
		}
		if (*at != '\\')
			command[len++] = *at;
	}
	return strstr(command, "http://");
}

/* One request: the body to the file "in", all command lines meanwhile to "cmdlines". */
static void take_one(int fd)
{
	int c = accept(fd, NULL, NULL);
	char buf[4096];
	size_t len = 0;
	ssize_t n;
	FILE *in;

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
}

static bool file_has(const char *file, const char *word)
{
	static char buf[1 << 20];

	return memmem(buf, file_text(file, buf, sizeof(buf)), word, strlen(word));
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
	pid = receiver(port, take_one);
	hook.command = command;
	hook_add(&hook, "a", fields, 1);
	hook_settle(&hook, 1);
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
