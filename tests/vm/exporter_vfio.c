// SPDX-License-Identifier: GPL-2.0
/*
 * A device that a VMM has through VFIO's group: refused memory of it is told with the device,
 * though its file is anonymous, and VFIO's module comes after the exporter. See pfnmap/vfio.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exporter.h"
#include "vmm/check.h"
#include "window.h"

#define OTHER_SLOTS 20
#define BACKING "backing=\"PCI 0000:00:00.0\""

/* Slots around the window's, of which none has its id's place. 0, or what vm_slot() says. */
static int other_slots(struct vm *vm, char *ram)
{
	int i, err = 0;

	for (i = 0; i < OTHER_SLOTS && !err; i++)
		err = vm_slot(vm, 3 + i * 7 % OTHER_SLOTS, VM_WINDOW + (2 * i - OTHER_SLOTS + 1) * 8 * PAGE, ram,
			      PAGE, 0);
	return err;
}

/*
 * Refused as a slot, and then at faults: behind KVM's back, where RAM was. KVM has two trees of
 * slots, and changes between them.
 */
int vfio_guest(void)
{
	char *ram = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *memory;
	int group = open("/dev/vfio/0", O_RDWR | O_CLOEXEC), device;
	struct vcpu vcpu;
	struct vm vm;

	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, "0000:00:00.0");
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device, 0);
	if (ram == MAP_FAILED || memory == MAP_FAILED || vm_open(&vm, 0) ||
	    vm_slot(&vm, 2, VM_WINDOW, memory, PAGE, 0) != -EINVAL || vm_slot(&vm, 1, VM_WINDOW, ram, PAGE, 0) ||
	    mmap(ram, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, device, 0) != ram ||
	    other_slots(&vm, ram + PAGE) || vcpu_open(&vm, &vcpu, 0))
		return 1;
	access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 1);
	if (vm_slot(&vm, 3 + OTHER_SLOTS, VM_WINDOW + (OTHER_SLOTS << 20), ram + PAGE, PAGE, 0))
		return 1;
	access_one(&vcpu, VM_WRITE, VM_VA_NORMAL, 1);
	usleep(200000);
	return 0;
}

/* The exporter looks for VFIO at its samples: at one of these guests it has. */
static bool told(void)
{
	waitpid(start_vmm("vfio-a"), NULL, 0);
	return get("/metrics", OPENMETRICS) == 200 &&
	       has("kvmmt_refusal_age_seconds{", "vm=\"vfio-a\"", "at=\"slot\"", "slot=\"2\"",
		   "reason=\"unsafe-cacheable\"", BACKING, NULL);
}

void vfio(void)
{
	char *const argv[] = { "/bin/kvmmt", "exporter", NULL };
	int module = open("/lab/vfio.ko", O_RDONLY | O_CLOEXEC);
	pid_t pid = fork();

	if (!pid) {
		become(1ull << CAP_BPF | 1ull << CAP_PERFMON);
		execv(argv[0], argv);
		_exit(127);
	}
	check(soon(healthy), "it is not", "vfio: it is healthy before VFIO's module is there");
	if (syscall(SYS_finit_module, module, "", 0)) {
		not_ok("setup: /lab/vfio.ko: %s", strerror(errno));
		return;
	}
	close(module);
	check(soon(told), page, "vfio: a slot is refused, and told with the device behind the group");
	check(has("kvmmt_refusal_age_seconds{", "vm=\"vfio-a\"", "at=\"fault\"", "slot=\"1\"", BACKING, NULL), page,
	      "vfio: so is a fault");
	check(!has("kvmmt_refusal_age_seconds{", "at=\"fault\"", "slot=\"\"", NULL), page,
	      "vfio: its slot is found among others, also when they change");
	stop_exporter(pid, "vfio");
}
