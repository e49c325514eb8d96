/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMNAME_H
#define VMNAME_H

#include <linux/types.h>
#include <sys/types.h>

#define VM_NAME_LEN 48

/* Who a VM is. */
struct vm_entry {
	__u64 vm;	/* address of its struct kvm */
	__u32 pid;	/* of the task that made it */
	__u32 process;	/* that this task belongs or belonged to */
	char name[VM_NAME_LEN];
};

/* Fill in .process and .name of an entry that has .vm and .pid. */
typedef void (*vm_entry_fn)(void *ctx, struct vm_entry *entry, const char *comm);

/* The same from /proc, now. @ctx is not used. */
void vm_identify(void *ctx, struct vm_entry *entry, const char *comm);

/*
 * The name of the VM that process @pid runs, to @name of VM_NAME_LEN bytes: what
 * its command line says (QEMU's -name), or else the process's own name. If the
 * process is gone, @comm; if that is empty too, "?".
 */
void vm_name(pid_t pid, const char *comm, char *name);

/*
 * A name is its owner's choice: keep what a terminal and a table can take of the
 * @len bytes at @from. @name has VM_NAME_LEN bytes.
 */
void vm_clean_name(char *name, const char *from, size_t len);

/* The process that thread @pid belongs to, or @pid if it is gone. */
pid_t vm_process(pid_t pid);

#endif
