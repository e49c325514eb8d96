/* SPDX-License-Identifier: GPL-2.0 */
/* What a process's cgroup says of the VM that it runs: see vmname.h. */
#ifndef VMNAME_CGROUP_H
#define VMNAME_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CGROUP_LEN 4096

/* /proc/PID/@file, terminated, to @buf; its length, 0 if it cannot be read. */
size_t proc_read(const char *proc, pid_t pid, const char *file, char *buf, size_t size);

/* Its path in systemd's hierarchy or in the only one, to @path of CGROUP_LEN bytes. */
void cgroup_read(const char *proc, pid_t pid, char *path);
/* The machine of systemd-machined's, or the unit, that @cgroup is of; false if none. */
bool cgroup_machine(const char *cgroup, char *name);
bool cgroup_unit(const char *cgroup, char *name);

#endif
