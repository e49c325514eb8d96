// SPDX-License-Identifier: GPL-2.0
/* What refused memory is, from a sysfs made for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backing.h"
#include "check.h"

#define UUID "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001"

static char sys[] = "/tmp/kvmmt-sys-XXXXXX";

static void shell(const char *command)
{
	char line[768];

	snprintf(line, sizeof(line), "cd %s && %s", sys, command);
	if (system(line))
		not_ok("setup: %s", command);
}

/* A GPU of 256 MiB, bound to vfio-pci, a disk's controller, a bridge, a device of the GPU's. */
static void make_sysfs(void)
{
	shell("mkdir -p bus/pci/devices bus/pci/drivers/vfio-pci bus/pci/drivers/nvme bus/mdev/devices "
	      "bus/platform/devices d/0000:01:00.0 d/0000:02:00.0 d/0000:00:00.0 d/" UUID
	      " bus/mdev/drivers/vfio_mdev d/groups/7 d/groups/9 d/bare");
	shell("for d in d/0000:*; do ln -s ../../../$d bus/pci/devices/; ln -s ../../bus/pci $d/subsystem; done");
	shell("for d in bare " UUID "; do ln -s ../../../d/$d bus/mdev/devices/; "
	      "ln -s ../../bus/mdev d/$d/subsystem; done");
	shell("ln -s ../../bus/pci/drivers/vfio-pci d/0000:01:00.0/driver; ln -s ../groups/7 d/0000:01:00.0/iommu_group");
	shell("ln -s ../../bus/pci/drivers/nvme d/0000:02:00.0/driver; ln -s ../groups/9 d/0000:02:00.0/iommu_group");
	shell("ln -s ../../bus/mdev/drivers/vfio_mdev d/" UUID "/driver; ln -s ../groups/9 d/" UUID "/iommu_group");
	shell("printf '0x0 0x0 0x0\n0x0 0x0 0x0\n0x10000000 0x1fffffff 0x14220c\n0 0 0\n0 0 0\n0 0 0\n"
	      "0x90000000 0x9fffffff 0x200\n' >d/0000:01:00.0/resource");
	shell("printf '0x40000000 0x40003fff 0x140204\n' >d/0000:02:00.0/resource");
	shell("mkdir -p dev/char/10:124 dev/char/511:1 dev/char/195:0");
	shell("printf 'MAJOR=10\nDEVNAME=pfnmap\n' >dev/char/10:124/uevent");
	shell("echo DEVNAME=vfio/devices/vfio0 >dev/char/511:1/uevent; ln -s ../../../d/0000:01:00.0 dev/char/511:1/device");
	shell("echo DEVNAME=gpu0 >dev/char/195:0/uevent; ln -s ../../../d/0000:02:00.0 dev/char/195:0/device");
}

int main(void)
{
	static const struct row {
		const char *what, *want;
		struct kvmmt_origin origin;
		__u64 pfn;
	} rows[] = {
		{ "a fault in a BAR, through a group", "PCI 0000:01:00.0 BAR 2, driver vfio-pci, /dev/vfio/7",
		  { .file = "[vfio-device]", .module = "vfio", .device = "0000:01:00.0" }, 0x10000 },
		{ "a slot of it: its page is not known", "PCI 0000:01:00.0, driver vfio-pci, /dev/vfio/7",
		  { .file = "[vfio-device]", .module = "vfio", .device = "0000:01:00.0" }, ~0ull },
		{ "a fault in a BAR, through the device's node",
		  "PCI 0000:01:00.0 BAR 2, driver vfio-pci, /dev/vfio/devices/vfio0",
		  { .file = "vfio0", .module = "vfio", .rdev = 511u << 20 | 1 }, 0x10000 },
		{ "a slot of it", "PCI 0000:01:00.0, driver vfio-pci, /dev/vfio/devices/vfio0",
		  { .file = "vfio0", .module = "vfio", .rdev = 511u << 20 | 1 }, ~0ull },
		{ "memory of a device behind no BAR", "PCI 0000:01:00.0, driver vfio-pci, /dev/vfio/7",
		  { .file = "[vfio-device]", .module = "vfio", .device = "0000:01:00.0" }, 0x400000 },
		{ "a mediated device", "mdev " UUID ", driver vfio_mdev, /dev/vfio/9",
		  { .file = "[vfio-device]", .device = UUID }, ~0ull },
		{ "without driver and group", "mdev bare", { .file = "[vfio-device]", .device = "bare" }, ~0ull },
		{ "one that sysfs has no more", "device 0000:05:00.0 of VFIO",
		  { .file = "[vfio-device]", .device = "0000:05:00.0" }, ~0ull },
		{ "VFIO without its BTF", "file [vfio-device]", { .file = "[vfio-device]" }, ~0ull },
		{ "a page of a BAR, and no more", "PCI 0000:01:00.0 BAR 2, driver vfio-pci", { .file = "" }, 0x10000 },
		{ "its last page", "PCI 0000:01:00.0 BAR 2, driver vfio-pci", { .file = "" }, 0x1ffff },
		{ "the page behind it", "file [x]", { .file = "[x]", .module = "x" }, 0x20000 },
		{ "a bridge's window is no BAR", "", { .file = "" }, 0x90000 },
		{ "a driver's own node", "PCI 0000:02:00.0, driver nvme, /dev/gpu0",
		  { .file = "gpu0", .module = "gpu", .rdev = 195u << 20 }, ~0ull },
		{ "a page of its BAR", "PCI 0000:02:00.0 BAR 0, driver nvme, /dev/gpu0",
		  { .file = "gpu0", .module = "gpu", .rdev = 195u << 20 }, 0x40001 },
		{ "a node of no device", "device /dev/pfnmap, module pfnmap",
		  { .file = "pfnmap", .module = "pfnmap", .rdev = 10 << 20 | 124 }, ~0ull },
		{ "one that is built in", "device /dev/pfnmap", { .file = "pfnmap", .rdev = 10 << 20 | 124 }, ~0ull },
		{ "one that sysfs does not know", "device /dev/x", { .file = "x", .rdev = 1 }, ~0ull },
		{ "a file with a bad name", "file a___b", { .file = "a\033\n\"b", .module = "ext4" }, ~0ull },
		{ "nothing known", "", { .file = "" }, ~0ull },
	};
	char buf[BACKING_LEN];
	size_t i;

	check_suite = "backings";
	if (!mkdtemp(sys))
		return 1;
	make_sysfs();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(!strcmp(backing_text(sys, &rows[i].origin, rows[i].pfn, 4096, buf), rows[i].want),
		      buf, "%s", rows[i].what);
	shell("rm -r bus dev d");
	rmdir(sys);
	return check_status();
}
