// SPDX-License-Identifier: GPL-2.0
/* kvmmt exporter: what all VMs' stage 2 does, as metrics for Prometheus. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "exporter.h"
#include "listen.h"
#include "service.h"
#include "textfile.h"

#define DEFAULT_LISTEN	"127.0.0.1:9973"
#define DEFAULT_MAX_VMS 128

static const struct argp_option options[] = {
	{ "listen", 'l', "HOST:PORT", 0, "serve there (default " DEFAULT_LISTEN "); :PORT is every address", 0 },
	{ "textfile", 't', "FILE", 0, "write metrics there every 15 s, for node_exporter, and serve nothing", 0 },
	{ "input", 'i', "FILE", 0, "the metrics of a recording, once, to --textfile; there '-' is standard output", 0 },
	{ "interval", 'd', "SECONDS", 0, "time between two samples, 0.1 to 60 (default 1)", 0 },
	{ "limit", 'L', "N", 0, "VMs with series of their own, 0 to 4096 (default 128); "
	  "more are counted together as \"other\"", 0 },
	{ "storm", 's', "WHAT=N,...", 0, "what a storm of invalidations is: rate=N a second or bytes=N "
	  "a second, refault=PERCENT of it mapped again within=SECONDS, for=SECONDS, over after clear=SECONDS; and "
	  "when a VNCR pseudo-TLB thrashes: walks=N a second, miss=PERCENT of its lookups", 0 },
	{ "run", 'r', "COMMAND", 0, "run this for each refusal and storm, with what it is in the environment", 0 },
	{ "record", 'R', "DIR", 0, "flight recorder: keep the events of the latest seconds, write them there "
	  "for a refusal or a storm", 0 },
	{ "stacks", 'k', NULL, 0, "note how the kernel comes to invalidate, and tell it with a storm", 0 },
	{ "check", 'C', NULL, 0, "attach, say what can be seen, exit", 0 },
	{ "verbose", 'v', NULL, 0, "show what libbpf has to say", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct exporter *x = state->input;
	char *end;

	switch (key) {
	case 'l':
		x->listen = arg;
		break;
	case 't':
		x->textfile = arg;
		break;
	case 'i':
		x->input = arg;
		break;
	case 'd':
		x->interval_s = strtod(arg, &end);
		if (end == arg || *end || !(x->interval_s >= 0.1 && x->interval_s <= 60))
			argp_error(state, "--interval: '%s' is not a number of seconds from 0.1 to 60",
				   arg);
		break;
	case 'L':
		x->set.limit = strtoul(arg, &end, 10);
		if (*arg < '0' || *arg > '9' || *end || x->set.limit > KVMMT_MAX_VMS)
			argp_error(state, "--limit: '%s' is not a number from 0 to %d", arg,
				   KVMMT_MAX_VMS);
		break;
	case 's':
		parse_storm("storm", &x->storm, arg, state);
		break;
	case 'r':
		x->hook.command = arg;
		break;
	case 'R':
		x->flight.dir = arg;
		break;
	case 'k':
		x->stacks = true;
		break;
	case 'C':
		x->check = true;
		break;
	case 'v':
		x->verbose = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "there is nothing to do with '%s'", arg);
		break;
	case ARGP_KEY_END:
		if (x->listen && x->textfile)
			argp_error(state, "--listen and --textfile exclude each other");
		if (x->listen && !listen_is_address(x->listen))
			argp_error(state, "--listen: '%s' is not HOST:PORT", x->listen);
		if (x->input && !x->textfile)
			argp_error(state, "--input needs --textfile");
		if (x->input && (x->hook.command || x->flight.dir || x->stacks || x->check || x->verbose))
			argp_error(state, "--run, --record, --stacks, --check and --verbose are for a "
				   "live run, --input is a recording");
		if (x->textfile && !strcmp(x->textfile, "-") && !x->input)
			argp_error(state, "--textfile: standard output is for --input");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int catch_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);	/* or the operator's command could not be waited for */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static struct http_body *word_body(const char *word)
{
	char *copy = strdup(word);

	return copy ? http_body_new(copy, strlen(copy), "text/plain; charset=utf-8") : NULL;
}

/* 0, or the exit status after saying why. */
static int open_socket(struct exporter *x)
{
	const char *address = x->listen ? x->listen : DEFAULT_LISTEN;
	int fd = service_socket(), err;

	if (fd == -E2BIG)
		return fail("exporter", "systemd passed several sockets: one can be served");
	if (fd < 0)
		fd = listen_on(address);
	if (fd == -ENOENT)
		return fail("exporter", "--listen %s: there is no such host", address);
	if (fd < 0)
		return fail("exporter", "--listen %s: %s", address, strerror(-fd));
	err = http_open(&x->http, fd, exporter_get, x);
	if (err)
		return fail("exporter", "%s: %s", address, strerror(-err));
	x->healthy = word_body("ok\n");
	x->sick = word_body("the counters cannot be read\n");
	return 0;
}

static int say_check(const struct exporter *x)
{
	int kind, nr = 0;

	for (kind = 0; kind < KVMMT_KIND_NR; kind++)
		nr += x->host.tracepoint[kind];
	printf("kvmmt exporter: Linux %s: attached to %d of %d tracepoints\n", x->host.release, nr,
	       __builtin_popcount(KVMMT_TRACED));
	return 0;
}

/* What cannot be told with a storm is no reason not to tell it. */
static void read_symbols(struct exporter *x)
{
	int err = x->stacks ? symbols_read(&x->symbols, "/proc/kallsyms") : 0;

	if (!err)
		return;
	fail("exporter", "--stacks: storms are told without: /proc/kallsyms: %s", err == -EACCES ?
	     "it shows no addresses: that takes CAP_SYSLOG" : strerror(-err));
	x->stacks = false;
}

/* With privileges only as long as they are needed. 0, or the exit status. */
static int start(struct exporter *x)
{
	struct common common = { .command = "exporter", .verbose = x->verbose, .fixed_buffer = true,
				 .causes = true, .refault_s = x->storm.within_s,
				 .origins = true };
	int err;

	read_symbols(x);
	common.stacks = x->stacks;
	x->source.event = exporter_event;
	x->source.ctx = x;
	if (open_source(&common, &x->source, &x->host, true, x->flight.dir ? KVMMT_TRACED : 0, true))
		return 1;
	if (!x->check && !x->textfile && open_socket(x))
		return 1;
	err = service_drop_privileges();
	if (err)
		return fail("exporter", "capabilities cannot be given up: %s", strerror(-err));
	err = x->textfile ? textfile_check(x->textfile) : 0;
	if (err)
		return fail("exporter", "--textfile %s: %s", x->textfile, strerror(-err));
	if (x->flight.dir) {
		x->source.recorder = &x->flight.recorder;
		err = flight_open(&x->flight, &x->host);
		if (!err)
			recorder_follow(&x->flight.recorder, x->source.live);
	}
	if (err)
		return fail("exporter", "--record %s: %s", x->flight.dir, strerror(-err));
	return 0;
}

static int run(struct exporter *x)
{
	int err;

	malloc_trim(0);	/* the kernel's BTF was in it */
	x->metrics.textfile = x->textfile;
	x->metrics.own.start_s = exporter_wall_s();
	service_notify("READY=1");
	err = exporter_run(x);
	service_notify("STOPPING=1");
	exporter_record(x, live_now_ns(), true);
	if (x->textfile)
		unlink(x->textfile);	/* or its values would stay as they are */
	return err ? fail("exporter", "%s", strerror(-err)) : 0;
}

int cmd_exporter(int argc, char **argv)
{
	static const struct argp argp = {
		options, parse, NULL,
		"Serve metrics of all VMs to Prometheus: stage-2 faults by memory type, refusals with "
		"their reasons, invalidations.",
		NULL, NULL, NULL
	};
	struct exporter x = { .interval_s = 1, .set.limit = DEFAULT_MAX_VMS, .storm = STORM_DEFAULTS };
	int status, i;
	size_t lost;

	x.metrics = (struct metrics){ .host = &x.host, .model = &x.model, .set = &x.set,
				      .refusals = &x.refusals, .hook = &x.hook, .flight = &x.flight };
	argp_parse(&argp, argc, argv, 0, NULL, &x);
	if (x.input) {
		x.signals = -1;
		status = exporter_replay(&x);
	} else {
		x.signals = catch_signals();
		status = x.signals < 0 ? fail("exporter", "signals: %s", strerror(errno)) : start(&x);
		if (!status)
			status = x.check ? say_check(&x) : run(&x);
	}
	http_close(x.http);
	for (i = 0; i < 2; i++)
		http_body_put(x.body[i]);
	http_body_put(x.healthy);
	http_body_put(x.sick);
	symbols_free(&x.symbols);
	free(x.refusals_due);
	lost = hook_free(&x.hook);
	if (lost)
		fail("exporter", "--run: %zu messages that waited for the command are lost", lost);
	source_close(&x.source);
	series_free(&x.set);
	model_free(&x.model);
	return status;
}
