// SPDX-License-Identifier: GPL-2.0
/* kvmmt: the table of sub-commands. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvmmt.h"

const char *argp_program_version = "kvmmt " KVMMT_VERSION;

static const struct command commands[] = {
	{ "top", cmd_top, "live dashboard of all VMs (also: kvmmt-top)" },
	{ "stat", cmd_stat, "a table of what each VM's stage 2 did, at intervals or over a command" },
	{ "record", cmd_record, "keep events in a file, or the latest of them in memory" },
	{ "report", cmd_report, "a recording summed up, or whether it is as it should be" },
	{ "heatmap", cmd_heatmap, "a picture of a VM's memory over time, from a recording" },
	{ "diff", cmd_diff, "what two recordings differ in" },
	{ "export", cmd_export, "a recording in the format of another program" },
	{ "script", cmd_script, "one decoded line for each event" },
	{ "slots", cmd_slots, "memslots of all VMs and what backs them" },
	{ "exporter", cmd_exporter, "metrics of all VMs for Prometheus" },
	{ "features", cmd_features, "what this host has, and what each missing thing costs" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *out)
{
	size_t i;

	fputs("Usage: kvmmt COMMAND [OPTION...]\n"
	      "Show what KVM on arm64 decides about its guests' memory.\n\n",
	      out);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n'kvmmt COMMAND --help' lists a command's options; see also kvmmt(1).\n", out);
}

static int run(const struct command *c, int argc, char **argv)
{
	static char name[32];
	/* What argp puts before its messages. */
	snprintf(name, sizeof(name), "kvmmt %s", c->name);
	argv[0] = program_invocation_name = program_invocation_short_name = name;
	argp_err_exit_status = 2;
	setlinebuf(stdout);
	signal(SIGPIPE, SIG_DFL);
	return c->run(argc, argv);
}

static int dispatch(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');
	size_t i;

	base = base ? base + 1 : argv[0];
	if (!strcmp(base, "kvmmt-top"))
		return run(&commands[0], argc, argv);
	if (argc < 2) {
		help(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts(argp_program_version);
		return 0;
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return run(&commands[i], argc - 1, argv + 1);
	fprintf(stderr, "kvmmt: there is no command '%s'; 'kvmmt help' lists them\n", argv[1]);
	return 2;
}

int main(int argc, char **argv)
{
	int status;

	setlocale(LC_CTYPE, "");
	status = dispatch(argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "kvmmt: standard output: %s\n", strerror(errno));
		return 1;
	}
	return status;
}
