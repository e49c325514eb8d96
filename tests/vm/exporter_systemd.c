// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter's units under Debian's systemd and journald: see systemd.sh. The lab's kernel
 * has no seccomp and no device cgroup; exporter_hardened.c has its system calls.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"

#define SAID	"/tmp/said"
#define STATE	"/var/lib/private/kvmmt"
#define DEFAULT "/etc/default/kvmmt-exporter"
#define TEXT	"/run/kvmmt/kvmmt.prom"
#define CGROUP	"/sys/fs/cgroup/system.slice/kvmmt-exporter.service/"
#define SERVICE "kvmmt-exporter.service"
#define SOCKET	"kvmmt-exporter.socket"

/* Run a program with its words to the end; its exit status, what it said in page. */
static int command(char *const argv[])
{
	int status;

	unlink(SAID);
	waitpid(spawn(argv, SAID), &status, 0);
	file_has(SAID, "");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int systemctl(const char *verb, const char *unit)
{
	return command((char *[]){ "/bin/systemctl", (char *)verb, (char *)unit, NULL });
}

/* A property of the service, in page */
static const char *property(const char *name)
{
	command((char *[]){ "/bin/systemctl", "show", "--value", "-p", (char *)name, SERVICE, NULL });
	page[strcspn(page, "\n")] = '\0';
	return page;
}

static void confined(pid_t pid)
{
	char path[64];

	check(status_has(pid, "CapEff:\t0000000000000000\n") && status_has(pid, "CapPrm:\t0000000000000000\n") &&
		      status_has(pid, "CapAmb:\t0000000000000000\n") && status_has(pid, "NoNewPrivs:\t1\n"),
	      "it has", "systemd: no capability is left");
	check(!status_has(pid, "Uid:\t0\t") && !status_has(pid, "Uid:\t65534\t"), "it is",
	      "systemd: it is not root, nor nobody");
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	check(file_has(path, " / / ro,") && file_has(path, " /tmp rw,") &&
		      file_has(path, " /var/lib/private/kvmmt rw,"),
	      page, "systemd: it can write to its own directories alone");
	check(file_has(CGROUP "memory.max", "268435456"), page, "systemd: its memory is limited");
	check(get("/metrics", OPENMETRICS) == 200 && has("kvmmt_host_feature{", "feature=\"FWB\"", "} 0", NULL), page,
	      "systemd: it asks /dev/kvm what the host has");
}

static bool recorded(void)
{
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_recordings_total{result=\"written\"} 1", NULL);
}

/* The one recording is its owner's, and no other user's. */
static bool private_recording(void)
{
	DIR *dir = opendir(STATE);
	struct dirent *d;
	struct stat st;
	bool good = false;

	while (dir && (d = readdir(dir)))
		if (strstr(d->d_name, ".data") && !fstatat(dirfd(dir), d->d_name, &st, 0))
			good = st.st_uid && st.st_size && !(st.st_mode & 077);
	if (dir)
		closedir(dir);
	return good;
}

static void refused(void)
{
	char *const update[] = { "/bin/journalctl", "--update-catalog", NULL };
	char *const entry[] = { "/bin/journalctl", "--no-pager", "-u", SERVICE, "-x", "KVMMT_VM=gpu-a", NULL };

	waitpid(start_vmm("gpu-a"), NULL, 0);
	check(soon(recorded), page, "systemd: a refusal is recorded");
	check(has("kvmmt_refusal_age_seconds{", "vm=\"gpu-a\"", "name_from=\"option\"", "module pfnmap\"", NULL) &&
		      has("kvmmt_recording_info{", "recording=\"/var/lib/kvmmt/kvmmt-", NULL),
	      page, "systemd: and told with VM, memory and recording");
	check(private_recording(), "it is not", "systemd: which is its own");
	command(update);
	command(entry);
	check(strstr(page, "MESSAGE=VM gpu-a") || strstr(page, ": VM gpu-a: "), page, "systemd: journald has it");
	check(strstr(page, "Subject: KVM refused memory to VM gpu-a") && strstr(page, "missing here:"), page,
	      "systemd: and explains it");
}

static bool restarted(void)
{
	return !strcmp(property("NRestarts"), "1") && healthy();
}

static bool memory_said(unsigned long *bytes)
{
	return file_has(CGROUP "memory.peak", "") && sscanf(page, "%lu", bytes) == 1;
}

static bool text_written(void)
{
	return file_has(TEXT, "\nkvmmt_vms 0\n");
}

static void set_args(const char *args)
{
	char line[128];

	snprintf(line, sizeof(line), "ARGS=\"%s\"\n", args);
	if (truncate(DEFAULT, 0))
		not_ok("setup: " DEFAULT ": %s", strerror(errno));
	write_file(DEFAULT, line);
}

/* What cannot get better is not tried again. */
static void bad_option(void)
{
	set_args("--no-such");
	check(systemctl("start", SERVICE) && !strcmp(property("ActiveState"), "failed") &&
		      !strcmp(property("ExecMainStatus"), "2"),
	      page, "systemd: a bad option is an error, and the end");
}

/* As the manual says: what it writes is read through a link, by another user. */
static void text(void)
{
	struct stat st = { 0 };

	set_args("--textfile " TEXT);
	check(!systemctl("start", SERVICE) && soon(text_written), page, "systemd: with --textfile it writes that");
	check(!stat("/run/kvmmt", &st) && st.st_mode & 05 && !stat(TEXT, &st) && st.st_mode & 04, "it may not",
	      "systemd: which every user may read");
	check(!systemctl("stop", SERVICE) && access(TEXT, F_OK), page, "systemd: and which goes with it");
}

static void journal_said(void)
{
	command((char *[]){ "/bin/journalctl", "--no-pager", "-b", NULL });
	puts(page);
}

void under_systemd(void)
{
	unsigned long bytes = 0;
	pid_t pid;

	if (chown("/dev/kvm", 0, 36) || chmod("/dev/kvm", 0660))	/* as udev does */
		not_ok("setup: /dev/kvm: %s", strerror(errno));
	if (systemctl("start", SERVICE)) {
		not_ok("systemd: the service starts, and says when it is ready: %s", page);
		return journal_said();
	}
	check(healthy(), page, "systemd: the service starts, is healthy, and says when it is ready");
	confined(atoi(property("MainPID")));
	refused();
	check(!systemctl("reload", SERVICE) && healthy(), page, "systemd: it is reloaded");
	check(memory_said(&bytes) && bytes < 256ul << 20, page, "systemd: with its BPF maps it took %lu MiB", bytes >> 20);
	pid = atoi(property("MainPID"));
	kill(pid, SIGKILL);
	check(soon(restarted), page, "systemd: one that was killed is started again");
	check(!systemctl("stop", SERVICE) && !strcmp(property("Result"), "success"), page, "systemd: it stops well");
	check(!systemctl("start", SOCKET) && get("/healthz", "") == 200, page,
	      "systemd: who asks at the socket is answered, and starts it");
	check(!strcmp(property("ActiveState"), "active"), page, "systemd: it runs");
	systemctl("stop", SOCKET);
	systemctl("stop", SERVICE);
	text();
	bad_option();
	if (check_status())
		journal_said();
}
