// SPDX-License-Identifier: GPL-2.0
/* The operator's command: what it is told, when it fails, hangs, or is too slow. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "hook.h"

#define S 1000000000ull

static char dir[] = "/tmp/kvmmt-hook-XXXXXX";
static __u64 now = 100 * S;
static struct hook hook;

static void add(const char *vm)
{
	char field[64];
	const char *const fields[] = { "MESSAGE=with 'quotes' and $(touch hacked)", field };

	snprintf(field, sizeof(field), "KVMMT_VM=%s", vm);
	hook_add(&hook, fields, 2);
}

/* Until none runs, without time going on */
static void settle(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		hook_step(&hook, now);
		if (!hook.pid)
			return;
		usleep(10000);
	}
}

static const char *output(void)
{
	static char buf[4096];
	FILE *f = fopen("out", "r");
	size_t n = f ? fread(buf, 1, sizeof(buf) - 1, f) : 0;

	buf[n] = '\0';
	if (f)
		fclose(f);
	unlink("out");
	return buf;
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
	for (i = 0; i < 120; i++, now += S)
		settle();
	check(!strcmp(output(), "try\ntry\ntry\ntry\ntry\n") && hook.failed == 1 && !hook.nr, "",
	      "what fails is tried 5 times");

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

	for (i = 0; i < 100; i++)
		add("x");
	check(hook.nr == HOOK_BACKLOG && hook.dropped == 100 - HOOK_BACKLOG + 1, "",
	      "more than the backlog holds is dropped, and counted");
	hook_free(&hook);
	rmdir(dir);
	return check_status();
}
