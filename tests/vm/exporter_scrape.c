// SPDX-License-Identifier: GPL-2.0
/* What the exporter's tests do again and again: start, ask, look, stop. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"

char page[1 << 20];	/* the last answer */

void interface_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		not_ok("setup: %s: %s", name, strerror(errno));
	close(fd);
}

/* The answer to GET @path, in page. Its status, or -errno. */
int get(const char *path, const char *headers)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = -EPROTO;
	size_t len = 0;
	ssize_t n;

	page[0] = '\0';
	if (connect(fd, (const void *)&to, sizeof(to))) {
		close(fd);
		return -errno;
	}
	dprintf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, headers);
	while ((n = read(fd, page + len, sizeof(page) - 1 - len)) > 0)
		len += n;
	page[len] = '\0';
	close(fd);
	sscanf(page, "HTTP/1.1 %d", &status);
	return status;
}

/* Is there a line with all these parts? */
bool has(const char *first, ...)
{
	char line[1024];
	const char *at, *end;

	for (at = page; *at; at = *end ? end + 1 : end) {
		const char *part = first;
		va_list parts;

		end = strchrnul(at, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		va_start(parts, first);
		while (part && strstr(line, part))
			part = va_arg(parts, const char *);
		va_end(parts);
		if (!part)
			return true;
	}
	return false;
}

bool vm_there(const char *name)
{
	char label[64];

	snprintf(label, sizeof(label), "vm=\"%s\"", name);
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_info{", label, NULL);
}

bool vm_mapped(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "kvmmt_vm_stage2_mappings_total{vm=\"%s\",type=\"Normal\"} ", name);
	return get("/metrics", OPENMETRICS) == 200 && has(line, NULL) &&
	       strstr(page, line)[strlen(line)] != '0';
}

pid_t spawn(char *const argv[], const char *output)
{
	pid_t pid = fork();

	if (!pid) {
		int fd = open(output, O_CREAT | O_WRONLY | O_APPEND, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* Within a minute, for kernels that check themselves: what is asked for is there. */
bool soon(bool (*there)(void))
{
	int i;

	for (i = 0; i < 600; i++) {
		if (there())
			return true;
		usleep(100000);
	}
	return false;
}

void show(const char *file)
{
	char line[512];
	FILE *f = fopen(file, "re");

	while (f && fgets(line, sizeof(line), f))
		printf("%s: %s", file, line);
	if (f)
		fclose(f);
}

bool healthy(void)
{
	return get("/healthz", "") == 200;
}

void stop_exporter(pid_t pid, const char *who)
{
	int status = -1;

	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	check(WIFEXITED(status) && !WEXITSTATUS(status), "it does not", "%s: SIGTERM ends it well", who);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		not_ok("setup: %s: %s", path, strerror(errno));
	close(fd);
}

/* Is @word in @file? */
bool file_has(const char *file, const char *word)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, page, sizeof(page) - 1);

	close(fd);
	page[n > 0 ? n : 0] = '\0';
	return strstr(page, word);
}

bool status_has(pid_t pid, const char *line)
{
	char path[64], buf[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return strstr(buf, line);
}
