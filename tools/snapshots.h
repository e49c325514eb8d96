/* SPDX-License-Identifier: GPL-2.0 */
/* When a flight recorder writes what it has in memory: SIGUSR2, a refusal, a storm. */
#ifndef SNAPSHOTS_H
#define SNAPSHOTS_H

#include "recording.h"
#include "storm_watch.h"

struct snapshots {
	const char *path;
	unsigned int rotate;	/* older files that stay */
	bool quiet;
	bool on_refusal, on_storm;
	struct storm_watch storms;
	bool refusal;		/* waits for its snapshot, */
	char storm[STORM_TEXT_LEN]; /* and so does this, or "" */
	int fd;			/* SIGUSR2 comes here */
	__u64 latest_ns;
	unsigned long nr;	/* written so far */
};

/* From here on SIGUSR2 is read, not taken. */
void snapshots_open(struct snapshots *s);
void snapshots_event(struct snapshots *s, const struct kvmmt_event *e);
/* To be called often: write if it is time, or, with @last, would be. Returns 0 or -errno. */
int snapshots_step(struct snapshots *s, struct writer *w, struct source *source, bool last);
void snapshots_close(struct snapshots *s);

#endif
