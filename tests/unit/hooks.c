// SPDX-License-Identifier: GPL-2.0
/* The operator's command: what it is told, when it fails, hangs, or is too slow. */
#include <errno.h>
#include <fcntl.h>
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

#define S 1000000000ull

static char dir[] = "/tmp/kvmmt-hook-XXXXXX";
static __u64 now = 100 * S;
static struct hook hook;

static void add(const char *vm)
{
	char field[64];
	const char *const fields[] = { "MESSAGE=with 'quotes' and $(touch hacked)", field };

	snprintf(field, sizeof(field), "KVMMT_VM=%s", vm);
	hook_add(&hook, vm, fields, 2);
}

static void settle(void)
{
	hook_settle(&hook, now);
}

static const char *output(void)
{
	static char buf[4096];

	file_text("out", buf, sizeof(buf));
	unlink("out");
	return buf;
}

/* A line each to the file out, and "ok" back */
static void append(int fd)
{
	char buf[512];
	int c, out;
	ssize_t n;

	while ((c = accept(fd, NULL, NULL)) >= 0) {
		n = read(c, buf, sizeof(buf));
		out = open("out", O_CREAT | O_WRONLY | O_APPEND, 0600);
		if (n > 0 && write(out, buf, n) == n)
			dprintf(c, "ok\n");
		close(out);
		close(c);
	}
}

static void killed_receiver(void)
{
	int port = free_port(), i, wanted = hook.done + 3;
	pid_t pid = receiver(port, append);
	const __u64 failed = hook.failed;
	char command[256];
	const char *got;

	snprintf(command, sizeof(command), "bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d && echo \"$KVMMT_VM\" >&3 "
		 "&& read -r ok <&3 && [ \"$ok\" = ok ]' 2>/dev/null", ntohs(port));
	hook.command = command;
	add("a");
	settle();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	add("b");
	add("c");
	for (i = 0; i < 100; i++, now += S)
		settle();
	check(hook.nr == 2 && hook.failed == failed, "they do not", "messages wait for a receiver that was killed");
	pid = receiver(port, append);
	for (i = 0; i < 100; i++, now += S)
		settle();
	got = output();
	check(!strcmp(got, "a\nb\nc\n") && hook.done == (__u64)wanted && !hook.nr, got,
	      "and come once, in order, when it is back");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static size_t waiting(const char *vm)
{
	size_t i, nr = 0;

	for (i = 0; i < hook.nr; i++)
		nr += !strcmp(hook.waiting[i].vm, vm);
	return nr;
}

/* A message that always fails, before others of its VM and of another. */
static void failing(void)
{
	int i;

	hook.command = "echo \"$KVMMT_VM\" >>out; test \"$KVMMT_VM\" != bad";
	add("bad");
	add("good");
	settle();
	settle();
	check(!strcmp(output(), "bad\ngood\n") && hook.nr == 1, "it waits", "what fails holds up no other VM's");
	add("bad");
	settle();
	check(!strcmp(output(), "") && hook.nr == 2, "it does not", "its own VM's keep their order");
	for (i = 0; i < 2 * 300; i++, now += S)
		settle();
	check(!hook.nr, "they wait", "until it is given up");
	output();
}

static void backlog(void)
{
	__u64 dropped = hook.dropped;
	char number[16];
	size_t nr;
	int i;

	hook.command = "sleep 1000";
	add("first");
	hook_step(&hook, now);
	add("rare");
	for (i = 0; i < 100; i++)
		add("often");
	check(hook.nr == HOOK_BACKLOG && hook.dropped == dropped + 102 - HOOK_BACKLOG, "",
	      "more than the backlog holds is dropped, and counted");
	check(waiting("first") == 1 && waiting("rare") == 1, "they are not there",
	      "not the one that runs, and not another VM's");
	for (i = 0; i < 200; i++) {
		snprintf(number, sizeof(number), "vm-%d", i);
		add(number);
	}
	check(hook.nr == HOOK_BACKLOG && waiting("vm-199") && waiting("first") && !waiting("rare"), "they are not",
	      "of as many of each, the latest stay");
	nr = hook.nr;
	kill(-hook.pid, SIGKILL);
	check(hook_free(&hook) == nr - 1, "", "at the end it is known how many nobody was told of");
}

int main(void)
{
	int i;

	check_suite = "hooks";
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	add("nothing");
	check(!hook.nr && !hook.dropped, "", "without a command nothing waits");

	hook.command = "echo \"$KVMMT_VM: $MESSAGE\" >>out; test -z \"$HOME\"";
	setenv("HOME", "/", 1);
	add("a");
	add("b");
	settle();
	settle();
	const char *got = output();
	check(!strcmp(got, "a: with 'quotes' and $(touch hacked)\nb: with 'quotes' and $(touch hacked)\n"),
	      got, "it gets the fields, in order, and nothing of our environment");
	check(hook.done == 2 && !hook.nr && access("hacked", F_OK), "", "and runs nothing but itself");

	hook.command = "echo try >>out; exit 1";
	add("a");
	for (i = 0; i < 300; i++, now += S)
		settle();
	check(!strcmp(output(), "try\ntry\ntry\ntry\ntry\ntry\ntry\ntry\n") && hook.failed == 1 && !hook.nr, "",
	      "what fails is tried 8 times");

	killed_receiver();

	hook.command = "sleep 1000 & echo $! >out; wait";
	add("a");
	hook_step(&hook, now);
	for (i = 0; i < 500 && access("out", F_OK); i++)
		usleep(10000);
	usleep(100000);
	now += HOOK_LIMIT_NS + 1;
	settle();
	int sleeper = atoi(output());
	for (i = 0; i < 500 && sleeper > 0 && !kill(sleeper, 0); i++)
		usleep(10000);
	check(!hook.pid && sleeper > 0 && kill(sleeper, 0) && errno == ESRCH, "it lives",
	      "what hangs is killed, with its children");

	hook_free(&hook);
	hook.pid = 0;

	failing();
	backlog();
	rmdir(dir);
	return check_status();
}
