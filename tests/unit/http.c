// SPDX-License-Identifier: GPL-2.0
/* The HTTP server against clients that are many, slow, half there, or out of their mind. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "http.h"
#include "listen.h"

#define BIG  (32 << 20) /* more than sockets hold */
#define MANY 1000
#define REQUEST_S 2

static struct http *http;
static struct http_body *small, *big;
static struct sockaddr_in address;
static __u64 now_ns = 1;	/* the server's clock */

static struct http_body *get(void *ctx, const char *path, const char *accept, unsigned int *status)
{
	(void)ctx;
	*status = 200;
	if (!strcmp(path, "/"))
		return strstr(accept, "big") ? big : small;
	if (!strcmp(path, "/sick"))
		*status = 503;
	else
		*status = 404;
	return *status == 503 ? small : NULL;
}

static void serve(int times)
{
	struct pollfd p = { .fd = http_fd(http), .events = POLLIN };

	while (times--) {
		poll(&p, 1, 1);
		http_run(http, now_ns);
	}
}

static int client(const char *request, size_t len)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (const void *)&address, sizeof(address)) ||
	    send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len) {
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* All that @fd gives until it ends; its length, -1 if it does not end. */
static ssize_t answer(int fd, char *buf, size_t size)
{
	size_t len = 0;
	int i;

	for (i = 0; i < 4000; i++) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n > 0) {
			len += n;
			continue;
		}
		if (n == 0 || errno != EAGAIN) {
			buf[len] = '\0';
			return len;
		}
		serve(1);
	}
	return -1;
}

static char buf[BIG + 4096];

static void says(const char *request, size_t len, const char *want, const char *what)
{
	int fd = client(request, len);
	ssize_t n = answer(fd, buf, sizeof(buf));

	close(fd);
	check(n >= 0 && !strncmp(buf, want, strlen(want)), n < 0 ? "no end" : buf, "%s", what);
}

static void requests(void)
{
	static char longer[64 << 10];
	const struct {
		const char *request, *want, *what;
	} rows[] = {
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "a GET" },
		{ "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ", "a GET of 1.0" },
		{ "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ", "a HEAD" },
		{ "GET /sick HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 503 ", "a GET of what is sick" },
		{ "GET /../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ", "another path" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 ", "a POST" },
		{ "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ", "a DELETE" },
		{ "\r\n\r\nGET\r\n\r\n", "", "no request" },
		{ "GET / HTTP/9.9\r\n\r\n", "", "another protocol" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		says(rows[i].request, strlen(rows[i].request), rows[i].want, rows[i].what);
	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "GET / HTTP/1.1\r\nX: ", 19);
	says(longer, sizeof(longer), "HTTP/1.1 4", "a header of 64 KiB");
	memcpy(longer, "GET /aaaaaaaaaaaaaaaaaaa", 19);
	says(longer, sizeof(longer), "HTTP/1.1 4", "a path of 64 KiB");
}

static void at_once(void)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	static int fds[MANY];
	int i, good = 0;

	for (i = 0; i < MANY; i++) {
		fds[i] = client(request, sizeof(request) - 1);
		if (i % 100 == 99)
			serve(1);
	}
	for (i = 0; i < MANY; i++) {
		good += answer(fds[i], buf, sizeof(buf)) > 0 && strstr(buf, "\r\n\r\nsmall\n");
		close(fds[i]);
	}
	check(good == MANY, "", "%d clients at once get theirs (%d)", MANY, good);
}

/* Clients that begin and do not go on take all there is to have, for a while. */
static void half_open(void)
{
	static const char part[] = "GET / HTTP/1.1\r\nHo", whole[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	static int fds[300];
	int i, fd;

	for (i = 0; i < 300; i++)
		fds[i] = client(part, sizeof(part) - 1);
	serve(100);
	fd = client(whole, sizeof(whole) - 1);
	check(answer(fd, buf, sizeof(buf)) > 0 && strstr(buf, "small"), buf,
	      "300 that only begin do not keep another out");
	close(fd);
	now_ns += REQUEST_S * 1000000000ull - 1;
	serve(20);
	check(read(fds[299], buf, 1) < 0 && errno == EAGAIN, "it ended", "the latest wait for two seconds");
	now_ns++;
	serve(20);
	for (i = fd = 0; i < 300; i++)
		fd += read(fds[i], buf, 1) == 0;
	check(fd == 300, "they do not", "and all end then (%d)", fd);
	for (i = 0; i < 300; i++)
		close(fds[i]);
	serve(100);
}

/* Connections that only begin, each made anew as soon as it ends, until it is killed. */
static void attack(int nr)
{
	static const char part[] = "GET / HTTP/1.1\r\nHo";
	static struct pollfd fds[MANY];
	int i;

	for (i = 0; i < nr; i++)
		fds[i] = (struct pollfd){ .fd = client(part, sizeof(part) - 1), .events = POLLIN };
	for (;;) {
		poll(fds, nr, -1);
		for (i = 0; i < nr; i++) {
			if (fds[i].fd >= 0 && !fds[i].revents)
				continue;
			close(fds[i].fd);
			fds[i].fd = client(part, sizeof(part) - 1);
		}
	}
}

static void attacked(void)
{
	static const char whole[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	pid_t pid = fork();
	int i, fd, good = 0;

	if (!pid)
		attack(900);
	serve(300);
	for (i = 0; i < 20; i++) {
		fd = client(whole, sizeof(whole) - 1);
		good += answer(fd, buf, sizeof(buf)) > 0 && strstr(buf, "small");
		close(fd);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(good == 20, "", "900 that begin, again and again, keep nobody out (%d of 20)", good);
	serve(300);
}

static void slow_reader(void)
{
	static const char want_big[] = "GET / HTTP/1.1\r\nHost: a\r\nAccept: big\r\n\r\n";
	int slow = client(want_big, sizeof(want_big) - 1), fast;
	ssize_t n;

	serve(20);
	fast = client(want_big, sizeof(want_big) - 1);
	n = answer(fast, buf, sizeof(buf));
	check(n > BIG, "", "one that does not read does not hold up another");
	close(fast);
	now_ns += 21 * 1000000000ull;
	serve(5);
	n = answer(slow, buf, sizeof(buf));
	check(n >= 0 && n < BIG, "", "and is cut off after 20 s");
	close(slow);
}

static void garbage(void)
{
	static const char words[] = "GET / HTTP/1.1\r\n\r\nHost: Content-Length: -1 Transfer-Encoding: "
				    "chunked\r\n\0\xff\t%00";
	unsigned int seed = 1;
	int i, ended = 0;

	for (i = 0; i < 2000; i++) {
		char request[512];
		size_t len = 0;
		int fd;

		while (len < sizeof(request) - 64 && rand_r(&seed) % 12) {
			size_t from = rand_r(&seed) % sizeof(words), n = rand_r(&seed) % 24;

			if (n > sizeof(words) - from)
				n = sizeof(words) - from;
			memcpy(request + len, words + from, n);
			len += n;
		}
		fd = client(request, len);
		serve(2);
		now_ns += 21 * 1000000000ull;	/* for what looks as if there were more to come */
		ended += answer(fd, buf, sizeof(buf)) >= 0;
		close(fd);
	}
	check(ended == i, "", "%d mangled requests are answered or closed (%d)", i, ended);
	requests();
}

int main(void)
{
	struct rlimit files = { 4096, 4096 };
	socklen_t len = sizeof(address);
	char *data = malloc(BIG);
	int fd;

	check_suite = "http";
	setrlimit(RLIMIT_NOFILE, &files);
	memset(data, 'x', BIG);
	big = http_body_new(data, BIG, "text/plain");
	small = http_body_new(strdup("small\n"), 6, "text/plain");
	fd = listen_on("127.0.0.1:0");
	getsockname(fd, (void *)&address, &len);
	if (http_open(&http, fd, get, NULL))
		return 1;
	requests();
	at_once();
	half_open();
	attacked();
	slow_reader();
	garbage();
	http_close(http);
	http_body_put(big);
	http_body_put(small);
	return check_status();
}
