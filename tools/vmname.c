// SPDX-License-Identifier: GPL-2.0
/* See vmname.h. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmname.h"

#define PROC "/proc"
#define CMDLINE_LEN 32768 /* longer ones are cut: libvirt names the VM first */
#define CGROUP_LEN  4096

static size_t read_proc(const char *proc, pid_t pid, const char *file, char *buf, size_t size)
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

	read_proc(PROC, pid, "status", status, sizeof(status));
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
	char plain[VM_NAME_LEN];
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

/* "\x2d" is how systemd writes a '-' that is a name's own. In place. */
static void unescape(char *s)
{
	char *to = s;
	unsigned int c;

	while (*s) {
		if (s[0] == '\\' && s[1] == 'x' && isxdigit((unsigned char)s[2]) &&
		    isxdigit((unsigned char)s[3]) && sscanf(s + 2, "%2x", &c) == 1) {
			*to++ = c;
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/*
 * The next part of a path, from its end, into @part; false if there is none. @path
 * loses it.
 */
static bool last_part(char *path, char *part, size_t size)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	snprintf(part, size, "%s", slash + 1);
	*slash = '\0';
	return true;
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcmp(s + n - m, end);
}

/* The path of the cgroup in systemd's hierarchy or in the only one: from /proc/PID/cgroup. */
static void cgroup_path(const char *proc, pid_t pid, char *path)
{
	char buf[CGROUP_LEN], *line, *next = buf;

	read_proc(proc, pid, "cgroup", buf, sizeof(buf));
	path[0] = '\0';
	while ((line = strsep(&next, "\n"))) {
		const char *second = strchr(line, ':'), *third = second ? strchr(second + 1, ':') : NULL;

		if (third && (third == second + 1 || !strncmp(second, ":name=systemd:", 14)))
			snprintf(path, CGROUP_LEN, "%s", third + 1);
	}
}

/* machine-qemu\x2d3\x2dweb.scope of systemd-machined: "qemu-3-web" */
static bool machine_name(const char *cgroup, char *name)
{
	char path[CGROUP_LEN], part[CGROUP_LEN];

	snprintf(path, sizeof(path), "%s", cgroup);
	while (last_part(path, part, sizeof(part))) {
		if (strncmp(part, "machine-", 8) || !ends_with(part, ".scope"))
			continue;
		part[strlen(part) - strlen(".scope")] = '\0';
		unescape(part);
		vm_clean_name(name, part + 8, strlen(part + 8));
		return true;
	}
	return false;
}

/* A service of the system's: those of a user's session say who, not what. */
static bool unit_name(const char *cgroup, char *name)
{
	char path[CGROUP_LEN], part[CGROUP_LEN];

	if (strncmp(cgroup, "/system.slice/", 14) && strncmp(cgroup, "/machine.slice/", 15))
		return false;
	snprintf(path, sizeof(path), "%s", cgroup);
	while (last_part(path, part, sizeof(part))) {
		if (!ends_with(part, ".service") && !ends_with(part, ".scope"))
			continue;
		unescape(part);
		vm_clean_name(name, part, strlen(part));
		return true;
	}
	return false;
}

enum vm_name_source vm_name_at(const char *proc, pid_t pid, const char *comm, char *name)
{
	char cmdline[CMDLINE_LEN], cgroup[CGROUP_LEN];
	size_t len = read_proc(proc, pid, "cmdline", cmdline, sizeof(cmdline));

	if (option_name(cmdline, len, VM_NAME_OPTION, name))
		return VM_NAME_OPTION;
	cgroup_path(proc, pid, cgroup);
	if (machine_name(cgroup, name))
		return VM_NAME_MACHINE;
	if (option_name(cmdline, len, VM_NAME_SOCKET, name))
		return VM_NAME_SOCKET;
	if (unit_name(cgroup, name))
		return VM_NAME_UNIT;
	if (!read_proc(proc, pid, "comm", cmdline, sizeof(cmdline)))
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

/* kubepods.slice/…/kubepods-pod0c1d_….slice/… or /kubepods/…/pod0c1d-…/…: a UUID after "pod" */
void vm_pod(const char *proc, pid_t pid, char *uid)
{
	char cgroup[CGROUP_LEN], part[CGROUP_LEN];

	uid[0] = '\0';
	cgroup_path(proc, pid, cgroup);
	if (strncmp(cgroup, "/kubepods", 9))
		return;
	while (last_part(cgroup, part, sizeof(part))) {
		const char *pod = strstr(part, "pod");
		size_t i;

		/* The last "pod" of "kubepods-burstable-pod0c1d_…" */
		while (pod && strstr(pod + 1, "pod"))
			pod = strstr(pod + 1, "pod");
		if (!pod || strspn(pod + 3, "0123456789abcdef-_") != VM_POD_LEN - 1)
			continue;
		for (i = 0; i < VM_POD_LEN - 1; i++)
			uid[i] = pod[3 + i] == '_' ? '-' : pod[3 + i];
		uid[i] = '\0';
		return;
	}
}

void vm_identify(void *ctx, struct vm_entry *entry, const char *comm)
{
	(void)ctx;
	entry->process = vm_process(entry->pid);
	entry->name_source = vm_name(entry->pid, comm, entry->name);
}
