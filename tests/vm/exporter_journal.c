// SPDX-License-Identifier: GPL-2.0
/* A refusal as journald gets it: this test is journald, and systemd's library writes to it. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"

#define DIR "/run/systemd/journal"

static int journald(void)
{
	const struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = DIR "/socket" };
	const struct timeval limit = { .tv_sec = 60 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	mkdir("/run", 0755);
	mkdir("/run/systemd", 0755);
	mkdir(DIR, 0755);
	if (bind(fd, (const void *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		not_ok("setup: " DIR "/socket: %s", strerror(errno));
	return fd;
}

/* The next entry, a field a line, to page. */
static bool entry(int fd)
{
	ssize_t n = recv(fd, page, sizeof(page) - 1, 0);

	page[n > 0 ? n : 0] = '\0';
	return n > 0;
}

void journal(pid_t (*start)(void), const char *messages)
{
	/* Fields as an entry of systemd/kvmmt.catalog names them, and those that one looks for. */
	static const char *const fields[] = {
		"MESSAGE=VM gpu-a: ",
		"MESSAGE_ID=416dc334cb304d279922cee5a496fc9b",
		"PRIORITY=3",
		"SYSLOG_IDENTIFIER=kvmmt",
		"KVMMT_VM=gpu-a",
		"KVMMT_AT=fault",
		"KVMMT_REASON=unsafe-cacheable",
		"KVMMT_MISSING=FWB and DIC",
		"KVMMT_BACKING=device /dev/pfnmap, module pfnmap",
		"KVMMT_SLOT=1",
		"KVMMT_TIMES=1",
		"KVMMT_RECORDING=/tmp/flight/kvmmt-",
	};
	int fd = journald();
	pid_t pid, gpu;
	size_t i;

	unlink(messages);
	pid = start();
	check(soon(healthy), "it is not", "with a journal it is healthy");
	gpu = start_vmm("gpu-a");
	check(entry(fd), strerror(errno), "the journal gets a refusal");
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		check(has(fields[i], NULL), page, "with the field %s", fields[i]);
	waitpid(gpu, NULL, 0);
	stop_exporter(pid, "a journal");
	check(!file_has(messages, "VM gpu-a: "), "it is", "and it is not told a second time, as a line");
	close(fd);
	unlink(DIR "/socket");
}
