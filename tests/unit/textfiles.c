// SPDX-License-Identifier: GPL-2.0
/* A textfile is there as a whole or not at all, for all to read, whatever lies in its way. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "files.h"
#include "textfile.h"

static char dir[] = "/tmp/kvmmt-textfile-XXXXXX";

static void print(void *ctx, FILE *out)
{
	fputs(ctx, out);
}

static const char *content(const char *path)
{
	static char buf[64];

	file_text(path, buf, sizeof(buf));
	return buf;
}

/* A limit on files' sizes stands in for a disk that is full. */
static void full(void)
{
	const struct rlimit none = { 0, RLIM_INFINITY }, all = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	fflush(stdout);
	setrlimit(RLIMIT_FSIZE, &none);
	err = textfile_write("a.prom", print, "more\n");
	setrlimit(RLIMIT_FSIZE, &all);
	check(err == -EFBIG && !strcmp(content("a.prom"), "two\n") && files(".") == 1, strerror(-err),
	      "a full disk leaves the file as it was, and no part of another");
}

int main(void)
{
	struct stat st;
	int err;

	check_suite = "textfiles";
	signal(SIGXFSZ, SIG_IGN);
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	umask(077);
	err = textfile_write("a.prom", print, "one\n");
	check(!err && !strcmp(content("a.prom"), "one\n"), strerror(-err), "it is written");
	check(!stat("a.prom", &st) && (st.st_mode & 0777) == 0644, "it has another",
	      "for all to read, whatever the umask");
	textfile_write("a.prom", print, "two\n");
	check(!strcmp(content("a.prom"), "two\n") && files(".") == 1, "there are others", "and written anew");
	full();

	if (symlink("a.prom", "link.prom") || mkfifo("fifo.prom", 0600) || mkdir("dir.prom", 0700))
		not_ok("setup: %s", strerror(errno));
	alarm(20);	/* a FIFO would be waited for */
	err = textfile_write("fifo.prom", print, "three\n");
	check(!err && !strcmp(content("fifo.prom"), "three\n"), strerror(-err), "a FIFO gives way");
	err = textfile_write("link.prom", print, "four\n");
	check(!err && !strcmp(content("link.prom"), "four\n") && !strcmp(content("a.prom"), "two\n"),
	      strerror(-err), "a link gives way, and what it leads to is left alone");
	check(textfile_check("dir.prom") == -EISDIR && textfile_check("none/a.prom") == -ENOENT &&
		      textfile_check("/proc/self/a.prom") < 0,
	      "not so", "what cannot be written is known before");
	check(!textfile_check("a.prom") && !textfile_check("b.prom") && files(".") == 4, "not so",
	      "what can is left alone");
	rmdir("dir.prom");
	unlink("fifo.prom");
	unlink("link.prom");
	unlink("a.prom");
	rmdir(dir);
	return check_status();
}
