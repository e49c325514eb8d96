// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings made in the lab: a replay shows byte for byte what the live run
 * showed, what is recorded and what is lost make up what happened, and events are
 * small.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "kvmmt.h"
#include "vmm/check.h"
#include "witness.h"

#define FILE_NAME "/tmp/lab.kvmmt"
#define SCREEN_S  4	/* between two screens */

/* The same format, live with a recording, then from the recording. */
static void same(const char *format)
{
	static char live[OUT_BYTES], replayed[OUT_BYTES];
	char words[256];

	snprintf(words, sizeof(words), "stat %s -o %s -- /bin/stage2 work", format, FILE_NAME);
	check(!kvmmt(live, words) && strstr(live, "stage2"), live, "kvmmt stat %s, recorded", format);
	snprintf(words, sizeof(words), "stat %s -i %s", format, FILE_NAME);
	kvmmt(replayed, words);
	check(!strcmp(live, replayed), replayed, "and its recording shows the same, byte for byte");
}

/*
 * A guest that runs in the midst of the first and second interval of a recording that
 * begins meanwhile, and stands still when its screens are taken: what a VM does just
 * then may be counted on the one side and stamped on the other.
 */
static pid_t guest_for_a_while(void)
{
	pid_t pid = fork(), guest;
	int i;

	if (pid)
		return pid;
	setpgid(0, 0);
	while (access(FILE_NAME, F_OK))
		usleep(10000);
	sleep(SCREEN_S / 4);
	guest = fork();
	if (!guest) {
		execl("/bin/demo", "vmm", "-name", "serial-1", NULL);
		_exit(127);
	}
	for (i = 0; i < 2; i++) {
		sleep(SCREEN_S / 2);
		kill(guest, SIGSTOP);
		sleep(SCREEN_S / 2);
		kill(guest, SIGCONT);
	}
	kill(guest, SIGSTOP);
	pause();
	_exit(0);
}

/* All screens, without the line of each that says when and how it was taken; in place. */
static char *screens(char *text)
{
	char *from = text, *to = text, *end;
	bool title = false;

	for (; (end = strchr(from, '\n')); from = end + 1) {
		size_t len = end + 1 - from;
		bool keep = !title;

		title = !strncmp(from, "kvmmt-top  ", 11);
		if (keep)
			memmove(to, from, len);
		to += keep ? len : 0;
	}
	*to = '\0';
	return text;
}

static void dashboard(void)
{
	static char live[OUT_BYTES], replayed[OUT_BYTES];
	char words[80];
	pid_t pid;

	unlink(FILE_NAME);
	pid = guest_for_a_while();
	snprintf(words, sizeof(words), "top -b -d %d -n 4 -o %s", SCREEN_S, FILE_NAME);
	check(!kvmmt(live, words) && strstr(live, "serial-1"), live,
	      "kvmmt-top, recorded");
	kvmmt(replayed, "top -b -i " FILE_NAME);
	check(!strcmp(screens(live), screens(replayed)), replayed,
	      "and its recording shows the same screens, all of them and no other");
	check(!kvmmt(replayed, "stat -F vm,ngnre -i " FILE_NAME) && strstr(replayed, "serial-1"), replayed,
	      "with every event of it");
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The lines of serial-1's numbers, to @to of OUT_BYTES */
static void its_metrics(const char *from, char *to)
{
	const char *end;
	size_t len = 0;

	*to = '\0';
	for (; (end = strchr(from, '\n')); from = end + 1) {
		int n = end + 1 - from;
		const char *label = memmem(from, n, "vm=\"serial-1\"", 13);

		if (label && strncmp(from, "kvmmt_vm_info", 13) && len + n < OUT_BYTES)
			len += snprintf(to + len, OUT_BYTES - len, "%.*s", n, from);
	}
}

/* A live exporter and a recorder beside it: what the recording gives is what was served. */
static void metrics(void)
{
	char *const exporter[] = { "/bin/kvmmt", "exporter", "-d", "0.5", NULL };
	char *const record[] = { "/bin/kvmmt", "record", "-q", "-m", "64M", "-o", FILE_NAME, NULL };
	static char live[OUT_BYTES], replayed[OUT_BYTES], out[OUT_BYTES];
	pid_t served, recorded, pid;
	int i, status;

	interface_up("lo");
	unlink(FILE_NAME);
	served = spawn(exporter, ERR_NAME);
	recorded = spawn(record, "/tmp/record.err");
	for (i = 0; i < 600 && get("/healthz", "") != 200; i++)
		usleep(100000);
	pid = guest_for_a_while();
	while (access(FILE_NAME, F_OK))
		usleep(10000);
	sleep(SCREEN_S);
	check(get("/metrics", "") == 200, page, "an exporter serves beside a recorder");
	its_metrics(page, live);
	kill(recorded, SIGINT);
	waitpid(recorded, &status, 0);
	status = kvmmt(out, "exporter -i " FILE_NAME " -t -");
	its_metrics(out, replayed);
	check(!status && strstr(live, "kvmmt_vm_stage2_mappings_total") && !strcmp(live, replayed),
	      replayed, "and the metrics of the recording are the same, byte for byte");
	kill(served, SIGTERM);
	waitpid(served, &status, 0);
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static unsigned long sum_of(const char *lines, const char *with, const char *key)
{
	unsigned long sum = 0;
	char line[4096], value[64];
	const char *end;

	for (; (end = strchr(lines, '\n')); lines = end + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)(end - lines), lines);
		if (strstr(line, with) && witness_value(line, key, value, sizeof(value)))
			sum += strtoul(value, NULL, 0);
	}
	return sum;
}

/* With small rings: what was counted live is what is in the file and what it says was lost. */
static void losses(void)
{
	static char live[OUT_BYTES], replayed[OUT_BYTES];
	unsigned long counted, recorded, lost;
	char why[128];

	kvmmt(live, "stat --json -F vm,normal -m 8K -o " FILE_NAME " -- /bin/stage2 burst");
	kvmmt(replayed, "stat --json -F vm,normal -i " FILE_NAME);
	counted = sum_of(live, "\"vm\":\"stage2\"", "normal");
	recorded = sum_of(replayed, "\"vm\":\"stage2\"", "normal");
	lost = sum_of(replayed, "lost_events", "lost_events");
	snprintf(why, sizeof(why), "%lu counted, %lu recorded, %lu lost", counted, recorded, lost);
	/* The VM's few other events may be among those lost. */
	check(lost && recorded + lost >= counted && recorded + lost <= counted + 16, why,
	      "what is lost stands in the recording");
}

static void size(void)
{
	static char out[OUT_BYTES];
	struct stat st = { 0 };
	char why[64];

	check(!kvmmt(out, "record -m 64M -o " FILE_NAME " -- /bin/stage2 burst") && !stat(FILE_NAME, &st),
	      "it failed", "kvmmt record over a command");
	snprintf(why, sizeof(why), "%ld bytes", (long)st.st_size);
	check(st.st_size > 16384 && st.st_size < 16384 * 12, why, "an event takes less than 12 bytes");
	check(!kvmmt(out, "script --json --refused -i " FILE_NAME) && !*out, out,
	      "none of these is a refusal");
}

/* The flight recorder's file holds the refusal that asked for it, and what was before. */
static void flight(void)
{
	static char out[OUT_BYTES];

	unlink(FILE_NAME);
	kvmmt(out, "record --keep 60 --on-refusal -o " FILE_NAME " -- /bin/stage2 work");
	check(!kvmmt(out, "script -i " FILE_NAME) && strstr(out, "refused no-vma") &&
		      strstr(out, "nGnRnE"),
	      out, "a refusal has the flight recorder write");
	unlink(FILE_NAME);
	kvmmt(out, "record --keep 60 -o " FILE_NAME " -- /bin/stage2 work");
	check(access(FILE_NAME, F_OK), "it did", "without being asked it writes nothing");
}

static bool said(const char *words)
{
	char text[1024] = "";
	int fd = open(ERR_NAME, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return false;
	close(fd);
	return strstr(text, words);
}

/* A VMM that takes its guest's memory all the time; thresholds for an emulated machine. */
static void storm(void)
{
	static char out[OUT_BYTES];
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/demo", "vmm", "-name", "db-2", NULL);
		_exit(127);
	}
	unlink(FILE_NAME);
	check(!kvmmt(out, "record --keep 60 --on-storm=rate=1000000 -d 5 -o " FILE_NAME) &&
		      access(FILE_NAME, F_OK) && said("nothing asked for it"),
	      "it did", "what is below the threshold has the flight recorder write nothing");
	check(!kvmmt(out, "record --keep 60 --on-storm=rate=5,for=2,within=2 -d 30 -o " FILE_NAME) &&
		      said("because of a storm of db-2: ") && said("by vmm "),
	      out, "a storm has the flight recorder write, and is told with its cause");
	check(!kvmmt(out, "script --kind s2_invalidate -i " FILE_NAME) && strstr(out, "db-2") &&
		      strstr(out, "notifier"),
	      out, "its invalidations are in the file");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void guest(const char *what)
{
	if (!fork()) {
		execl("/bin/stage2", "stage2", what, NULL);
		_exit(127);
	}
	wait(NULL);
}

/* SIGUSR2 has a flight recorder write what it has; it goes on. */
static void asked(void)
{
	static char out[OUT_BYTES];
	pid_t pid = fork();
	int status, i;

	unlink(FILE_NAME);
	if (!pid) {
		execl("/bin/kvmmt", "kvmmt", "record", "-q", "--keep", "16M", "-o", FILE_NAME, NULL);
		_exit(127);
	}
	*out = '\0';
	sleep(1);	/* until then SIGUSR2 would end it */
	for (i = 0; i < 50 && !strstr(out, "stage2"); i++) {
		guest("work");
		kill(pid, SIGUSR2);
		usleep(200000);
		if (!access(FILE_NAME, R_OK))
			kvmmt(out, "script -i " FILE_NAME);
	}
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	check(strstr(out, "stage2") && WIFEXITED(status) && !WEXITSTATUS(status), out,
	      "SIGUSR2 has the flight recorder write");
}

/* What full() records: a little, which is in the file before there is too much. */
static int fill(void)
{
	guest("work");
	sleep(2);
	guest("burst");
	return 0;
}

/* A disk that fills up: it is said, the command ends as it would, the file is good. */
static void full(void)
{
	static char out[OUT_BYTES];
	int status;

	mkdir("/tmp/small", 0755);
	if (mount("tmpfs", "/tmp/small", "tmpfs", 0, "size=16k")) {
		not_ok("a small disk: %s", strerror(errno));
		return;
	}
	status = kvmmt(out, "record -m 64M -o /tmp/small/data -- /bin/recordings fill");
	check(status == 1, "another exit status", "a full disk is an error");
	status = kvmmt(out, "report -a events>0 /tmp/small/data");
	check(!status, out, "and what was written before can be read");
	umount("/tmp/small");
}

/* A recorder that is killed leaves a file that can be read. */
static void killed(void)
{
	static char out[OUT_BYTES];
	pid_t pid = fork();
	int status, i;

	if (!pid) {
		execl("/bin/kvmmt", "kvmmt", "record", "-q", "-o", FILE_NAME, NULL);
		_exit(127);
	}
	for (i = 0; i < 100; i++) {
		/* Work until some of it is in the file. */
		if (!fork())
			execl("/bin/stage2", "stage2", "work", NULL);
		wait(NULL);
		if (!kvmmt(out, "script -n 1 -i " FILE_NAME) && *out)
			break;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && !kvmmt(out, "script -i " FILE_NAME) && strstr(out, "stage2"), out,
	      "a recording can be read while it is written, and after SIGKILL");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "fill"))
		return fill();
	check_suite = "recordings";
	same("--fields vm,pid,ngnre,injected,refusals,inval_teardown");
	same("--json");
	dashboard();
	metrics();
	losses();
	size();
	flight();
	storm();
	asked();
	full();
	killed();
	return check_status();
}
