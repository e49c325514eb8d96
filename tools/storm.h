/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Storms: invalidations of one VM's stage 2 above a threshold for some time, and who
 * makes them. Reads the model alone; time is the samples'.
 */
#ifndef STORM_H
#define STORM_H

#include <stdbool.h>
#include "model.h"

#define STORM_CAUSES 16		/* that are told apart during one storm */
#define STORM_WORD_LEN 24
#define STORM_WHO_LEN  96

/*
 * Above this, for so long. An invalidation costs the host a TLB invalidation on all
 * its CPUs, and the guest a fault of some microseconds for each page that it still
 * wants: 10,000 a second are about a tenth of one CPU. Memory that nobody wants back
 * (pages swapped out, a balloon that grows) is no storm, however fast it goes.
 */
struct storm_limits {
	double per_s;		/* ranges invalidated a second */
	double bytes_per_s;	/* or bytes */
	double refault;		/* and of them at least this part is mapped again within */
	double within_s;	/* this: refault.h */
	double raise_s;		/* for so long: it is a storm */
	double clear_s;		/* below half of it for so long: it is over */
	double walks_per_s;	/* thrash.h: walks for VNCR aborts a second */
	double miss;		/* and of the lookups at least this part missed */
};

/* Something that is on once it was high for so long, until it was low for so long. */
struct spell {
	bool on;
	__u64 raised;		/* times so far */
	__u64 since_ns;		/* it is high, or on; 0: neither */
	__u64 calm_ns;		/* it is on, but low; 0: it is not low */
};

#define STORM_DEFAULTS { .per_s = 10000, .bytes_per_s = 8e9, .refault = 0.1, .within_s = KVMMT_REFAULT_NS / 1e9, .raise_s = 10, .clear_s = 30, \
			 .walks_per_s = 10000, .miss = 0.5 }

struct storm_cause {
	__u32 process, reason;
	__s32 syscall;
	char comm[KVMMT_COMM_LEN];
	__u64 count;
};

struct storm {
	struct spell spell;
	/* Of the storm, or of what may become one: */
	double per_s, refault;		/* on average */
	double within_s;		/* that refault is of */
	struct storm_cause causes[STORM_CAUSES]; /* most first */
	size_t nr_causes;
	__u64 count;			/* invalidations by all causes, also others */
	/* The detector's: */
	struct kvmmt_counters from, last;
	__u64 last_ns;
};

enum storm_change { STORM_SAME, STORM_RAISED, STORM_CLEARED };

/* @high: above the threshold at @now_ns, which is where since_ns is set; @low: below half. */
enum storm_change spell_step(struct spell *s, const struct storm_limits *l, __u64 now_ns, bool high,
			     bool low);

/* After each sample of the model. */
enum storm_change storm_step(struct storm *s, const struct storm_limits *l, const struct model *m,
			     const struct model_vm *vm);

/* Of an invalidation's reason: was it the guest itself? storm_cause.c, as what follows. */
bool storm_by_guest(__u32 reason);
/* A cause of the model's, for the words below; none is counted. */
struct storm_cause storm_cause_of(const struct kvmmt_cause_key *key);
/* What a cause is: "kernel", "vmm" (the VM's own process), "guest" or "process". */
const char *storm_cause_kind(const struct storm_cause *c, const struct model_vm *vm);
/* Its name without what makes it one of many ("kworker"), to @word of STORM_WORD_LEN bytes. */
const char *storm_cause_word(const struct storm_cause *c, char *word);
/* The system call that it makes, or its number, to @word of NAME_LEN bytes; "": none. */
const char *storm_cause_syscall(const struct storm_cause *c, char *word);
/* "vmm qemu[4711] in madvise", "kernel ksmd", to @who of STORM_WHO_LEN bytes. */
const char *storm_cause_who(const struct storm_cause *c, const struct model_vm *vm, bool with_pid,
			    char *who);
/* What a cause of this kind and name is at, or NULL where that is not certain. */
const char *storm_cause_doing(const struct storm_cause *c, const struct model_vm *vm);

/* "48.0K invalidations/s for 40 s, …; 93% by kernel khugepaged, notifier: …", to @buf. */
void storm_text(const struct storm *s, const struct model *m, const struct model_vm *vm, char *buf,
		size_t len);

#endif
