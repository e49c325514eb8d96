// SPDX-License-Identifier: GPL-2.0
/* See backing.h. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backing.h"
#include "vmname.h"

#define PCI_BARS 6

/* The BAR of a PCI device that has @address, or -1. sysfs has a line for each: start end flags. */
static int bar_of(const char *sys, const char *device, __u64 address)
{
	unsigned long long start, end;
	char path[512];
	int bar, found = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/%s/resource", sys, device);
	f = fopen(path, "re");
	for (bar = 0; f && bar < PCI_BARS && fscanf(f, "%llx %llx %*x", &start, &end) == 2; bar++)
		if (start && start <= address && address <= end)
			found = bar;
	if (f)
		fclose(f);
	return found;
}

static bool pci_text(const char *sys, __u64 address, char *buf)
{
	char path[512], name[VM_NAME_LEN];
	struct dirent *d;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/bus/pci/devices", sys);
	dir = opendir(path);
	while (dir && !found && (d = readdir(dir))) {
		int bar = d->d_name[0] == '.' ? -1 : bar_of(sys, d->d_name, address);

		if (bar < 0)
			continue;
		vm_clean_name(name, d->d_name, strlen(d->d_name));
		snprintf(buf, BACKING_LEN, "PCI %s BAR %d", name, bar);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* The last part of the link at @path, or "" */
static void link_base(const char *path, char *base)
{
	char target[512], *slash;
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	base[0] = '\0';
	if (n <= 0)
		return;
	target[n] = '\0';
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	vm_clean_name(base, slash, strlen(slash));
}

/* A device node: its name below /dev, and the device that it is of if there is one */
static void device_text(const char *sys, const struct kvmmt_origin *o, char *buf)
{
	unsigned int major = o->rdev >> 20, minor = o->rdev & 0xfffff;
	char path[512], line[128], node[VM_NAME_LEN] = "", of[VM_NAME_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "%s/dev/char/%u:%u/uevent", sys, major, minor);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "DEVNAME=", 8))
			vm_clean_name(node, line + 8, strcspn(line + 8, "\n"));
	if (f)
		fclose(f);
	if (!node[0])
		vm_clean_name(node, o->file, strnlen(o->file, sizeof(o->file)));
	snprintf(path, sizeof(path), "%s/dev/char/%u:%u/device", sys, major, minor);
	link_base(path, of);
	snprintf(buf, BACKING_LEN, of[0] ? "device /dev/%s of %s" : "device /dev/%s", node, of);
}

const char *backing_text(const char *sys, const struct kvmmt_origin *o, __u64 pfn,
			 long page_size_bytes, char *buf)
{
	char name[VM_NAME_LEN];

	buf[0] = '\0';
	if (pfn != ~0ull && pci_text(sys, pfn * page_size_bytes, buf))
		return buf;
	if (o->rdev) {
		device_text(sys, o, buf);
	} else if (o->file[0]) {
		vm_clean_name(name, o->file, strnlen(o->file, sizeof(o->file)));
		snprintf(buf, BACKING_LEN, "file %s", name);
	}
	return buf;
}
