/* SPDX-License-Identifier: GPL-2.0 */
/* Events and counters of this host, now. Only source_live*.c know libbpf. */
#ifndef SOURCE_LIVE_H
#define SOURCE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <kvmmt/counters.h>
#include <kvmmt/maps.h>
#include "slots.h"

struct live;

struct live_options {
	bool count;		/* keep counters: live_counters() must be called now and then */
	bool causes;		/* and who invalidates: live_causes(); and refaults */
	__u64 refault_ns;	/* which are within this: KVMMT_REFAULT_NS */
	bool stacks;		/* and how they come to it: live_stack() */
	bool origins;		/* note what is known of refused memory: live_origin() */
	__u32 stream_kinds;	/* bit by kind */
	bool stream_refusals;	/* if no kinds; with both, refusals have a ring of their own */
	size_t ring_bytes;	/* all rings together; rounded up to what fits */
	const __u32 *pids;	/* only these VMs, if any */
	size_t nr_pids;
	bool verbose;		/* let libbpf talk on stderr */
};

struct live_loss {
	__u64 events[KVMMT_KIND_NR];	/* of the stream, by kind */
	__u64 refusals;			/* of them */
	__u64 vms;			/* events of VMs and vCPUs beyond their tables' sizes */
};

typedef void (*live_event_fn)(void *ctx, const struct kvmmt_event *e);
/* @comm: the task that caused the VM's first event, KVMMT_COMM_LEN bytes, terminated. */
typedef void (*live_counters_fn)(void *ctx, const struct kvmmt_vm_key *key,
				 const struct kvmmt_counters *c, const char *comm);
/* Returns whether it took the counters: it does not if it was not given this VM. */
typedef bool (*live_vcpu_fn)(void *ctx, const struct kvmmt_vcpu_key *key,
			     const struct kvmmt_vncr *c);

typedef void (*live_cause_fn)(void *ctx, const struct kvmmt_cause_key *key,
			      const struct kvmmt_cause *sum);

/*
 * Load and attach one program for each tracepoint in @tracepoint (by kind).
 * Returns 0 and *@live, which the caller gives to live_close(), or -errno.
 */
int live_open(struct live **live, const struct live_options *options, const bool *tracepoint);
void live_close(struct live *live);

/* Stop producing: what is in the rings can still be read. */
void live_detach(struct live *live);

/*
 * Call @fn for each VM with the sum over CPUs. One whose stage 2 is torn down is
 * given one last time and then forgotten. Returns 0 or -errno.
 */
int live_counters(struct live *live, live_counters_fn fn, void *ctx);
/*
 * After that, call @fn for each vCPU that has a VNCR pseudo-TLB. One of a VM that is
 * gone is forgotten once @fn took it. Returns 0 or -errno.
 */
int live_vcpus(struct live *live, live_vcpu_fn fn, void *ctx);

/* Call @fn for each cause that was asked for, with the sum over CPUs. Returns 0 or -errno. */
int live_causes(struct live *live, live_cause_fn fn, void *ctx);

/* How a cause came to it last, innermost first, zeroes at the end. False: not known. */
bool live_stack(struct live *live, const struct kvmmt_cause_key *key,
		__u64 stack[KVMMT_STACK_DEPTH]);

/* Whether libbpf talks on stderr, from now on */
void live_talk(bool verbose);

/*
 * Wait up to @timeout_ms (-1: for ever) for events, then call @fn for those that
 * are due, in order of time over all CPUs. With @final, for all there are, and
 * then for what was lost since. Returns 0 or -errno; -EINTR on a signal.
 */
int live_events(struct live *live, int timeout_ms, bool final, live_event_fn fn, void *ctx);

/* Up to this time all events have been handed out. */
__u64 live_settled_ns(const struct live *live);

/* What is known of the memory that @e, a refusal, was about, if that was asked for. */
void live_origin(struct live *live, const struct kvmmt_event *e, struct refused *to);

/*
 * VMs' memslots, on request: it takes no tracepoint and no struct live. Returns 0 or -errno.
 */
struct slot_reader;
int slot_reader_open(struct slot_reader **r);
void slot_reader_close(struct slot_reader *r);
/*
 * Those of the VMs of @process, 0: of all, each VM's to @fn, maybe more than once; a VM
 * whose slots change all the time may be left out. Returns 0, what @fn returned, or -errno.
 */
int slot_reader_read(struct slot_reader *r, __u32 process, slots_fn fn, void *ctx);

/*
 * From now on live_origin() tells devices of VFIO, if that is in the kernel. To be called now
 * and then, since it may come as a module; it costs a system call.
 */
void live_find_vfio(struct live *live);

/* Readable when events have come, until live_events(); -1 if none are streamed. */
int live_fd(const struct live *live);

/* Has a refusal been read, also one that is not due yet, since this was asked last? */
bool live_refused(struct live *live);

/* Losses since live_open(). Returns 0 or -errno. */
int live_losses(struct live *live, struct live_loss *loss);

/* How often the program of a kind ran, and how long, while that was measured. */
struct live_cost {
	__u64 runs, ns;
};

/*
 * The kernel measures all BPF programs as long as the file descriptor is open that this
 * returns; it takes some time of each event. Or -errno.
 */
int live_measure(void);
/* What was measured so far, by kind. Returns 0 or -errno. */
int live_costs(const struct live *live, struct live_cost costs[KVMMT_KIND_NR]);

/* CLOCK_MONOTONIC, which events are stamped with. */
__u64 live_now_ns(void);

#endif
