// SPDX-License-Identifier: GPL-2.0
/* See vmname.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmname.h"

static size_t read_proc(pid_t pid, const char *file, char *buf, size_t size)
{
	char path[64];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "re");
	if (f) {
		n = fread(buf, 1, size - 1, f);
		fclose(f);
	}
	buf[n] = '\0';
	return n;
}

void vm_clean_name(char *name, const char *from, size_t len)
{
	size_t i;

	if (len >= VM_NAME_LEN)
		len = VM_NAME_LEN - 1;
	for (i = 0; i < len; i++)
		name[i] = from[i] > ' ' && from[i] < 0x7f && from[i] != '"' ? from[i] : '_';
	name[len] = '\0';
}

pid_t vm_process(pid_t pid)
{
	char status[4096];
	const char *tgid;

	read_proc(pid, "status", status, sizeof(status));
	tgid = strstr(status, "\nTgid:");
	return tgid ? atoi(tgid + strlen("\nTgid:")) : pid;
}

/* QEMU: -name web-7 | -name guest=web-7,debug-threads=on */
static const char *qemu_name(const char *value, size_t *len)
{
	const char *guest = strstr(value, "guest=");

	if (guest && (guest == value || guest[-1] == ','))
		value = guest + strlen("guest=");
	*len = strcspn(value, ",");
	return value;
}

void vm_name(pid_t pid, const char *comm, char *name)
{
	char buf[4096];
	size_t n = read_proc(pid, "cmdline", buf, sizeof(buf)), len;
	const char *arg, *end = buf + n;

	for (arg = buf; arg < end; arg += strlen(arg) + 1) {
		const char *value = arg + strlen(arg) + 1;

		if ((strcmp(arg, "-name") && strcmp(arg, "--name")) || value >= end)
			continue;
		value = qemu_name(value, &len);
		if (len) {
			vm_clean_name(name, value, len);
			return;
		}
	}
	if (!read_proc(pid, "comm", buf, sizeof(buf)))
		snprintf(buf, sizeof(buf), "%s", *comm ? comm : "?");
	vm_clean_name(name, buf, strcspn(buf, "\n"));
}

void vm_identify(void *ctx, struct vm_entry *entry, const char *comm)
{
	(void)ctx;
	entry->process = vm_process(entry->pid);
	vm_name(entry->pid, comm, entry->name);
}
