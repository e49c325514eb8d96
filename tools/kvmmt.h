/* SPDX-License-Identifier: GPL-2.0 */
/* What the sub-commands share: their table, their common options, their voice. */
#ifndef KVMMT_H
#define KVMMT_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <sys/types.h>

#include "field.h"
#include "host.h"
#include "moment.h"
#include "source.h"
#include "storm.h"

#define KVMMT_VERSION "0.1"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);	/* returns the exit status */
	const char *help;
};

int cmd_diff(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_exporter(int argc, char **argv);
int cmd_features(int argc, char **argv);
int cmd_heatmap(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_script(int argc, char **argv);
int cmd_slots(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_top(int argc, char **argv);

/* Options that several commands take. */
struct common {
	const char *command;
	bool json, csv, verbose;
	double interval_s;		/* 0: not given */
	unsigned long count;		/* 0: no end */
	const char **vms;		/* names or pids, as given */
	size_t nr_vms;
	const struct field *fields[128];
	size_t nr_fields;
	const struct field *sort;
	size_t ring_bytes;
	bool fixed_buffer;		/* the command has no --buffer */
	const char *input;		/* a recording; NULL: this host, now */
	struct moment from, to;		/* of it, if given, seconds are from its beginning */
	bool runs_command;		/* a COMMAND was given, which may make VMs */
	bool causes;			/* no option: the command wants to know who invalidates, */
	double refault_s;		/* what is a refault then (0: KVMMT_REFAULT_NS), */
	bool stacks;			/* how they come to it, */
	bool origins;			/* and what refused memory was */
};

/* What of it each command takes, as a child of its own argp; the input is a struct common. */
extern const struct argp stat_argp, top_argp, script_argp, record_argp, report_argp;
extern const struct argp slots_argp;
extern const struct argp input_argp;	/* --input alone */

/* What an option means; an error ends the command. */
size_t parse_size(const char *option, const char *arg, struct argp_state *state);
void add_vm_option(struct common *c, const char *vm, struct argp_state *state);
__u32 parse_kind(const char *arg, struct argp_state *state);	/* bit by kind */
/* rate=N,bytes=N,refault=PERCENT,within=SECONDS,…: those that are given */
void parse_storm(const char *option, struct storm_limits *limits, char *arg,
		 struct argp_state *state);

/* This argument stands for --input. */
void take_input(struct common *c, const char *arg, const struct argp_state *state);
/* The same if it is a file that cannot be a COMMAND, and no word behind "--". */
bool take_recording(struct common *c, const char *arg, const struct argp_state *state);
/* Fields to show or to sort by that rows of VMs, or of vCPUs, do not have end the command. */
void check_fields(const struct common *c, bool vcpus, const struct argp_state *state);

/* Say "kvmmt COMMAND: message" on stderr. Returns 1, the exit status of failures. */
int fail(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Read the host, resolve --vm, open a live source that counts, streams these kinds
 * (bit by kind) or only refusals. On failure says why and returns NULL; what the
 * kernel has no tracepoint for is said too.
 */
struct live *open_live(const struct common *common, struct host *host, bool count,
		       __u32 stream_kinds, bool refusals);

/* Why a live source could not be opened; returns 1. */
int open_failed(const struct common *c, int err);

/*
 * The same, or the recording that --input names: 0, or 1 after saying why not. @count,
 * @stream_kinds and @refusals are for a live source.
 */
int open_source(const struct common *common, struct source *source, struct host *host, bool count,
		__u32 stream_kinds, bool refusals);
/* Record what a live source that streams all kinds gives. Returns 0 or -errno. */
int open_recorder(struct source *source, struct recorder *recorder, const struct host *host,
		  const char *path);
/* At its end: what was wrong with a recording. Returns the exit status. */
int complain_of_recording(const struct common *common, const struct replay *replay);

/* Set by SIGINT and SIGTERM once catch_stop() was called. */
extern volatile int stop;
void catch_stop(void);

/* Start argv as a child that waits; release it; returns its pid or -errno. */
int child_prepare(char **argv, int *release_fd);
void child_release(int release_fd);
/* Has it ended, with which exit status (128 + N: by signal N)? */
bool child_ended(pid_t pid, int *status);
/* Ask it to end (SIGTERM), wait for that; its exit status. */
int child_end(pid_t pid);

#endif
