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

/* A device, as far as it is known; what is not is empty. */
struct device {
	char bus[VM_NAME_LEN], name[VM_NAME_LEN], driver[VM_NAME_LEN];
	char group[VM_NAME_LEN];	/* of its IOMMU's */
	int bar;			/* -1: not known */
};

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

/* What the link at @path says, one to a device's directory; false if there is none. */
static bool read_device(const char *path, struct device *d)
{
	char part[512];

	link_base(path, d->name);
	snprintf(part, sizeof(part), "%s/subsystem", path);
	link_base(part, d->bus);
	snprintf(part, sizeof(part), "%s/driver", path);
	link_base(part, d->driver);
	snprintf(part, sizeof(part), "%s/iommu_group", path);
	link_base(part, d->group);
	return d->name[0];
}

/* The PCI device that has @address in a BAR */
static bool find_bar(const char *sys, __u64 address, struct device *d)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/bus/pci/devices", sys);
	dir = opendir(path);
	while (dir && d->bar < 0 && (entry = readdir(dir))) {
		d->bar = entry->d_name[0] == '.' ? -1 : bar_of(sys, entry->d_name, address);
		if (d->bar >= 0)
			snprintf(path, sizeof(path), "%s/bus/pci/devices/%s", sys, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return d->bar >= 0 && read_device(path, d);
}

/* The device called @name, on whatever bus */
static bool find_named(const char *sys, const char *name, struct device *d)
{
	char path[512];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/bus", sys);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/bus/%s/devices/%s", sys, entry->d_name, name);
		found = read_device(path, d);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* A device node's name below /dev */
static void node_name(const char *sys, const struct kvmmt_origin *o, char *node)
{
	char path[512], line[128];
	FILE *f;

	vm_clean_name(node, o->file, strnlen(o->file, sizeof(o->file)));
	snprintf(path, sizeof(path), "%s/dev/char/%u:%u/uevent", sys, o->rdev >> 20, o->rdev & 0xfffff);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "DEVNAME=", 8))
			vm_clean_name(node, line + 8, strcspn(line + 8, "\n"));
	if (f)
		fclose(f);
}

/* Which device the memory at @address or what was mapped is of; false if that is not known. */
static bool find_device(const char *sys, const struct kvmmt_origin *o, __u64 address, struct device *d)
{
	char path[512];

	if (address && find_bar(sys, address, d))
		return true;
	if (o->device[0])
		return find_named(sys, o->device, d);
	if (!o->rdev)
		return false;
	snprintf(path, sizeof(path), "%s/dev/char/%u:%u/device", sys, o->rdev >> 20, o->rdev & 0xfffff);
	return read_device(path, d);
}

/* PCI 0000:01:00.0 BAR 2, driver vfio-pci, /dev/vfio/7 */
static void device_text(const struct device *d, const char *node, char *buf)
{
	const char *bus = strcmp(d->bus, "pci") ? d->bus : "PCI";
	char bar[16] = "";

	if (d->bar >= 0)
		snprintf(bar, sizeof(bar), " BAR %d", d->bar);
	snprintf(buf, BACKING_LEN, "%s %s%s%s%s%s%s", bus[0] ? bus : "device", d->name, bar,
		 d->driver[0] ? ", driver " : "", d->driver, node[0] ? ", /dev/" : "", node);
}

const char *backing_text(const char *sys, const struct kvmmt_origin *o, __u64 pfn,
			 long page_size_bytes, char *buf)
{
	char node[VM_NAME_LEN + 8] = "", name[VM_NAME_LEN];
	struct device d = { .bar = -1 };
	bool found = find_device(sys, o, pfn == ~0ull ? 0 : pfn * page_size_bytes, &d);

	buf[0] = '\0';
	if (o->rdev)
		node_name(sys, o, node);
	else if (o->device[0] && d.group[0])
		snprintf(node, sizeof(node), "vfio/%s", d.group);
	vm_clean_name(name, o->file, strnlen(o->file, sizeof(o->file)));
	if (found)
		device_text(&d, node, buf);
	else if (o->device[0])
		snprintf(buf, BACKING_LEN, "device %s of VFIO", o->device);
	else if (o->rdev)
		snprintf(buf, BACKING_LEN, "device /dev/%s%s%s", node, o->module[0] ? ", module " : "",
			 o->module);
	else if (name[0])
		snprintf(buf, BACKING_LEN, "file %s", name);
	return buf;
}
