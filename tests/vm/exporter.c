// SPDX-License-Identifier: GPL-2.0
/*
 * kvmmt exporter on a host whose guests are refused, live and go.
 *   exporter
 *   exporter serve: to a Prometheus outside, which guests give reason for alerts
 * and for these: exporter vmm -name NAME
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vmm/check.h"
#include "window.h"

#define PORT	     9973
#define THRASH_PAGES 64
#define OPENMETRICS "Accept: application/openmetrics-text; version=1.0.0\r\n"

static char page[1 << 20];	/* the last answer */

static void interface_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		not_ok("setup: %s: %s", name, strerror(errno));
	close(fd);
}

/* The answer to GET @path, in page. Its status, or -errno. */
static int get(const char *path, const char *headers)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = -EPROTO;
	size_t len = 0;
	ssize_t n;

	page[0] = '\0';
	if (connect(fd, (const void *)&to, sizeof(to))) {
		close(fd);
		return -errno;
	}
	dprintf(fd, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, headers);
	while ((n = read(fd, page + len, sizeof(page) - 1 - len)) > 0)
		len += n;
	page[len] = '\0';
	close(fd);
	sscanf(page, "HTTP/1.1 %d", &status);
	return status;
}

/* Is there a line with all these parts? */
static bool has(const char *first, ...)
{
	char line[1024];
	const char *at, *end;

	for (at = page; *at; at = *end ? end + 1 : end) {
		const char *part = first;
		va_list parts;

		end = strchrnul(at, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		va_start(parts, first);
		while (part && strstr(line, part))
			part = va_arg(parts, const char *);
		va_end(parts);
		if (!part)
			return true;
	}
	return false;
}

static pid_t spawn(char *const argv[], const char *output)
{
	pid_t pid = fork();

	if (!pid) {
		int fd = open(output, O_CREAT | O_WRONLY | O_APPEND, 0600);

		dup2(fd, 1);
		dup2(fd, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* Within a minute, for kernels that check themselves: what is asked for is there. */
static bool soon(bool (*there)(void))
{
	int i;

	for (i = 0; i < 600; i++) {
		if (there())
			return true;
		usleep(100000);
	}
	return false;
}

static void show(const char *file)
{
	char line[512];
	FILE *f = fopen(file, "re");

	while (f && fgets(line, sizeof(line), f))
		printf("%s: %s", file, line);
	if (f)
		fclose(f);
}

static bool healthy(void)
{
	return get("/healthz", "") == 200;
}

static bool guest_there(void)
{
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_info{", "vm=\"web-7\"", NULL);
}

static bool guest_gone(void)
{
	return get("/metrics", OPENMETRICS) == 200 && !has("vm=\"web-7\"", NULL);
}

static bool refusal_there(void)
{
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_refusal_timestamp_seconds{", "vm=\"gpu-a\"", NULL);
}

/* A guest over RAM that lives until it is killed, or one that is refused and dies of it. */
static int vmm(const char *name)
{
	bool refused = !strcmp(name, "gpu-a");
	void *mem = refused ? window_map(PFNMAP_CACHEABLE | PFNMAP_LAZY, PAGE, MAP_SHARED, NULL) :
			      mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vcpu vcpu;
	struct vm vm;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mem == MAP_FAILED || vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, PAGE, 0) ||
	    vcpu_open(&vm, &vcpu, 0))
		return 1;
	access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 1);
	if (!strcmp(name, "late")) {
		sleep(3);
		prctl(PR_SET_NAME, name);
	}
	/* The time it takes a VMM to say that it gives up */
	refused ? usleep(200000) : pause();
	return 0;
}

/*
 * A guest that goes through its memory, which is taken away all the time: by its VMM,
 * or by the kernel, which merges equal pages that the guest writes to again.
 */
static int thrashed(bool ksm)
{
	size_t bytes = THRASH_PAGES * PAGE, i;
	char *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vcpu vcpu;
	struct vm vm;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mem == MAP_FAILED || vm_open(&vm, 0) || vm_slot(&vm, 1, VM_WINDOW, mem, bytes, 0) ||
	    vcpu_open(&vm, &vcpu, 0) || (ksm && madvise(mem, bytes, MADV_MERGEABLE)))
		return 1;
	for (;;) {
		for (i = 0; i < THRASH_PAGES; i++)
			access_one(&vcpu, VM_WRITE, VM_VA_NORMAL + i * PAGE, 1);
		for (i = 0; !ksm && i < THRASH_PAGES; i++)
			madvise(mem + i * PAGE, PAGE, MADV_DONTNEED);
	}
}

static pid_t start_vmm(const char *name)
{
	char *const argv[] = { "/bin/exporter", "vmm", "-name", (char *)name, NULL };

	return spawn(argv, "/dev/null");
}

static void metrics(void)
{
	pid_t web = start_vmm("web-7");
	int status;

	check(soon(guest_there), "it is not so", "a VM is in the metrics under its name");
	check(has("kvmmt_vm_stage2_mappings_total{vm=\"web-7\",type=\"Normal\"} ", NULL) &&
		      !has("kvmmt_vm_stage2_mappings_total{vm=\"web-7\",type=\"Normal\"} 0", NULL),
	      "it is not so", "with what it was given");
	check(has("# EOF", NULL) && strstr(page, "application/openmetrics-text"), page,
	      "OpenMetrics for who takes it");
	check(get("/metrics", "") == 200 && !has("# EOF", NULL) && strstr(page, "version=0.0.4"), page,
	      "the older text for who does not");
	kill(web, SIGKILL);
	waitpid(web, &status, 0);
	check(soon(guest_gone), "it is not so", "its series end with it");
}

static pid_t renamer;	/* the exporter that is to look anew */

static bool old_name_there(void)
{
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_info{", "vm=\"exporter-", NULL);
}

static bool new_name_there(void)
{
	kill(renamer, SIGHUP);
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_info{", "vm=\"late-", NULL);
}

static void renamed(pid_t pid)
{
	char *const argv[] = { "/bin/exporter", "vmm", "nameless", "late", NULL };
	pid_t vmm = spawn(argv, "/dev/null");

	renamer = pid;
	check(soon(old_name_there), "it is not", "a VM without a name has its process's, and its pid");
	check(soon(new_name_there), "it has not", "and another when the process has, and SIGHUP came");
	kill(vmm, SIGKILL);
	waitpid(vmm, NULL, 0);
}

static void refusal(void)
{
	pid_t gpu;

	if (facts.fwb && facts.dic) {
		skip("a refusal (this host refuses nothing)");
		return;
	}
	gpu = start_vmm("gpu-a");
	waitpid(gpu, NULL, 0);
	check(soon(refusal_there), "it is not so", "a refusal is told, though its VM is gone");
	check(has("kvmmt_refusal_timestamp_seconds{", "vm=\"gpu-a\"", "at=\"fault\"",
		  "reason=\"unsafe-cacheable\"", "missing=\"FWB and DIC\"", "slot=\"1\"",
		  "backing=\"device /dev/pfnmap\"", NULL),
	      "it is not so", "with its VM, slot, reason, the missing features and the device");
}

static void stop_exporter(pid_t pid, const char *who)
{
	int status = -1;

	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	check(WIFEXITED(status) && !WEXITSTATUS(status), "it does not", "%s: SIGTERM ends it well", who);
}

static bool storm_there(void)
{
	return get("/metrics", OPENMETRICS) == 200 && has("kvmmt_vm_storm{vm=\"thrash", "} 1", NULL);
}

static bool storm_gone(void)
{
	return get("/metrics", OPENMETRICS) == 200 && !has("kvmmt_vm_storm{vm=\"thrash", "} 1", NULL);
}

/* The first cause told is the one that does most. */
static bool first_cause(const char *cause)
{
	const char *line = strstr(page, "\nkvmmt_vm_storm_cause_ratio{"), *at;

	at = line ? strstr(line, cause) : NULL;
	return at && at < strchrnul(line + 1, '\n');
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		not_ok("setup: %s: %s", path, strerror(errno));
	close(fd);
}

/* Is @word in @file? */
static bool file_has(const char *file, const char *word)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, page, sizeof(page) - 1);

	close(fd);
	page[n > 0 ? n : 0] = '\0';
	return strstr(page, word);
}

static bool written(void)
{
	return file_has("/tmp/kvmmt.prom", "\nkvmmt_vms 0\n");
}

static void textfile(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "--textfile", "/tmp/kvmmt.prom", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter");

	check(soon(written) && !strstr(page, "# EOF") && access("/tmp/kvmmt.prom.part", F_OK),
	      "it is not so", "a textfile is written, as a whole, in the older format");
	check(get("/healthz", "") == -ECONNREFUSED, "something is", "and nothing is served");
	stop_exporter(pid, "a textfile");
	check(access("/tmp/kvmmt.prom", F_OK), "it does not", "and it goes with its writer");
}

/* As systemd does: the socket is there before, and word is given when it is ready. */
static void activated(void)
{
	const struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/tmp/notify" };
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int word = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;
	int port = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char number[16], buf[64] = "";
	pid_t pid;

	setsockopt(port, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(word, (const void *)&to, sizeof(to)) || bind(port, (const void *)&at, sizeof(at)) ||
	    listen(port, 64)) {
		not_ok("setup: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (!pid) {
		dup2(port, 3);
		snprintf(number, sizeof(number), "%d", getpid());
		setenv("LISTEN_PID", number, 1);
		setenv("LISTEN_FDS", "1", 1);
		setenv("NOTIFY_SOCKET", to.sun_path, 1);
		execl("/bin/kvmmt", "kvmmt", "exporter", "--listen", ":1", NULL);
		_exit(127);
	}
	close(port);
	check(get("/healthz", "") == 200, "it is not", "who asks before it runs is answered when it does");
	recv(word, buf, sizeof(buf) - 1, 0);
	check(!strncmp(buf, "READY=1", 7), buf, "systemd is told that it is ready");
	memset(buf, 0, sizeof(buf));
	recv(word, buf, sizeof(buf) - 1, 0);
	check(!strncmp(buf, "WATCHDOG=1", 10), buf, "and that it lives");
	stop_exporter(pid, "a socket of systemd's");
	close(word);
}

/* Thresholds for an emulated machine. */
static void storms(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "-d", "0.5", "--storm",
			       "rate=50,for=2,clear=2", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter"), vmm;

	check(soon(healthy), "it is not", "with other thresholds it is healthy");
	vmm = start_vmm("thrash-madvise");
	check(soon(storm_there), "there is none", "memory taken by the VMM is a storm");
	check(first_cause("kind=\"vmm\",cause=\"exporter\",reason=\"notifier\""), "it is not named",
	      "which it causes");
	kill(vmm, SIGKILL);
	waitpid(vmm, NULL, 0);
	check(soon(storm_gone), "it is not", "and which is over when it is");
	write_file("/sys/kernel/mm/ksm/pages_to_scan", "1000");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	write_file("/sys/kernel/mm/ksm/run", "1");
	vmm = start_vmm("thrash-ksm");
	check(soon(storm_there), "there is none", "memory merged again and again is a storm");
	check(first_cause("kind=\"kernel\",cause=\"ksmd\",reason=\"notifier\""), "it is not named",
	      "which ksmd causes");
	kill(vmm, SIGKILL);
	waitpid(vmm, NULL, 0);
	write_file("/sys/kernel/mm/ksm/run", "0");
	stop_exporter(pid, "storms");
	show("/tmp/exporter");
}

static bool status_has(pid_t pid, const char *line)
{
	char path[64], buf[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return strstr(buf, line);
}

static void privileges(pid_t pid, const char *who)
{
	check(status_has(pid, "CapEff:\t0000000000000000\n") &&
		      status_has(pid, "CapPrm:\t0000000000000000\n") &&
		      status_has(pid, "CapAmb:\t0000000000000000\n") && status_has(pid, "NoNewPrivs:\t1\n"),
	      "it has", "%s: no capability is left", who);
}

/* As a service has them: another user, these capabilities and no more. */
static void become(__u64 capabilities)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2] = {
		{ .effective = capabilities, .permitted = capabilities, .inheritable = capabilities },
		{ .effective = capabilities >> 32, .permitted = capabilities >> 32,
		  .inheritable = capabilities >> 32 },
	};
	int cap;

	prctl(PR_SET_KEEPCAPS, 1);
	if (setgid(65534) || setuid(65534) || syscall(SYS_capset, &h, d))
		_exit(126);
	for (cap = 0; cap < 64; cap++)
		if (capabilities >> cap & 1)
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

static void as_root(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter");

	check(soon(healthy), "it is not so", "it is healthy");
	privileges(pid, "root");
	check(status_has(pid, "CapBnd:\t0000000000000000\n"), "there is", "nor one to be had");
	metrics();
	renamed(pid);
	refusal();
	stop_exporter(pid, "root");
	if (check_status()) {
		show("/tmp/exporter");
		puts(page);
	}
}

static void as_service(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", NULL };
	pid_t pid = fork(), web;

	if (!pid) {
		become(1ull << CAP_BPF | 1ull << CAP_PERFMON);
		execv(argv[0], argv);
		_exit(127);
	}
	check(soon(healthy), "it is not so", "CAP_BPF and CAP_PERFMON are enough");
	privileges(pid, "a service");
	web = start_vmm("web-7");
	check(soon(guest_there), "it is not so", "without them it still names a VM of root's");
	kill(web, SIGKILL);
	waitpid(web, NULL, 0);
	stop_exporter(pid, "a service");
}

/* This machine's only other interface, as QEMU's user network has it */
static void join_network(void)
{
	struct ifreq ifr = { .ifr_name = "eth0" };
	struct sockaddr_in *a = (struct sockaddr_in *)&ifr.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	a->sin_family = AF_INET;
	inet_pton(AF_INET, "10.0.2.15", &a->sin_addr);
	if (ioctl(fd, SIOCSIFADDR, &ifr))
		not_ok("setup: eth0: %s", strerror(errno));
	inet_pton(AF_INET, "255.255.255.0", &a->sin_addr);
	ioctl(fd, SIOCSIFNETMASK, &ifr);
	close(fd);
	interface_up("eth0");
}

static int serve(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "--listen", ":9973", "-d", "0.5", "--storm",
			       "rate=50,for=2,clear=2", NULL };
	const struct timeval now = { .tv_sec = getenv("now") ? atol(getenv("now")) : 0 };
	pid_t pid, vmm;

	settimeofday(&now, NULL);
	interface_up("lo");
	join_network();
	pid = spawn(argv, "/dev/stderr");
	check(soon(healthy), "it is not", "it is healthy");
	sleep(3);
	waitpid(start_vmm("gpu-a"), NULL, 0);
	vmm = start_vmm("thrash-madvise");
	sleep(12);
	kill(vmm, SIGKILL);
	waitpid(vmm, NULL, 0);
	sleep(15);
	stop_exporter(pid, "it");
	return check_status();
}

int main(int argc, char **argv)
{
	if (window_open())
		return 1;
	if (argc == 4 && !strcmp(argv[1], "vmm"))
		return strncmp(argv[3], "thrash", 6) ? vmm(argv[3]) :
						       thrashed(!strcmp(argv[3], "thrash-ksm"));
	check_suite = "exporter";
	if (argc == 2 && !strcmp(argv[1], "serve"))
		return serve();
	interface_up("lo");
	as_root();
	as_service();
	textfile();
	activated();
	storms();
	return check_status();
}
