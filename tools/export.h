/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings in formats of other programs: one struct for each. */
#ifndef EXPORT_H
#define EXPORT_H

#include <stdio.h>
#include "source.h"

struct export {
	const char *path;	/* as the user gave it */
	FILE *out;		/* the file, or the format's main file */
	struct source *source;
	struct model *model;	/* sampled every EXPORT_STEP_NS */
	void *state;		/* the format's own */
};

#define EXPORT_STEP_NS 100000000ull

struct export_format {
	const char *name, *help;
	bool directory;		/* the output is one; out is a file in it */
	const char *file;	/* which */
	int (*begin)(struct export *x);		/* 0 or -errno */
	/* @memory: what a refusal was about, NULL if that is not known */
	void (*event)(struct export *x, const struct kvmmt_event *e, const char *vm_name,
		      const struct refused *memory);
	void (*sample)(struct export *x);	/* the model has another; may be NULL */
	void (*end)(struct export *x);
};

extern const struct export_format export_chrome, export_ctf, export_csv;

#endif
