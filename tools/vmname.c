// SPDX-License-Identifier: GPL-2.0
/* See vmname.h. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "vmname.h"
#include "vmname_cgroup.h"

#define PROC "/proc"
#define CMDLINE_LEN 32768 /* longer ones are cut: libvirt names the VM first */

size_t proc_read(const char *proc, pid_t pid, const char *file, char *buf, size_t size)
{
	char path[256];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d/%s", proc, pid, file);
	f = fopen(path, "re");
	if (f) {
		n = fread(buf, 1, size - 1, f);
		fclose(f);
	}
	buf[n] = '\0';
	return n;
}

/* As many of the @len bytes at @from as there is @room for, none of a character alone. */
static size_t clean(char *to, size_t room, const char *from, size_t len)
{
	size_t done = 0, n;

	while (done < len) {
		n = from[done] == '"' ? 0 : utf8_char(from + done, len - done);
		if (done + (n ? n : 1) > room)
			break;
		if (n)
			memcpy(to + done, from + done, n);
		else
			to[done] = '_';
		done += n ? n : 1;
	}
	return done;
}

#define CUT "\xe2\x80\xa6"	/* … */

void vm_clean_name(char *name, const char *from, size_t len)
{
	const size_t half = (VM_NAME_LEN - sizeof(CUT)) / 2;
	const char *tail = from + len - half;
	size_t done;

	if (len < VM_NAME_LEN) {
		done = clean(name, len, from, len);
	} else {
		done = clean(name, half, from, len);
		memcpy(name + done, CUT, strlen(CUT));
		done += strlen(CUT);
		while (tail < from + len && (*tail & 0xc0) == 0x80)
			tail++;
		done += clean(name + done, half, tail, from + len - tail);
	}
	name[done] = '\0';
}

void vm_clean_text(char *to, size_t room, const char *from, size_t len)
{
	const char *end = from + len, *space;
	size_t done = 0;

	for (;;) {
		space = memchr(from, ' ', end - from);
		done += clean(to + done, room - 1 - done, from, (space ? space : end) - from);
		if (!space || done + 1 == room)
			break;
		to[done++] = ' ';
		from = space + 1;
	}
	to[done] = '\0';
}

pid_t vm_process(pid_t pid)
{
	char status[4096];
	const char *tgid;

	proc_read(PROC, pid, "status", status, sizeof(status));
	tgid = strstr(status, "\nTgid:");
	return tgid ? atoi(tgid + strlen("\nTgid:")) : pid;
}

/* How a VMM writes a VM's name into an option's value; "" if it is not there. */
typedef void (*value_fn)(const char *value, char *name);

static void plain_value(const char *value, char *name)
{
	vm_clean_name(name, value, strlen(value));
}

/* One value of a list "a=x,b=y", in which ",," is a comma of the value */
static void list_value(const char *value, char *name)
{
	char plain[1024];
	size_t n = 0;

	for (; *value && n < sizeof(plain); value++) {
		if (*value == ',' && *++value != ',')
			break;
		plain[n++] = *value;
	}
	vm_clean_name(name, plain, n);
}

/* After @key ("guest=") in a list, or NULL */
static const char *list_find(const char *list, const char *key)
{
	while (*list) {
		if (!strncmp(list, key, strlen(key)))
			return list + strlen(key);
		for (; *list && *list != ','; list++)
			if (list[0] != ',' && list[1] == ',' && list[2] == ',')
				list += 2;
		list += *list == ',';
	}
	return NULL;
}

/* QEMU: -name web-7 | -name guest=web-7,debug-threads=on */
static void qemu_value(const char *value, char *name)
{
	const char *guest = list_find(value, "guest="), *word = value + strcspn(value, "=,");

	if (guest)
		list_value(guest, name);
	else if (*word != '=')
		list_value(value, name);
}

/* /run/web-7.sock | path=/run/web-7.sock: web-7. A descriptor (fd=3) names nothing. */
static void socket_value(const char *value, char *name)
{
	const char *path = list_find(value, "path="), *base;
	size_t len;

	path = path ? path : value;
	base = strrchr(path, '/');
	if (!base)
		return;
	len = strcspn(++base, ",");
	if (len > 5 && !strncmp(base + len - 5, ".sock", 5))
		len -= 5;
	vm_clean_name(name, base, len);
}

/* Options that name a VM, by the beginning of their VMM's name; "" is any other VMM. */
static const struct option {
	const char *vmm;
	const char *words[2];
	enum vm_name_source source;
	value_fn value;
} options[] = {
	{ "firecracker", { "--id", NULL }, VM_NAME_OPTION, plain_value },
	{ "lkvm", { "--name", NULL }, VM_NAME_OPTION, plain_value },
	{ "kvmtool", { "--name", NULL }, VM_NAME_OPTION, plain_value },
	{ "crosvm", { "--name", NULL }, VM_NAME_OPTION, plain_value },
	{ "crosvm", { "-s", "--socket" }, VM_NAME_SOCKET, socket_value },
	{ "cloud-hypervisor", { "--api-socket", NULL }, VM_NAME_SOCKET, socket_value },
	{ "", { "-name", "--name" }, VM_NAME_OPTION, qemu_value },
};

#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

static bool is_vmm(const char *exe, const char *vmm)
{
	size_t i;

	if (*vmm)
		return !strncmp(exe, vmm, strlen(vmm));
	for (i = 0; i < NR_OPTIONS; i++)
		if (*options[i].vmm && is_vmm(exe, options[i].vmm))
			return false;
	return true;
}

/* The value of "--word VALUE" or "--word=VALUE" at @arg, or NULL */
static const char *value_of(const struct option *o, const char *arg, const char *end)
{
	size_t i;

	for (i = 0; i < 2 && o->words[i]; i++) {
		size_t len = strlen(o->words[i]);

		if (strncmp(arg, o->words[i], len))
			continue;
		if (arg[len] == '=')
			return arg + len + 1;
		if (!arg[len] && arg + len + 1 < end)
			return arg + len + 1;
	}
	return NULL;
}

/* As VMMs do, the last of several counts. */
static bool option_name(const char *cmdline, size_t len, enum vm_name_source source, char *name)
{
	const char *base = strrchr(cmdline, '/'), *end = cmdline + len, *arg, *value;
	const char *exe = base ? base + 1 : cmdline;
	size_t i;

	name[0] = '\0';
	for (i = 0; i < NR_OPTIONS; i++) {
		if (options[i].source != source || !is_vmm(exe, options[i].vmm))
			continue;
		for (arg = cmdline + strlen(cmdline) + 1; arg < end; arg += strlen(arg) + 1) {
			value = value_of(&options[i], arg, end);
			if (value)
				options[i].value(value, name);
		}
	}
	return name[0];
}

enum vm_name_source vm_name_at(const char *proc, pid_t pid, const char *comm, char *name)
{
	char cmdline[CMDLINE_LEN], cgroup[CGROUP_LEN];
	size_t len = proc_read(proc, pid, "cmdline", cmdline, sizeof(cmdline));

	if (option_name(cmdline, len, VM_NAME_OPTION, name))
		return VM_NAME_OPTION;
	cgroup_read(proc, pid, cgroup);
	if (cgroup_machine(cgroup, name))
		return VM_NAME_MACHINE;
	if (option_name(cmdline, len, VM_NAME_SOCKET, name))
		return VM_NAME_SOCKET;
	if (cgroup_unit(cgroup, name))
		return VM_NAME_UNIT;
	if (!proc_read(proc, pid, "comm", cmdline, sizeof(cmdline)))
		snprintf(cmdline, sizeof(cmdline), "%s", *comm ? comm : "?");
	vm_clean_name(name, cmdline, strcspn(cmdline, "\n"));
	return VM_NAME_PROCESS;
}

enum vm_name_source vm_name(pid_t pid, const char *comm, char *name)
{
	return vm_name_at(PROC, pid, comm, name);
}

const char *vm_name_source_word(enum vm_name_source source)
{
#define X(name, word, ...) word,
	static const char *const words[] = { VM_NAME_SOURCES(X) };
#undef X

	return words[source];
}

void vm_identify(void *ctx, struct vm_entry *entry, const char *comm)
{
	(void)ctx;
	entry->process = vm_process(entry->pid);
	entry->name_source = vm_name(entry->pid, comm, entry->name);
}

bool vm_entry_meant(const struct vm_entry *vm, const char *const *names, size_t nr)
{
	char name[VM_NAME_LEN], *end;
	size_t i;

	for (i = 0; i < nr; i++) {
		unsigned long number = strtoul(names[i], &end, 10);

		vm_clean_name(name, names[i], strlen(names[i]));
		if (!strcmp(name, vm->name) ||
		    (*names[i] && !*end && (number == vm->process || number == vm->pid)))
			return true;
	}
	return !nr;
}
