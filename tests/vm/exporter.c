// SPDX-License-Identifier: GPL-2.0
/*
 * kvmmt exporter on a host whose guests are refused, live and go.
 *   exporter
 *   exporter storms, faults, objects, hardened: that part alone
 *   exporter lockdown: a refusal where the kernel lets BPF read no memory
 *   exporter soak SECONDS: no alarm while guests lead ordinary lives
 *   exporter memory ROUNDS [record]: what it takes, while 16 VMs a round come and go
 *   exporter nested: what guest hypervisors do
 *   exporter serve [nested]: to a Prometheus outside, which guests give reason for alerts
 * and for these: exporter vmm -name NAME
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"
#include "window.h"

static bool guest_there(void)
{
	return vm_there("web-7");
}

/* A slow kernel may be asked before the guest's first fault. */
static bool guest_mapped(void)
{
	return vm_mapped("web-7");
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

static void metrics(void)
{
	pid_t web = start_vmm("web-7");

	check(soon(guest_there), "it is not so", "a VM is in the metrics under its name");
	check(soon(guest_mapped), "it is not so", "with what it was given");
	check(has("# EOF", NULL) && strstr(page, "application/openmetrics-text"), page,
	      "OpenMetrics for who takes it");
	check(get("/metrics", "") == 200 && !has("# EOF", NULL) && strstr(page, "version=0.0.4"), page,
	      "the older text for who does not");
	stop_vmm(web);
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
	stop_vmm(vmm);
}

static void refusal(const char *slot, const char *backing, const char *what)
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
		  "reason=\"unsafe-cacheable\"", "missing=\"FWB and DIC\"", slot, backing, NULL),
	      "it is not so", "with its VM, reason and missing features%s", what);
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

static void privileges(pid_t pid, const char *who)
{
	check(status_has(pid, "CapEff:\t0000000000000000\n") &&
		      status_has(pid, "CapPrm:\t0000000000000000\n") &&
		      status_has(pid, "CapAmb:\t0000000000000000\n") && status_has(pid, "NoNewPrivs:\t1\n"),
	      "it has", "%s: no capability is left", who);
}

void become(unsigned long long capabilities)
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
	refusal("slot=\"1\"", "backing=\"device /dev/pfnmap\"", ", slot and device");
	stop_exporter(pid, "root");
	if (check_status()) {
		show("/tmp/exporter");
		puts(page);
	}
}

/* kernel_lockdown(7), confidentiality */
static void locked_down(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", NULL };
	pid_t pid = spawn(argv, "/tmp/exporter");

	check(soon(healthy), "it is not so", "lockdown: it is healthy");
	refusal("slot=\"\"", "backing=\"\"", ", without slot and device");
	stop_exporter(pid, "lockdown");
	check(file_has("/tmp/exporter", "told without slot and file"), page, "as it said it would");
}

static void as_service(void)
{
	/* Of stacks it can know nothing. */
	char *const argv[] = { "/bin/kvmmt", "exporter", "--stacks", NULL };
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
	stop_vmm(web);
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

static void serve_storms(void)
{
	pid_t vmm;

	waitpid(start_vmm("gpu-a"), NULL, 0);
	vmm = start_vmm("thrash-madvise");
	sleep(25);	/* past the end of the refusal's alert */
	stop_vmm(vmm);
	khugepaged_at_once();
	vmm = start_vmm("thrash-khugepaged");
	sleep(20);
	stop_vmm(vmm);
}

static void serve_nested_storms(void)
{
	pid_t vmm = start_vmm("thrash-tlbi");

	sleep(12);
	stop_vmm(vmm);
	vmm = start_nested_stress();
	sleep(15);
	stop_vmm(vmm);
}

static int serve(void (*storms)(void))
{
	char *const argv[] = { "/bin/kvmmt", "exporter", "--listen", ":9973", "-d", "0.5", "--storm",
			       "rate=8,within=2,walks=100,for=2,clear=2", "--record", "/tmp/flight", NULL };
	const struct timeval now = { .tv_sec = getenv("now") ? atol(getenv("now")) : 0 };
	pid_t pid;

	settimeofday(&now, NULL);
	interface_up("lo");
	join_network();
	pid = spawn(argv, "/dev/stderr");
	check(soon(healthy), "it is not", "it is healthy");
	sleep(3);
	storms();
	sleep(15);
	stop_exporter(pid, "it");
	return check_status();
}

/* One part alone */
static int part(const char *name)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = { { "nested", nested_storms }, { "lockdown", locked_down }, { "storms", storms },
		      { "faults", faults }, { "objects", objects }, { "hardened", hardened } };
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(parts[i].name, name)) {
			parts[i].run();
			return check_status();
		}
	not_ok("no part is called %s", name);
	return 1;
}

int main(int argc, char **argv)
{
	if (window_open())
		return 1;
	if (argc == 4 && !strcmp(argv[1], "vmm"))
		return vmm(argv[3]);
	check_suite = "exporter";
	if (argc >= 2 && !strcmp(argv[1], "serve"))
		return serve(argc == 2 ? serve_storms : serve_nested_storms);
	interface_up("lo");
	if (argc == 3 && !strcmp(argv[1], "soak"))
		return soak(atoi(argv[2]));
	if (argc >= 3 && !strcmp(argv[1], "memory"))
		return memory(atoi(argv[2]), argc == 4);
	if (argc == 2)
		return part(argv[1]);
	as_root();
	as_service();
	textfile();
	activated();
	objects();
	storms();
	faults();
	return check_status();
}
