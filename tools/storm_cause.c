// SPDX-License-Identifier: GPL-2.0
/* See storm.h: who causes invalidations, in words. */
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "names.h"
#include "storm.h"

bool storm_by_guest(__u32 reason)
{
	return reason == KVMMT_INVAL_GUEST_TLBI || reason == KVMMT_INVAL_SHADOW_REUSE;
}

struct storm_cause storm_cause_of(const struct kvmmt_cause_key *key)
{
	struct storm_cause c = { .process = key->process, .reason = key->reason,
				 .syscall = key->syscall };

	memcpy(c.comm, key->comm, sizeof(c.comm));
	return c;
}

const char *storm_cause_kind(const struct storm_cause *c, const struct model_vm *vm)
{
	if (storm_by_guest(c->reason))
		return "guest";
	if (!c->process)
		return "kernel";
	return c->process == vm->process ? "vmm" : "process";
}

const char *storm_cause_word(const struct storm_cause *c, char *word)
{
	size_t len = strnlen(c->comm, KVMMT_COMM_LEN);
	const char *slash = memchr(c->comm, '/', len);
	char name[VM_NAME_LEN];

	if (slash && !c->process)	/* kworker/3:1, migration/0 */
		len = slash - c->comm;
	vm_clean_name(name, c->comm, len);
	snprintf(word, STORM_WORD_LEN, "%.*s", STORM_WORD_LEN - 1, name);
	return word;
}

/* asm-generic/unistd.h, which is arm64's: a recording may be read on another machine. */
enum {
	SYSCALL_IOCTL = 29,
	SYSCALL_FALLOCATE = 47,
	SYSCALL_MADVISE = 233,
};

const char *storm_cause_syscall(const struct storm_cause *c, char *word)
{
	static const struct {
		int nr;
		const char *name;
	} names[] = {
		{ SYSCALL_IOCTL, "ioctl" }, { 46, "ftruncate" }, { SYSCALL_FALLOCATE, "fallocate" },
		{ 63, "read" }, { 93, "exit" }, { 94, "exit_group" }, { 98, "futex" }, { 214, "brk" },
		{ 215, "munmap" }, { 216, "mremap" }, { 220, "clone" }, { 222, "mmap" },
		{ 226, "mprotect" }, { SYSCALL_MADVISE, "madvise" }, { 235, "mbind" },
		{ 238, "migrate_pages" }, { 239, "move_pages" }, { 435, "clone3" },
		{ 440, "process_madvise" },
	};
	size_t i;

	word[0] = '\0';
	if (!c->process || c->syscall == KVMMT_NO_SYSCALL)
		return word;
	snprintf(word, NAME_LEN, "syscall-%d", c->syscall);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].nr == c->syscall)
			snprintf(word, NAME_LEN, "%s", names[i].name);
	return word;
}

const char *storm_cause_who(const struct storm_cause *c, const struct model_vm *vm, bool with_pid,
			    char *who)
{
	char word[STORM_WORD_LEN], call[NAME_LEN], pid[16] = "";

	if (with_pid && c->process)
		snprintf(pid, sizeof(pid), "[%u]", c->process);
	storm_cause_syscall(c, call);
	snprintf(who, STORM_WHO_LEN, "%s %s%s%s%s", storm_cause_kind(c, vm), storm_cause_word(c, word),
		 pid, *call ? " in " : "", call);
	return who;
}

const char *storm_cause_doing(const struct storm_cause *c, const struct model_vm *vm)
{
	static const struct {
		const char *thread, *doing;
	} threads[] = {
		{ "khugepaged", "collapses pages into huge ones" },
		{ "ksmd", "merges equal pages" },
		{ "kswapd", "reclaims memory" },
		{ "kcompactd", "compacts memory" },
		{ "kdamond", "acts on memory that DAMON watches" },
		{ "oom_reaper", "takes the memory of a process that is out of it" },
	};
	size_t i;

	if (c->reason != KVMMT_INVAL_NOTIFIER)
		return name_inval_why(c->reason);
	for (i = 0; !c->process && i < sizeof(threads) / sizeof(threads[0]); i++)
		if (!strncmp(c->comm, threads[i].thread, strlen(threads[i].thread)))
			return threads[i].doing;
	if (!c->process || c->process != vm->process)
		return NULL;
	switch (c->syscall) {
	case KVMMT_NO_SYSCALL:
		return "its VMM's own page faults, or NUMA balancing";
	case SYSCALL_IOCTL:
		return "in KVM_RUN: its own copies of pages, NUMA balancing or direct reclaim";
	case SYSCALL_MADVISE:
	case SYSCALL_FALLOCATE:
		return "its VMM's own: a balloon, free page reporting, or memory given back";
	}
	return "its VMM's own";
}

void storm_text(const struct storm *s, const struct model *m, const struct model_vm *vm, char *buf,
		size_t len)
{
	char rate[NAME_LEN], who[STORM_WHO_LEN], number[NAME_LEN];
	const struct storm_cause *c = &s->causes[0];
	const char *doing;
	int used;

	used = snprintf(buf, len, "%s invalidations/s for %.0f s, %.0f%% of the memory mapped again "
				  "within %.3g ms",
			field_short(s->per_s, FIELD_COUNT, rate),
			(double)(m->now_ns - s->spell.since_ns) / 1e9, 100 * s->refault,
			1000 * s->within_s);
	if (!s->nr_causes || !s->count || used < 0 || (size_t)used >= len)
		return;
	doing = storm_cause_doing(c, vm);
	snprintf(buf + used, len - used, "; %.0f%% by %s, %s%s%s",
		 c->count < s->count ? 100.0 * (double)c->count / (double)s->count : 100,
		 storm_cause_who(c, vm, true, who),
		 name_or_number(name_inval_reason(c->reason), c->reason, number), doing ? ": " : "",
		 doing ? doing : "");
}
