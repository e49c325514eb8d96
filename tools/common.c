// SPDX-License-Identifier: GPL-2.0
/* See kvmmt.h. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kvmmt.h"
#include "names.h"
#include "vmname.h"

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

static const struct argp_option live_options[] = {
	{ "interval", 'd', "SECONDS", 0, "time between two tables, or to run (script, record); 0.1 and up", 0 },
	{ "count", 'n', "N", 0, "stop after N tables (script, record: events)", 0 },
	{ "vm", 'V', "NAME|PID", 0, "only this VM; may be given again", 0 },
	{ "buffer", 'm', "SIZE", 0, "memory for streamed events, 64M say (default 8M)", 0 },
	{ "verbose", 'v', NULL, 0, "show what libbpf has to say", 0 },
	{ 0 },
};

static const struct argp_option input_options[] = {
	{ "input", 'i', "FILE", 0, "from a recording of kvmmt record; '-' is standard input", 0 },
	{ 0 },
};

static const struct argp_option table_options[] = {
	{ "json", 'j', NULL, 0, "one JSON object a line", 0 },
	{ "csv", 'c', NULL, 0, "comma-separated values", 0 },
	{ "fields", 'F', "A,B,...", 0, "these fields, in this order ('list' names them)", 0 },
	{ "sort", 's', "FIELD", 0, "rows by this field, largest first", 0 },
	{ 0 },
};

static void list_fields(void)
{
	size_t i;

	for (i = 0; i < nr_fields; i++)
		printf("%-20s %s\n", fields[i].name, fields[i].help);
	exit(0);
}

static void parse_fields(struct common *c, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "list"))
		list_fields();
	while (*arg) {
		size_t len = strcspn(arg, ",");
		const struct field *f = field_find(arg, len);

		if (!f)
			argp_error(state, "--fields: there is no field '%.*s'; --fields list names them",
				   (int)len, arg);
		if (c->nr_fields == sizeof(c->fields) / sizeof(c->fields[0]))
			argp_error(state, "--fields: more than %zu fields", c->nr_fields);
		c->fields[c->nr_fields++] = f;
		arg += len + (arg[len] == ',');
	}
}

size_t parse_size(const char *option, const char *arg, struct argp_state *state)
{
	static const char units[] = "KMG";
	char *end;
	unsigned long long size = strtoull(arg, &end, 10);
	const char *unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	int shift = unit ? 10 * (unit - units + 1) : 0;

	end += unit != NULL;
	if (isdigit((unsigned char)*arg) && !*end && size && size <= (1ull << 34) >> shift)
		size <<= shift;
	else
		argp_error(state, "--%s: '%s' is not a size such as 64M, at most 16G", option, arg);
	return size;
}

void add_vm_option(struct common *c, const char *vm, struct argp_state *state)
{
	c->vms = realloc(c->vms, (c->nr_vms + 1) * sizeof(*c->vms));
	if (!c->vms)
		argp_failure(state, 1, ENOMEM, "--vm");
	c->vms[c->nr_vms++] = vm;
}

__u32 parse_kind(const char *arg, struct argp_state *state)
{
	int kind;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		if (kind != KVMMT_KIND_LOST && !strcmp(arg, name_kind(kind)))
			return 1u << kind;
	argp_error(state, "--kind: there is no kind '%s'", arg);
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct common *c = state->input;
	char *end;

	switch (key) {
	case ARGP_KEY_INIT:
		if (state->child_inputs)	/* common_argp's children */
			state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = c;
		break;
	case 'd':
		c->interval_s = strtod(arg, &end);
		if (end == arg || *end || !(c->interval_s >= 0.1 && c->interval_s <= 86400))
			argp_error(state, "--interval: '%s' is not a number of seconds from 0.1 to 86400",
				   arg);
		break;
	case 'n':
		c->count = strtoul(arg, &end, 10);
		if (!isdigit((unsigned char)*arg) || *end || !c->count)
			argp_error(state, "--count: '%s' is not a number from 1", arg);
		break;
	case 'V':
		add_vm_option(c, arg, state);
		break;
	case 'j':
		c->json = true;
		break;
	case 'c':
		c->csv = true;
		break;
	case 'F':
		parse_fields(c, arg, state);
		break;
	case 's':
		c->sort = field_find(arg, strlen(arg));
		if (!c->sort)
			argp_error(state, "--sort: there is no field '%s'; --fields list names them", arg);
		break;
	case 'm':
		c->ring_bytes = parse_size("buffer", arg, state);
		break;
	case 'v':
		c->verbose = true;
		break;
	case 'i':
		c->input = arg;
		break;
	case ARGP_KEY_END:
		if (c->json && c->csv)
			argp_error(state, "--json and --csv exclude each other");
		if (c->input && (c->ring_bytes || c->verbose))
			argp_error(state, "--buffer and --verbose are for a live run, --input is a recording");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp live_argp = { .options = live_options, .parser = parse };
const struct argp input_argp = { .options = input_options, .parser = parse };
static const struct argp table_argp = { .options = table_options, .parser = parse };
static const struct argp_child children[] = {
	{ &live_argp, 0, NULL, 0 }, { &input_argp, 0, NULL, 0 }, { &table_argp, 0, NULL, 0 }, { 0 }
};
const struct argp common_argp = { .parser = parse, .children = children };

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

static int open_failed(const struct common *c, int err)
{
	if (err == -EPERM)
		return fail(c->command, "loading BPF programs is not permitted: "
					"run as root, or with CAP_BPF and CAP_PERFMON");
	if (err == -ENOMEM)
		return fail(c->command, "not enough memory for the buffers; try a smaller --buffer");
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
		.stacks = c->stacks,
		.origins = c->origins,
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

static int open_recording(const struct common *c, struct source *source, struct host *host)
{
	int err = replay_open(&source->replay, c->input, c->vms, c->nr_vms);

	if (err)
		return fail(c->command, "%s: %s", c->input, reader_error(err));
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
	int err = recorder_open(recorder, host, KVMMT_TRACED, false);

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
	if (ended && s->cut_bytes)
		fail(c->command, "%s: still being written, or cut off: it ends in a frame", c->input);
	else if (ended && !s->complete)
		fail(c->command, "%s: still being written, or cut off", c->input);
	if (ended && c->nr_vms && !replay_met(replay))
		return fail(c->command, "%s: --vm: no VM in it has this name or pid", c->input);
	return s->damaged_frames || s->damaged_bytes;
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

int child_prepare(char **argv, int *release_fd)
{
	int fds[2];
	char go;
	pid_t pid;

	/* Whoever started us may have had it ignored: then nobody could be waited for. */
	signal(SIGCHLD, SIG_DFL);
	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(fds[0]);
		*release_fd = fds[1];
		return pid;
	}
	close(fds[1]);
	/* Nothing to run if the parent failed: then the pipe just closes. */
	if (read(fds[0], &go, 1) != 1)
		_exit(1);
	close(fds[0]);
	execvp(argv[0], argv);
	fprintf(stderr, "kvmmt: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

bool child_ended(pid_t pid, int *status)
{
	int wstatus = 0;
	pid_t got = waitpid(pid, &wstatus, WNOHANG);

	if (!got || (got < 0 && errno == EINTR))
		return false;
	*status = WIFSIGNALED(wstatus) ? 128 + WTERMSIG(wstatus) : WEXITSTATUS(wstatus);
	return true;
}

int child_end(pid_t pid)
{
	int status = 0;

	kill(pid, SIGTERM);
	while (!child_ended(pid, &status))
		poll(NULL, 0, 10);
	return status;
}

void child_release(int release_fd)
{
	if (write(release_fd, "", 1) != 1)
		perror("kvmmt");
	close(release_fd);
}
