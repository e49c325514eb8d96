// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter under what its unit restricts, without systemd: its user and capabilities, a
 * file system that is read-only but for its own directories, no memory that is written and
 * executed; and every system call of it is held against SystemCallFilter= and
 * RestrictAddressFamilies=, by a tracer, since the lab's kernels have no seccomp.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"

#define STATE  "/tmp/state"
#define OUTPUT "/tmp/hardened"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE		 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

/* From the unit: see syscalls.sh. */
static const unsigned long long allowed[] = {
#include "syscalls.h"
};

static bool is_allowed(const struct __ptrace_syscall_info *info)
{
	size_t i;

	if (info->entry.nr == SYS_socket && info->entry.args[0] != AF_INET &&
	    info->entry.args[0] != AF_INET6 && info->entry.args[0] != AF_UNIX)
		return false;
	for (i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i] == info->entry.nr)
			return true;
	return false;
}

/* ProtectSystem=strict, PrivateTmp=: what is left to write to is its own. */
static int protect(void)
{
	return unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	       mount(STATE, STATE, NULL, MS_BIND, NULL) || mount("/", "/", NULL, MS_BIND | MS_REC, NULL) ||
	       mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
}

static void confine(char *const argv[])
{
	int fd = open(OUTPUT, O_CREAT | O_WRONLY | O_APPEND, 0600);

	dup2(fd, 1);
	dup2(fd, 2);
	if (protect()) {
		perror("protect");
		_exit(126);
	}
	umask(0077);
	become(1ull << CAP_BPF | 1ull << CAP_PERFMON);
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    ptrace(PTRACE_TRACEME, 0, 0, 0)) {
		perror("confine");
		_exit(126);
	}
	execv(argv[0], argv);
	_exit(127);
}

static pid_t child;

static void pass_on(int sig)
{
	kill(child, sig);
}

static void say_forbidden(unsigned long long nr)
{
	int fd = open(OUTPUT, O_CREAT | O_WRONLY | O_APPEND, 0600);

	dprintf(fd, "the unit forbids system call %llu\n", nr);
	close(fd);
}

/* Its exit status; 125 if it made a call that the unit forbids. */
static int trace(void)
{
	bool forbidden = false;
	int status;

	while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
		int sig = WSTOPSIG(status);
		struct __ptrace_syscall_info info = { 0 };

		if (sig == SIGTRAP) {	/* it has begun to execute */
			ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
			sig = 0;
		} else if (sig == (SIGTRAP | 0x80)) {
			ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
			if (info.op == PTRACE_SYSCALL_INFO_ENTRY && !is_allowed(&info)) {
				say_forbidden(info.entry.nr);
				forbidden = true;
			}
			sig = 0;
		}
		ptrace(PTRACE_SYSCALL, child, 0, sig);
	}
	return forbidden ? 125 : WIFEXITED(status) ? WEXITSTATUS(status) : 124;
}

static pid_t start_hardened(char *const argv[])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	signal(SIGTERM, pass_on);
	child = fork();
	if (!child)
		confine(argv);
	_exit(trace());
}

static bool recorded(void)
{
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_recordings_total{result=\"written\"} 1", NULL);
}

void hardened(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "--record", STATE, NULL };
	char *const forbidden[] = { "/bin/as-nobody", "/bin/kvmmt", "--version", NULL };
	pid_t pid;
	int status;

	if (mkdir(STATE, 0700) || chown(STATE, 65534, 65534)) {
		not_ok("setup: " STATE ": %s", strerror(errno));
		return;
	}
	waitpid(start_hardened(forbidden), &status, 0);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 125, "it is not", "hardened: a forbidden call is seen");
	pid = start_hardened(argv);
	check(soon(healthy), "it is not", "hardened: as its unit confines it, the exporter is healthy");
	waitpid(start_vmm("gpu-a"), NULL, 0);
	check(soon(recorded), page, "hardened: and writes a recording");
	check(has("kvmmt_refusal_age_seconds{", "vm=\"gpu-a\"", "backing=\"device /dev/pfnmap, module pfnmap\"", NULL), page,
	      "hardened: a refusal is told with its VM and memory");
	stop_exporter(pid, "hardened: all its system calls are allowed, and");
	if (check_status())
		show(OUTPUT);
}
