// SPDX-License-Identifier: GPL-2.0
/*
 * The lab's init. Runs the programs that /lab/run lists, one a line, arguments
 * separated by tabs. What they print goes to the console with a token before
 * each line that the runner chose, so that no kernel message can be taken for
 * it; at the end the kernel's log follows, then the exit status.
 * With `tty` on the first line the program gets the console itself, and nothing
 * else is printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char token[64];

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/tmp", 0777);
	mount("proc", "/proc", "proc", 0, "");
	mount("sysfs", "/sys", "sysfs", 0, "");
	mount("devtmpfs", "/dev", "devtmpfs", 0, "");
	mount("tmpfs", "/tmp", "tmpfs", 0, "");
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, "");
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, "");
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, "");
}

static void load_modules(void)
{
	int fd = open("/lab/pfnmap.ko", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && syscall(SYS_finit_module, fd, "", 0))
		printf("%s|not ok lab: pfnmap.ko: %s\n", token, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void prefix_lines(int fd, char mark)
{
	char line[8192];
	FILE *in = fdopen(fd, "r");

	while (in && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		printf("%s%c%s\n", token, mark, line);
	}
	if (in)
		fclose(in);
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int split(char *line, char **argv, int room)
{
	int argc = 0;

	for (char *p = strtok(line, "\t\n"); p && argc < room - 1; p = strtok(NULL, "\t\n"))
		argv[argc++] = p;
	argv[argc] = NULL;
	return argc;
}

static int run(char **argv, bool tty)
{
	int fds[2];
	pid_t pid;

	if (!tty && pipe2(fds, O_CLOEXEC))
		return 1;
	pid = fork();
	if (!pid) {
		setsid();
		if (tty) {
			ioctl(0, TIOCSCTTY, 1);
		} else {
			dup2(fds[1], 1);
			dup2(fds[1], 2);
		}
		execv(argv[0], argv);
		fprintf(stderr, "not ok lab: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (!tty) {
		close(fds[1]);
		prefix_lines(fds[0], '|');
	}
	return wait_for(pid);
}

static void dump_log(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192];
	ssize_t n;

	while (fd >= 0 && ((n = read(fd, record, sizeof(record) - 1)) > 0 || errno == EPIPE)) {
		char *text;

		if (n <= 0)
			continue;
		record[n] = '\0';
		text = strchr(record, ';');
		if (text) {
			text[strcspn(text, "\n")] = '\0';
			printf("%s#%s\n", token, text + 1);
		}
	}
}

/* A disk is there if the host wants /tmp/out: its size, in a block of its own, and it. */
static void hand_out(void)
{
	static char buf[1 << 16];
	int from = open("/tmp/out", O_RDONLY | O_CLOEXEC), to = open("/dev/vda", O_WRONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (from < 0 || to < 0 || fstat(from, &st))
		return;
	snprintf(buf, 512, "%lld", (long long)st.st_size);
	for (n = 512; n > 0 && write(to, buf, n) == n;)
		n = read(from, buf, sizeof(buf));
	close(from);
	close(to);
}

static void set_size(const char *rows_cols)
{
	struct winsize ws = { 0 };

	if (rows_cols && sscanf(rows_cols, "%hux%hu", &ws.ws_row, &ws.ws_col) == 2)
		ioctl(0, TIOCSWINSZ, &ws);
}

int main(void)
{
	char line[4096], *argv[64];
	bool tty = false;
	int status = 0;
	FILE *list;

	/* Else systemd has. */
	if (getpid() == 1)
		mount_all();
	snprintf(token, sizeof(token), "%s", getenv("token") ? getenv("token") : "");
	sethostname("lab", 3);
	set_size(getenv("size"));
	setenv("PATH", "/bin", 1);
	setenv("TERM", getenv("term") ? getenv("term") : "dumb", 1);
	setenv("HOME", "/tmp", 1);
	chdir("/tmp");
	load_modules();
	list = fopen("/lab/run", "re");
	while (list && fgets(line, sizeof(line), list)) {
		int one;

		if (!strcmp(line, "tty\n")) {
			tty = true;
			continue;
		}
		if (!split(line, argv, 64))
			continue;
		if (!tty)
			printf("%s>%s\n", token, argv[0]);
		fflush(stdout);
		one = run(argv, tty);
		status = status ? status : one;
	}
	hand_out();
	if (!tty) {
		dump_log();
		printf("%s=%d\n", token, status);
	}
	fflush(stdout);
	tcdrain(1);
	sync();
	reboot(RB_POWER_OFF);
}
