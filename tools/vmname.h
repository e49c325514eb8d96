/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMNAME_H
#define VMNAME_H

#include <stdbool.h>
#include <linux/types.h>
#include <sys/types.h>

#define VM_NAME_LEN 48
#define VM_POD_LEN  37

/* Where a VM's name is from. X(NAME, "word", "help"); the surer ones first. */
#define VM_NAME_SOURCES(X)                                                             \
	X(OPTION, "option", "an option of its VMM that names the VM")                  \
	X(MACHINE, "machine", "the machine that systemd-machined registered")          \
	X(SOCKET, "socket", "the file name of its VMM's control socket")               \
	X(UNIT, "unit", "the systemd unit that its process runs in")                   \
	X(PROCESS, "process", "its process's own name, or its first event's task")       \
	X(RECORDING, "recording", "a recording, which does not tell")

#define X(name, ...) VM_NAME_##name,
enum vm_name_source { VM_NAME_SOURCES(X) };
#undef X

/* Who a VM is. */
struct vm_entry {
	__u64 vm;	/* address of its struct kvm */
	__u32 pid;	/* of the task that made it */
	__u32 process;	/* that this task belongs or belonged to */
	char name[VM_NAME_LEN];
	enum vm_name_source name_source;
};

/* Fill in the rest of an entry that has .vm and .pid. */
typedef void (*vm_entry_fn)(void *ctx, struct vm_entry *entry, const char *comm);

/* The same from /proc, now. @ctx is not used. */
void vm_identify(void *ctx, struct vm_entry *entry, const char *comm);

/*
 * The name of the VM that process @pid runs, to @name of VM_NAME_LEN bytes, from the
 * first source that has one. If the process is gone, @comm; if that is empty too, "?".
 */
enum vm_name_source vm_name(pid_t pid, const char *comm, char *name);
/* The same with a /proc that is elsewhere. */
enum vm_name_source vm_name_at(const char *proc, pid_t pid, const char *comm, char *name);

/* "option", "machine" … */
const char *vm_name_source_word(enum vm_name_source source);

/*
 * The UID of the Kubernetes pod that process @pid belongs to, to @uid of VM_POD_LEN
 * bytes; "" if its cgroup is none of a pod's.
 */
void vm_pod(const char *proc, pid_t pid, char *uid);

/*
 * A name is its owner's choice: keep what is one word on a terminal, in a table and in a
 * line to be split, of the @len bytes at @from: letters of any script, but '_' for spaces,
 * quotes, controls and what is no UTF-8. One that is too long loses its middle, since what
 * tells names apart is mostly at their end. @name has VM_NAME_LEN bytes.
 */
void vm_clean_name(char *name, const char *from, size_t len);

/* The same of several words, with the blanks between them, cut at its end; @to has @room bytes. */
void vm_clean_text(char *to, size_t room, const char *from, size_t len);

/* Is it one of @names: its name, its process, or the task that made it? Of none, each is. */
bool vm_entry_meant(const struct vm_entry *vm, const char *const *names, size_t nr);

/* The process that thread @pid belongs to, or @pid if it is gone. */
pid_t vm_process(pid_t pid);

#endif
