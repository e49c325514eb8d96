// SPDX-License-Identifier: GPL-2.0
/* What the commands watch, and what they say: see kvmmt.h. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <unistd.h>

#include "kvmmt.h"
#include "replay_vms.h"
#include "vmname.h"
#include "wall.h"

volatile int stop;

int fail(const char *command, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "kvmmt %s: ", command);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

/* A VM is a process that holds a kvm-vm file. Returns 1, 0, or -errno. */
static int holds_vm(pid_t pid)
{
	char path[64], target[64];
	struct dirent *d;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return errno == EACCES || errno == EPERM ? -errno : 0;
	while (!found && (d = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		found = !strcmp(target, "anon_inode:kvm-vm");
	}
	closedir(dir);
	return found;
}

/* Its pid, or that of a thread of it, or its name as we show it. */
static bool matches(pid_t pid, const char *vm)
{
	char name[VM_NAME_LEN], wanted[VM_NAME_LEN], *end;
	unsigned long number = strtoul(vm, &end, 10);

	if (*vm && !*end && vm_process(number) == pid)
		return true;
	vm_name(pid, "", name);
	vm_clean_name(wanted, vm, strlen(vm));
	return !strcmp(name, wanted);
}

struct pid_list {
	__u32 *pids;
	size_t nr, room;
};

static int add_pid(struct pid_list *l, __u32 pid)
{
	if (l->nr == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		__u32 *more = realloc(l->pids, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		l->pids = more;
		l->room = room;
	}
	l->pids[l->nr++] = pid;
	return 0;
}

/* A VM is known by the thread that made it, which may be any of the process. */
static int add_threads(struct pid_list *l, pid_t pid)
{
	char path[64];
	struct dirent *d;
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && !err && (d = readdir(dir)))
		if (atoi(d->d_name) > 0)
			err = add_pid(l, atoi(d->d_name));
	if (dir)
		closedir(dir);
	return err;
}

/* The threads of the processes that --vm means, in @l. 0, or -1 after saying why not. */
static int resolve_vms(const struct common *c, struct pid_list *l)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	bool *met = calloc(c->nr_vms + 1, sizeof(*met));
	int err = proc && met ? 0 : -errno;
	size_t i;

	while (!err && (d = readdir(proc))) {
		pid_t pid = atoi(d->d_name);
		bool wanted = false;

		for (i = 0; !err && pid > 0 && i < c->nr_vms; i++) {
			int holds = matches(pid, c->vms[i]) ? holds_vm(pid) : 0;

			if (holds > 0)
				wanted = met[i] = true;
			else
				err = holds;
		}
		if (wanted && !err)
			err = add_threads(l, pid);
	}
	if (proc)
		closedir(proc);
	if (err == -EACCES || err == -EPERM)
		err = -fail(c->command, "--vm: a process's files cannot be listed: it takes CAP_SYS_PTRACE");
	else if (err)
		err = -fail(c->command, "--vm: %s", strerror(-err));
	for (i = 0; !err && i < c->nr_vms; i++)
		if (!met[i])
			err = -fail(c->command, "--vm %s: no VM has this name or pid", c->vms[i]);
	free(met);
	return err;
}

int open_failed(const struct common *c, int err)
{
	if (err == -EPERM)
		return fail(c->command, "loading BPF programs is not permitted: "
					"run as root, or with CAP_BPF and CAP_PERFMON");
	if (err == -ENOMEM)
		return fail(c->command, "not enough memory for the buffers%s",
			    c->fixed_buffer ? "" : "; try a smaller --buffer");
	return fail(c->command, "the BPF programs cannot be loaded: %s (-v tells more)",
		    strerror(-err));
}

/* True if none is left. */
static bool complain_of_missing(const struct common *c, const struct host *host, __u32 kinds)
{
	char names[160];

	kinds = kinds ? kinds : KVMMT_TRACED;
	if (host_missing(host, kinds, names, sizeof(names)))
		fail(c->command, "this kernel has no tracepoint%s: nothing of it can be shown", names);
	return !host_has(host, kinds);
}

struct live *open_live(const struct common *c, struct host *host, bool count, __u32 stream_kinds,
		       bool refusals)
{
	struct pid_list pids = { 0 };
	struct live_options o = {
		.count = count,
		.causes = c->causes,
		.refault_ns = c->refault_s > 0 ? (__u64)(c->refault_s * 1e9) : KVMMT_REFAULT_NS,
		.stacks = c->stacks,
		.stream_kinds = stream_kinds,
		.stream_refusals = refusals,
		.ring_bytes = c->ring_bytes ? c->ring_bytes : 8 << 20,
		.verbose = c->verbose,
	};
	struct live *live = NULL;
	const char *obstacle;
	int err = 0;

	host_read(host);
	obstacle = host_obstacle(host);
	if (obstacle) {
		fail(c->command, "%s", obstacle);
		return NULL;
	}
	if (complain_of_missing(c, host, stream_kinds))
		return NULL;
	o.origins = c->origins && !host->locked_down;
	if (c->origins && host->locked_down)
		fail(c->command, "kernel lockdown is in confidentiality mode: refusals are told "
				 "without slot and file");
	if (c->nr_vms && c->runs_command)
		fail(c->command, "--vm: of VMs that are here now; those that COMMAND makes are not "
				 "watched (record all, and give --vm to what reads the recording)");
	if (c->nr_vms)
		err = resolve_vms(c, &pids);
	o.pids = pids.pids;
	o.nr_pids = pids.nr;
	if (!err) {
		err = live_open(&live, &o, host->tracepoint);
		if (err)
			open_failed(c, err);
	}
	free(pids.pids);
	return live;
}

/* ", TIME", or "" if the host's clock was not set */
static const char *clock_words(__s64 offset_ns, __u64 time_ns, char words[64])
{
	struct wall wall = { .offset_ns = offset_ns };

	*words = '\0';
	if (wall_known(&wall))
		wall_text(&wall, time_ns, 0, mempcpy(words, ", ", 2), 62);
	return words;
}

static int complain_of_from(const struct common *c, __s64 offset_ns, __u64 begin_ns)
{
	__u64 end_ns = recording_last_ns(c->input);
	char at[64];

	if (!end_ns)
		return fail(c->command, "%s: --from is behind its end (seconds are from its beginning)", c->input);
	return fail(c->command, "%s: --from is behind its end, %.3f s from its beginning%s", c->input,
		    (double)(end_ns - begin_ns) / 1e9, clock_words(offset_ns, end_ns, at));
}

/* Of the recording only what was asked for. */
static int set_window(const struct common *c, struct replay *r)
{
	__u64 begin_ns = replay_begin_ns(r), end_ns = 0, from_ns = 0, to_ns = ~0ull;
	__s64 offset_ns = replay_info(r)->realtime_ns;
	char at[64], other[64];
	int err = 0;

	/* Of a long recording that takes a while. */
	if (moment_undated(&c->from) || moment_undated(&c->to))
		end_ns = recording_last_ns(c->input);
	if (c->from.given)
		err = moment_within(&c->from, begin_ns, end_ns, offset_ns, &from_ns);
	if (c->to.given && !err)
		err = moment_within(&c->to, begin_ns, end_ns, offset_ns, &to_ns);
	if (err)
		return fail(c->command, "%s: its host did not know the time of day; --from and --to "
					"can be seconds", c->input);
	if (to_ns < from_ns)
		return fail(c->command, "--to%s is before --from%s", clock_words(offset_ns, to_ns, at),
			    clock_words(offset_ns, from_ns, other));
	if (to_ns < begin_ns)
		return fail(c->command, "%s: --to is before its beginning%s", c->input,
			    clock_words(offset_ns, begin_ns, at));
	err = replay_window(r, from_ns, to_ns);
	if (err)
		return fail(c->command, "%s: %s", c->input, strerror(-err));
	if (begin_ns && !replay_next_ns(r))
		return complain_of_from(c, offset_ns, begin_ns);
	return 0;
}

static int open_recording(const struct common *c, struct source *source, struct host *host)
{
	int err = replay_open(&source->replay, c->input, c->vms, c->nr_vms);

	if (err)
		return fail(c->command, "%s: %s", c->input, reader_error(err));
	if ((c->from.given || c->to.given) && set_window(c, source->replay)) {
		source_close(source);
		return 1;
	}
	*host = replay_info(source->replay)->host;
	if (replay_info(source->replay)->refusals_only)
		fail(c->command, "%s: only refusals were recorded", c->input);
	return 0;
}

int open_source(const struct common *c, struct source *source, struct host *host, bool count,
		__u32 stream_kinds, bool refusals)
{
	if (c->input)
		return open_recording(c, source, host);
	source->live = open_live(c, host, count, stream_kinds, refusals);
	return source->live ? 0 : 1;
}

int open_recorder(struct source *source, struct recorder *recorder, const struct host *host,
		  const char *path)
{
	int err = recorder_open(recorder, host, KVMMT_TRACED, RECORD_SAMPLES);

	if (!err)
		recorder_follow(recorder, source->live);
	if (!err)
		err = recorder_rotate(path, 1);
	if (!err)
		err = writer_open(recorder->writer, path);
	source->recorder = recorder;
	return err;
}

typedef unsigned long long ull;

int complain_of_recording(const struct common *c, const struct replay *replay)
{
	const struct reader_state *s = replay_state(replay);
	bool ended = !replay_next_ns(replay);

	if (s->damaged_frames)
		fail(c->command, "%s: damaged: %llu frames with %llu events could not be read",
		     c->input, (ull)s->damaged_frames, (ull)s->damaged_events);
	if (s->damaged_bytes)
		fail(c->command, "%s: damaged: %llu bytes are no frame", c->input,
		     (ull)s->damaged_bytes);
	if (s->unknown_events)
		fail(c->command, "%s: %llu events are of kinds that this kvmmt does not know", c->input,
		     (ull)s->unknown_events);
	if (s->unknown_frames)
		fail(c->command, "%s: skipped %llu frames of kinds this kvmmt does not know", c->input,
		     (ull)s->unknown_frames);
	if (replay_uncounted(replay))
		fail(c->command, "%s: %llu events are of VMs beyond the %d, or of guest hypervisors' vCPUs "
				 "beyond the %d, that are counted at one time",
		     c->input, (ull)replay_uncounted(replay), REPLAY_VMS_MAX, KVMMT_MAX_VCPUS);
	if (ended && s->cut_bytes)
		fail(c->command, "%s: still being written, or cut off: it ends in a frame", c->input);
	else if (ended && !s->complete)
		fail(c->command, "%s: still being written, or cut off", c->input);
	if ((ended || c->to.given) && c->nr_vms && !replay_met(replay))
		return fail(c->command, "%s: --vm: no VM in %s has this name or pid", c->input,
			    c->from.given || c->to.given ? "that part of it" : "it");
	return s->damaged_frames || s->damaged_bytes || replay_uncounted(replay);
}

static void on_stop(int signal)
{
	(void)signal;
	stop = 1;
}

void catch_stop(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}
