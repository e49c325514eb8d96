/* SPDX-License-Identifier: GPL-2.0 */
/* What this host is and has: the facts that decide what can be seen. */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <kvmmt/event.h>

/* A fact that may not be knowable from here. */
enum tri { NO, YES, UNKNOWN };

struct host {
	char machine[65];
	char release[65];
	long page_size_bytes;
	bool arm64, btf;
	bool locked_down;		/* kernel lockdown, confidentiality: BPF reads only its arguments */
	bool tracepoint[KVMMT_KIND_NR];	/* by kind; false for kinds without one */
	enum tri kvm;			/* /dev/kvm opens */
	enum tri fwb, dic, idc, el2, cacheable_pfnmap;
};

/* Does @path, a lockdown file of securityfs, say that confidentiality mode is on? */
bool host_locked_down(const char *path);

/* Fill in all facts; never fails, what cannot be known is UNKNOWN. */
void host_read(struct host *h);

/*
 * Can events be had here at all? NULL, or one sentence that says what is in
 * the way. The sentence is static.
 */
const char *host_obstacle(const struct host *h);

/* The same of memslots, which take no tracepoint. */
const char *host_no_slots(const struct host *h);

/* Is there a tracepoint for one of @kinds (bit by kind)? */
bool host_has(const struct host *h, __u32 kinds);
/*
 * " kvm_s2_slot, kvm_vncr_walk": tracepoints of @kinds that the kernel lacks, to @buf of
 * @len bytes. Returns whether there are any.
 */
bool host_missing(const struct host *h, __u32 kinds, char *buf, size_t len);

#endif
