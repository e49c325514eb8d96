/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the exporter's test share. */
#ifndef EXPORTER_TEST_H
#define EXPORTER_TEST_H

#include <stdbool.h>
#include <sys/types.h>

#define PORT	     9973
#define OPENMETRICS "Accept: application/openmetrics-text; version=1.0.0\r\n"

extern char page[1 << 20];	/* the last answer */

/* exporter.c: as a service, another user with these capabilities and no more */
void become(unsigned long long capabilities);

/* exporter_scrape.c */
void interface_up(const char *name);
/* The answer to GET @path, in page. Its status, or -errno. */
int get(const char *path, const char *headers);
/* Does page have a line with all these parts? */
bool has(const char *first, ...);
/* Do the metrics have a VM of this name? */
bool vm_there(const char *name);
/* And was it given normal memory? */
bool vm_mapped(const char *name);
/* Run it, its output to the file @output. */
pid_t spawn(char *const argv[], const char *output);
/* Within a minute, for kernels that check themselves: what is asked for is there. */
bool soon(bool (*there)(void));
void show(const char *file);
bool healthy(void);
void stop_exporter(pid_t pid, const char *who);
void write_file(const char *path, const char *text);
/* Is @word in @file? It is read to page. */
bool file_has(const char *file, const char *word);
bool status_has(pid_t pid, const char *line);

/* exporter_guest.c: "exporter vmm -name NAME" is such a VM; gpu-a is refused and dies of it */
pid_t start_vmm(const char *name);
int vmm(const char *name);
void stop_vmm(pid_t pid);
struct vm;
struct vcpu;
/* @bytes of memory, and a VM with it at the window; both this process's until it ends. */
char *open_guest(struct vm *vm, struct vcpu *vcpu, size_t bytes);

/* exporter_storm.c */
void storms(void);
void nested_storms(void);
void khugepaged_at_once(void);
/* VMs under the nested test's stress: L1s with more L2s than fit; host and L1 change all. */
pid_t start_nested_stress(void);

/* exporter_soak.c */
int soak(unsigned int seconds);
int ordinary(unsigned int life_s);

/* exporter_journal.c: @start runs an exporter with a recorder, its standard error to @messages */
void journal(pid_t (*start)(void), const char *messages);

/* exporter_objects.c */
void objects(void);

/* exporter_hardened.c */
void hardened(void);

/* exporter_memory.c */
int memory(int rounds, bool record);

/* exporter_fault.c */
void faults(void);

#endif
