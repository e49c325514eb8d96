// SPDX-License-Identifier: GPL-2.0
/* Names of VMs from command lines and cgroups, in a /proc made for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "screen.h"
#include "vmname.h"

static char proc[] = "/tmp/kvmmt-proc-XXXXXX";

static void put(const char *file, const char *text, int separator)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/7/%s", proc, file);
	unlink(path);
	if (!text)
		return;
	f = fopen(path, "w");
	for (; *text; text++)
		fputc(*text == separator ? '\0' : *text, f);
	fclose(f);
}

#define UID	"0c1d2e3f-0001-4a5b-8c6d-001122334455"
#define UID_	"0c1d2e3f_0001_4a5b_8c6d_001122334455"
#define ID	"4f9a3c1b7d2e8f605142334455667788990011223344556677889900aabbccdd"

/* Where a VM of KubeVirt's runs */
#define LAUNCHER "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ \
		 ".slice/cri-containerd-" ID ".scope\n"

/* Words of @cmdline are separated by '|'. */
static const struct row {
	const char *what, *cmdline, *cgroup, *name;
	enum vm_name_source source;
} rows[] = {
	{ "QEMU", "/usr/bin/qemu-system-aarch64|-name|web-7|-m|4G|", NULL, "web-7", VM_NAME_OPTION },
	{ "QEMU by libvirt", "/usr/bin/qemu-system-aarch64|-name|guest=web-7,debug-threads=on|-S|",
	  "0::/machine.slice/machine-qemu\\x2d3\\x2dweb.scope/libvirt/emulator\n", "web-7",
	  VM_NAME_OPTION },
	{ "QEMU, guest= behind others", "qemu|-name|process=x,guest=web,,7,debug-threads=on|", NULL,
	  "web,7", VM_NAME_OPTION },
	{ "QEMU, a value that looks like guest=", "qemu|-name|process=a,,guest=b|", NULL, "qemu",
	  VM_NAME_PROCESS },
	{ "QEMU, -name=", "qemu|--name=db|", NULL, "db", VM_NAME_OPTION },
	{ "QEMU, the last of two", "qemu|-name|a|-name|b|", NULL, "b", VM_NAME_OPTION },
	{ "QEMU, only debug-threads", "qemu|-name|debug-threads=on|", NULL, "qemu", VM_NAME_PROCESS },
	{ "QEMU, -name is the last word", "qemu|-name|", NULL, "qemu", VM_NAME_PROCESS },
	{ "a name with escapes", "qemu|-name|a\033]0;x\"b c|", NULL, "a_]0;x_b_c", VM_NAME_OPTION },
	{ "a long name",
	  "qemu|-name|0123456789012345678901234567890123456789012345678901234567890123456789|", NULL,
	  "0123456789012345678901…8901234567890123456789", VM_NAME_OPTION },
	{ "a long one of libvirt's, whose end tells it apart",
	  "qemu|-name|guest=production_customer-0042-database-primary-replica-00007,debug-threads=on|",
	  NULL, "production_customer-00…-primary-replica-00007", VM_NAME_OPTION },
	{ "a long one in another script", "qemu|-name|"
	  "виртуальная-машина-виртуальная-машина-виртуальная-машина-1|", NULL,
	  "виртуальная…ная-машина-1", VM_NAME_OPTION },
	{ "letters of any script", "qemu|-name|grün-Привет-東京|", NULL, "grün-Привет-東京", VM_NAME_OPTION },
	{ "what is no UTF-8", "qemu|-name|a\xff\xc3(\xed\xa0\x80\xf0\x9f|", NULL, "a__(_____",
	  VM_NAME_OPTION },
	{ "what would turn or hide the rest", "qemu|-name|a\u202eb\u200bc\xc2\x85""d|", NULL,
	  "a___b___c__d", VM_NAME_OPTION },
	{ "kvmtool", "/usr/bin/lkvm|run|--name|guest-a|-k|Image|", NULL, "guest-a", VM_NAME_OPTION },
	{ "Firecracker", "/firecracker|--id|fc-551|--start-time-us|1|", NULL, "fc-551", VM_NAME_OPTION },
	{ "Firecracker, --id=", "/firecracker-v1.7.0-aarch64|--id=fc-551|", NULL, "fc-551",
	  VM_NAME_OPTION },
	{ "Firecracker: -name is none of its options", "/firecracker|-name|x|", NULL, "qemu",
	  VM_NAME_PROCESS },
	{ "cloud-hypervisor", "cloud-hypervisor|--api-socket|path=/run/chv/web.sock,x=y|", NULL, "web",
	  VM_NAME_SOCKET },
	{ "cloud-hypervisor, plain path", "cloud-hypervisor|--api-socket|/run/chv/web|", NULL, "web",
	  VM_NAME_SOCKET },
	{ "cloud-hypervisor, a descriptor", "cloud-hypervisor|--api-socket|fd=3|", NULL, "qemu",
	  VM_NAME_PROCESS },
	{ "a machine is surer than a socket", "cloud-hypervisor|--api-socket|/run/a.sock|",
	  "0::/machine.slice/machine-ch\\x2dweb.scope\n", "ch-web", VM_NAME_MACHINE },
	{ "crosvm", "/usr/bin/crosvm|run|--socket|/run/vm/term.sock|", NULL, "term", VM_NAME_SOCKET },
	{ "crosvm with --name", "/usr/bin/crosvm|run|-s|/run/x.sock|--name|term|", NULL, "term",
	  VM_NAME_OPTION },
	{ "systemd-machined, hybrid hierarchy", "vmm|",
	  "12:memory:/foo\n1:name=systemd:/machine.slice/machine-a\\x2db.scope\n0::/bar\n"
	  "3:cpu:/machine.slice/machine-no.scope\n", "qemu", VM_NAME_PROCESS },
	{ "systemd-machined, first hierarchy", "vmm|",
	  "0::/machine.slice/machine-a\\x2db.scope\n1:name=systemd:/machine.slice/machine-a\\x2db.scope\n",
	  "a-b", VM_NAME_MACHINE },
	{ "a service", "vmm|", "0::/system.slice/system-vm.slice/vm@web\\x2d7.service\n",
	  "vm@web-7.service", VM_NAME_UNIT },
	{ "a service of all VMs", "vmm|", "0::/system.slice/libvirtd.service\n", "qemu", VM_NAME_PROCESS },
	{ "a template that is none's", "vmm|", "0::/system.slice/vm@.service\n", "qemu", VM_NAME_PROCESS },
	{ "a service among the machines", "vmm|", "0::/machine.slice/web.service\n", "web.service",
	  VM_NAME_UNIT },
	{ "a login session", "vmm|", "0::/user.slice/user-0.slice/session-3.scope\n", "qemu",
	  VM_NAME_PROCESS },
	{ "a user's scope, called as a machine's is", "vmm|",
	  "0::/user.slice/user-1000.slice/user@1000.service/app.slice/machine-prod.scope\n", "qemu", VM_NAME_PROCESS },
	{ "a bad escape", "vmm|", "0::/machine.slice/machine-a\\xzz\\x2.scope\n", "a\\xzz\\x2",
	  VM_NAME_MACHINE },
	{ "KubeVirt: libvirt's name, in a pod", "/usr/libexec/qemu-kvm|-name|guest=default_web-7,debug-threads=on|-S|",
	  LAUNCHER, "default_web-7", VM_NAME_OPTION },
	{ "no name in a pod", "vmm|", LAUNCHER, "qemu", VM_NAME_PROCESS },
	{ "nor on a node that is a container", "vmm|",
	  "0::/system.slice/docker-" ID ".scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID_
	  ".slice/cri-containerd-" ID ".scope\n", "qemu", VM_NAME_PROCESS },
	{ "no cgroup, no command line", "", NULL, "qemu", VM_NAME_PROCESS },
	{ "garbage", "|||-name||", ":::\n::\nx", "qemu", VM_NAME_PROCESS },
};

static void pods(void)
{
	static const struct {
		const char *what, *cgroup, *uid;
	} pods[] = {
		{ "containerd, burstable", "0::/kubepods.slice/kubepods-burstable.slice/"
		  "kubepods-burstable-pod" UID_ ".slice/cri-containerd-" ID ".scope\n", UID },
		{ "CRI-O, guaranteed", "0::/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope/container\n",
		  UID },
		{ "libvirt's own below it", "0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_
		  ".slice/cri-containerd-" ID ".scope/machine/qemu-1-default_web.libvirt-qemu/emulator\n", UID },
		{ "cgroupfs", "0::/kubepods/burstable/pod" UID "/" ID "\n", UID },
		{ "cgroupfs, guaranteed", "0::/kubepods/pod" UID "/" ID "\n", UID },
		{ "the first hierarchy", "12:memory:/x\n1:name=systemd:/kubepods.slice/kubepods-pod" UID_
		  ".slice/docker-" ID ".scope\n", UID },
		{ "a kubelet with a root of its own",
		  "0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/"
		  "kubelet-kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope\n", UID },
		{ "a node that is a container",
		  "0::/system.slice/docker-" ID ".scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID_
		  ".slice/cri-containerd-" ID ".scope\n", UID },
		{ "an engine without systemd", "0::/system.slice/containerd.service/kubepods-burstable-pod" UID_
		  ".slice:cri-containerd:" ID "\n", UID },
		{ "seen from a pod, systemd", "0::/../../../kubepods-burstable.slice/kubepods-burstable-pod" UID_
		  ".slice/cri-containerd-" ID ".scope\n", UID },
		{ "seen from a pod, cgroupfs", "0::/../../pod" UID "/" ID "\n", UID },
		{ "no UID", "0::/kubepods/besteffort/podnone\n", "" },
		{ "a UID and more", "0::/kubepods/pod" UID "0/x\n", "" },
		{ "no pod's slice", "0::/kubepods.slice/kubepods-burstable.slice\n", "" },
		{ "not Kubernetes'", "0::/machine.slice/pod" UID "\n", "" },
		{ "podman's", "0::/machine.slice/machine-libpod_pod_" ID ".slice/libpod-" ID ".scope\n", "" },
		{ "a user's, who may call it so",
		  "0::/user.slice/user-1000.slice/user@1000.service/kubepods-pod" UID_ ".slice/x.scope\n", "" },
	};
	char uid[VM_POD_LEN];
	size_t i;

	for (i = 0; i < sizeof(pods) / sizeof(pods[0]); i++) {
		put("cgroup", pods[i].cgroup, 0);
		vm_pod(proc, 7, uid);
		check(!strcmp(uid, pods[i].uid), uid, "pod: %s", pods[i].what);
	}
}

/* The screen has a column for each character, and letters of ASCII alone. */
static void on_screen(void)
{
	struct screen s = { 0 };
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	screen_reset(&s, 1, 20);
	screen_put(&s, 0, 0, ATTR_PLAIN, "%s", "grün-東京 x");
	screen_print(&s, f);
	fclose(f);
	check(!strncmp(text, "gr?n-?? x\n", 10), text, "on a screen");
	free(text);
	screen_free(&s);
}

/* What is read ends where it ends, whatever its last bytes look like. */
static void no_characters(void)
{
	const size_t len = 200;
	char name[VM_NAME_LEN], *bytes = malloc(len), want[] = "_______________________…";

	memset(bytes, 0xa9, len);
	want[(VM_NAME_LEN - 4) / 2] = '\0';
	strcat(want, "…");
	vm_clean_name(name, bytes, len);
	check(!strcmp(name, want), name, "bytes that are no characters");
	free(bytes);
}

int main(void)
{
	char dir[64], name[VM_NAME_LEN], got[80];
	size_t i;

	check_suite = "vmnames";
	if (!mkdtemp(proc))
		return 1;
	snprintf(dir, sizeof(dir), "%s/7", proc);
	mkdir(dir, 0700);
	put("comm", "qemu\n", 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum vm_name_source source;

		put("cmdline", rows[i].cmdline, '|');
		put("cgroup", rows[i].cgroup, 0);
		source = vm_name_at(proc, 7, "task", name);
		snprintf(got, sizeof(got), "%s (source %d)", name, source);
		check(!strcmp(name, rows[i].name) && source == rows[i].source, got, "%s", rows[i].what);
	}
	pods();
	on_screen();
	no_characters();
	put("comm", NULL, 0);
	put("cmdline", NULL, 0);
	put("cgroup", NULL, 0);
	check(vm_name_at(proc, 7, "task", name) == VM_NAME_PROCESS && !strcmp(name, "task"), name,
	      "its first event's task, if the process is gone");
	rmdir(dir);
	rmdir(proc);
	return check_status();
}
