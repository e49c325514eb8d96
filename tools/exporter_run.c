// SPDX-License-Identifier: GPL-2.0
/* The exporter's loop: samples, requests, events, signals. See exporter.h. */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "exporter.h"
#include "service.h"

#define REST_NS	 20000000ull	/* between two looks at events that keep coming */
#define TELL_NS	 60000000000ull	/* between two words on messages lost */
#define EARLY_NS 100000000ull	/* between two samples at least, however many refusals come */

static bool stopped(struct exporter *x)
{
	struct signalfd_siginfo info;
	bool stop = false;

	while (read(x->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP) {
			stop = true;
			continue;
		}
		model_rename(&x->model);
		series_rename(&x->set);
		recorder_rename(&x->flight.recorder);
	}
	return stop;
}

static int wait_ms(const struct exporter *x, __u64 until_ns)
{
	int http_ms = x->http ? http_timeout_ms(x->http) : -1, ms;
	__u64 now = live_now_ns();

	if (x->look_ns && x->look_ns < until_ns)
		until_ns = x->look_ns;
	if (x->flight.due_ns && x->flight.due_ns < until_ns)
		until_ns = x->flight.due_ns;
	ms = until_ns > now ? (until_ns - now + 999999) / 1000000 : 0;
	return http_ms >= 0 && http_ms < ms ? http_ms : ms;
}

/* Errors stay the source's, and are the next sample's. */
static void take_events(struct exporter *x, bool came, __u64 now)
{
	if (!came && (!x->look_ns || now < x->look_ns))
		return;
	x->look_ns = came ? now + REST_NS : 0;
	source_pump(&x->source);
}

/*
 * Answer requests until it is time for the next sample, or before that a refusal comes:
 * it may be its VM's last word, and the name has to be read while there is one. True: a
 * signal to stop came.
 */
static bool serve(struct exporter *x, __u64 until_ns, bool *early)
{
	struct pollfd fds[] = { { .fd = x->signals, .events = POLLIN },
				{ .fd = x->http ? http_fd(x->http) : -1, .events = POLLIN },
				{ .events = POLLIN } };
	__u64 now = live_now_ns();

	*early = false;
	while (now < until_ns) {
		fds[2].fd = x->look_ns || *early ? -1 : live_fd(x->source.live);
		poll(fds, 3, wait_ms(x, until_ns));
		now = live_now_ns();
		if (fds[0].revents && stopped(x))
			return true;
		if (x->http)
			http_run(x->http, now);
		exporter_record(x, now, false);
		if (*early)
			continue;
		take_events(x, fds[2].revents, now);
		if ((live_refused(x->source.live) || x->nr_due) && x->sampled_ns + EARLY_NS < until_ns) {
			*early = true;
			until_ns = x->sampled_ns + EARLY_NS;
			x->look_ns = 0;
		}
	}
	return false;
}

static void run_hook(struct exporter *x, __u64 now)
{
	__u64 lost;

	hook_step(&x->hook, now);
	lost = x->hook.failed + x->hook.dropped;
	if (lost == x->messages_lost || (x->lost_told_ns && now - x->lost_told_ns < TELL_NS))
		return;
	fail("exporter", "--run: %llu messages are lost so far: the command fails or is too slow",
	     (unsigned long long)lost);
	x->messages_lost = lost;
	x->lost_told_ns = now;
}

int exporter_run(struct exporter *x)
{
	__u64 step_ns = x->interval_s * 1e9, next = live_now_ns();
	bool early = false;

	for (;;) {
		int err = exporter_sample(x);

		if (err)
			return err;
		exporter_write(x);
		run_hook(x, live_now_ns());
		service_notify("WATCHDOG=1");
		if (!early)
			next += step_ns;
		/* After a long stop (SIGSTOP, a suspended host) go on from now. */
		if (next < live_now_ns())
			next = live_now_ns() + step_ns;
		x->look_ns = live_now_ns() + REST_NS;
		if (serve(x, next, &early))
			return 0;
	}
}
