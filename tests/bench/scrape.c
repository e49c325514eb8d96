// SPDX-License-Identifier: GPL-2.0
/*
 * What scrapes of the exporter take: its HTTP server and its text of 128 VMs that have
 * series, while 10,000 come and go, a hundred at each sample. Prints a line,
 *   P99-MS STORM-P99-MS PEAK-MIB BYTES
 * of one scrape after each sample, and of 1,000 at once beside 100 clients that sent half
 * a request or read nothing; the server's memory at its highest; an answer's size.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "listen.h"
#include "peak.h"

#define VMS	  128
#define COME	  100		/* at each sample */
#define SAMPLES	  100
#define MANY	  1000
#define SLOW	  100
#define SAMPLE_NS 50000000ull	/* 20 times as often as by default */

static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
static struct sockaddr_in address = { .sin_family = AF_INET };
static char buf[1 << 16];

static void give(struct exporter *x, int vm, bool gone)
{
	const struct kvmmt_vm_key key = { .vm = 0xffff000000000000ull + vm * 8192, .pid = 4194304 + vm };
	struct kvmmt_counters c;
	size_t i;

	for (i = 0; i < sizeof(c) / sizeof(__u64); i++)
		((__u64 *)&c)[i] = random();
	c.refused_ns = 0;
	c.inval[KVMMT_INVAL_TEARDOWN] = gone;
	c.inval_bytes[KVMMT_INVAL_TEARDOWN] = gone ? 1ull << 40 : 0;
	model_vm(&x->model, &key, &c, "vmm");
}

static void sample(struct exporter *x, int n)
{
	int i;

	model_sample(&x->model, (__u64)(n + 1) * 1000000000);
	for (i = 0; i < VMS; i++)
		give(x, i, false);
	for (i = 0; n && n <= SAMPLES && i < COME; i++)
		give(x, VMS + (n - 1) * COME + i, true);
	for (i = 0; n < SAMPLES && i < COME; i++)
		give(x, VMS + n * COME + i, false);
	series_update(&x->set, &x->model);
	for (i = 0; i < 2; i++) {
		http_body_put(x->body[i]);
		x->body[i] = NULL;
	}
}

/* Until it is killed */
static void serve(int fd)
{
	static struct exporter x = { .set.limit = VMS, .host.release = "6.12.117-kvmmt" };
	__u64 next = live_now_ns(), now;
	struct pollfd p;
	int kind, n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		x.host.tracepoint[kind] = KVMMT_TRACED & 1u << kind;
	x.metrics = (struct metrics){ .host = &x.host, .model = &x.model, .set = &x.set, .hook = &x.hook,
				      .refusals = &x.refusals, .flight = &x.flight };
	if (http_open(&x.http, fd, exporter_get, &x))
		_exit(1);
	p = (struct pollfd){ .fd = http_fd(x.http), .events = POLLIN };
	for (;;) {
		now = live_now_ns();
		if (now >= next) {
			sample(&x, n++);
			next += SAMPLE_NS;
		}
		poll(&p, 1, 5);
		http_run(x.http, live_now_ns());
	}
}

static int ask(const char *what, size_t len)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const void *)&address, sizeof(address)) ||
	    send(fd, what, len, MSG_NOSIGNAL) != (ssize_t)len) {
		perror("scrape");
		exit(1);
	}
	return fd;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double p99(double *ms, int nr)
{
	qsort(ms, nr, sizeof(*ms), by_size);
	return ms[nr * 99 / 100];
}

/* A scrape after each sample; *bytes: the size of the last answer. */
static double one_by_one(size_t *bytes)
{
	static double ms[SAMPLES * 2];
	ssize_t n;
	int i;

	for (i = 0; i < SAMPLES * 2; i++) {
		__u64 start = live_now_ns();
		int fd = ask(request, strlen(request));

		*bytes = 0;
		while ((n = read(fd, buf, sizeof(buf))) > 0)
			*bytes += n;
		close(fd);
		ms[i] = (double)(live_now_ns() - start) / 1e6;
		usleep(SAMPLE_NS / 1000);
	}
	return p99(ms, SAMPLES * 2);
}

static double at_once(size_t bytes)
{
	static double ms[MANY];
	static size_t got[MANY];
	struct epoll_event e, events[64];
	int epoll = epoll_create1(EPOLL_CLOEXEC), fds[MANY], i, nr, left = MANY;
	__u64 start = live_now_ns();

	for (i = 0; i < MANY; i++) {
		fds[i] = ask(request, strlen(request));
		e = (struct epoll_event){ .events = EPOLLIN, .data.u32 = i };
		epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &e);
	}
	while (left) {
		nr = epoll_wait(epoll, events, 64, 30000);
		if (nr <= 0)
			break;
		for (i = 0; i < nr; i++) {
			int who = events[i].data.u32;
			ssize_t n = read(fds[who], buf, sizeof(buf));

			if (n > 0) {
				got[who] += n;
				continue;
			}
			ms[who] = (double)(live_now_ns() - start) / 1e6;
			close(fds[who]);
			left -= n == 0 && got[who] > bytes / 2;
		}
	}
	if (left) {
		fprintf(stderr, "scrape: %d of %d got no answer\n", left, MANY);
		exit(1);
	}
	return p99(ms, MANY);
}

int main(void)
{
	const struct rlimit files = { 4096, 4096 };
	socklen_t len = sizeof(address);
	int fd = listen_on("127.0.0.1:0"), i;
	double alone, storm;
	size_t bytes;
	pid_t pid;

	if (fd < 0 || getsockname(fd, (void *)&address, &len) || setrlimit(RLIMIT_NOFILE, &files))
		return 1;
	pid = fork();
	if (!pid)
		serve(fd);
	close(fd);
	alone = one_by_one(&bytes);
	for (i = 0; i < SLOW; i++)
		ask(request, i % 2 ? strlen(request) : 10);
	storm = at_once(bytes);
	printf("%.2f %.0f %.1f %zu\n", alone, storm, peak_mib(pid), bytes);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
