// SPDX-License-Identifier: GPL-2.0
/* See vmname_cgroup.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "vmname.h"
#include "vmname_cgroup.h"

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
void cgroup_read(const char *proc, pid_t pid, char *path)
{
	char buf[CGROUP_LEN], *line, *next = buf;

	proc_read(proc, pid, "cgroup", buf, sizeof(buf));
	path[0] = '\0';
	while ((line = strsep(&next, "\n"))) {
		const char *second = strchr(line, ':'), *third = second ? strchr(second + 1, ':') : NULL;

		if (third && (third == second + 1 || !strncmp(second, ":name=systemd:", 14)))
			snprintf(path, CGROUP_LEN, "%s", third + 1);
	}
}

/* Below their own manager users name cgroups as they like: no machine's, no kubelet's. */
static bool is_users(const char *cgroup)
{
	return !strncmp(cgroup, "/user.slice/", 12);
}

/* machine-qemu\x2d3\x2dweb.scope of systemd-machined: "qemu-3-web" */
bool cgroup_machine(const char *cgroup, char *name)
{
	char path[CGROUP_LEN], part[CGROUP_LEN];

	if (is_users(cgroup))
		return false;
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

/* "vm@web-7.service": whoever wrote the template meant what follows the '@' to be told apart. */
static bool is_instance(const char *unit)
{
	const char *at = strchr(unit, '@');

	return at && at[1] != '.';
}

/*
 * A unit among the machines, or an instance of a system's service. Other services have
 * names of their own (libvirtd's, a container engine's), and users' sessions say who.
 */
bool cgroup_unit(const char *cgroup, char *name)
{
	bool machine = !strncmp(cgroup, "/machine.slice/", 15);
	char path[CGROUP_LEN], part[CGROUP_LEN];

	if (strncmp(cgroup, "/system.slice/", 14) && !machine)
		return false;
	snprintf(path, sizeof(path), "%s", cgroup);
	while (last_part(path, part, sizeof(part))) {
		if (!ends_with(part, ".service") && !ends_with(part, ".scope"))
			continue;
		if (!machine && !is_instance(part))
			return false;
		unescape(part);
		vm_clean_name(name, part, strlen(part));
		return true;
	}
	return false;
}

/* The UID that follows "pod" at @pod, to @uid; false if what follows is no UID, or more. */
static bool pod_uid(const char *pod, char *uid)
{
	const char *from = pod + 3, *end = from + VM_POD_LEN - 1;
	size_t i;

	if (strspn(from, "0123456789abcdef-_") != VM_POD_LEN - 1 ||
	    (*end && strcmp(end, ".slice") && strncmp(end, ".slice:", 7)))
		return false;
	for (i = 0; i < VM_POD_LEN - 1; i++)
		uid[i] = from[i] == '_' ? '-' : from[i];
	uid[i] = '\0';
	return true;
}

/*
 * kubepods-burstable-pod0c1d_….slice of a kubelet that asks systemd for cgroups (with ":cri…" behind
 * it if the container engine does not), pod0c1d-… below kubepods of one that makes them.
 */
static bool is_pod(const char *path, const char *part, char *uid)
{
	const char *pods = strstr(part, "kubepods"), *pod = part;

	if (pods && (pods == part || pods[-1] == '-')) {
		while ((pods = strstr(pods, "-pod")))
			pod = ++pods;
		return pod != part && pod_uid(pod, uid);
	}
	/* Seen from another pod, what is above both is "..". */
	return !strncmp(part, "pod", 3) && pod_uid(part, uid) &&
	       (strstr(path, "/kubepods") || !strncmp(path, "/..", 3));
}

void vm_pod(const char *proc, pid_t pid, char *uid)
{
	char path[CGROUP_LEN], part[CGROUP_LEN];

	uid[0] = '\0';
	cgroup_read(proc, pid, path);
	if (is_users(path))
		return;
	while (last_part(path, part, sizeof(part)))
		if (is_pod(path, part, uid))
			return;
	uid[0] = '\0';
}
