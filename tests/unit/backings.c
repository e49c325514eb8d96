// SPDX-License-Identifier: GPL-2.0
/* What refused memory is, from a sysfs made for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backing.h"
#include "check.h"

static char sys[] = "/tmp/kvmmt-sys-XXXXXX";

static void shell(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && %s", sys, command);
	if (system(line))
		not_ok("setup: %s", command);
}

int main(void)
{
	static const struct row {
		const char *what, *want;
		struct kvmmt_origin origin;
		__u64 pfn;
	} rows[] = {
		{ "a page of a BAR", "PCI 0000:01:00.0 BAR 2", { .file = "[vfio-device]" }, 0x10000 },
		{ "its last page", "PCI 0000:01:00.0 BAR 2", { .file = "" }, 0x1ffff },
		{ "the page behind it", "file [vfio-device]", { .file = "[vfio-device]" }, 0x20000 },
		{ "a bridge's window is no BAR", "", { .file = "" }, 0x90000 },
		{ "a device node", "device /dev/pfnmap", { .file = "pfnmap", .rdev = 10 << 20 | 124 }, ~0ull },
		{ "one that belongs to a device", "device /dev/vfio/devices/vfio0 of 0000:01:00.0",
		  { .file = "vfio0", .rdev = 511u << 20 | 1 }, ~0ull },
		{ "one that sysfs does not know", "device /dev/x", { .file = "x", .rdev = 1 }, ~0ull },
		{ "a file with a bad name", "file a___b", { .file = "a\033\n\"b" }, ~0ull },
		{ "nothing known", "", { .file = "" }, ~0ull },
	};
	char buf[BACKING_LEN];
	size_t i;

	check_suite = "backings";
	if (!mkdtemp(sys))
		return 1;
	shell("mkdir -p bus/pci/devices/0000:01:00.0 dev/char/10:124 dev/char/511:1 pci/0000:01:00.0");
	shell("printf '0x0 0x0 0x0\n0x0 0x0 0x0\n0x10000000 0x1fffffff 0x14220c\n0 0 0\n0 0 0\n0 0 0\n"
	      "0x90000000 0x9fffffff 0x200\n' >bus/pci/devices/0000:01:00.0/resource");
	shell("printf 'MAJOR=10\nDEVNAME=pfnmap\n' >dev/char/10:124/uevent");
	shell("echo DEVNAME=vfio/devices/vfio0 >dev/char/511:1/uevent");
	shell("ln -s ../../../pci/0000:01:00.0 dev/char/511:1/device");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(!strcmp(backing_text(sys, &rows[i].origin, rows[i].pfn, 4096, buf), rows[i].want),
		      buf, "%s", rows[i].what);
	shell("rm -r bus dev pci");
	rmdir(sys);
	return check_status();
}
