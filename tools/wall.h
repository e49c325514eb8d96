/* SPDX-License-Identifier: GPL-2.0 */
/* An event's time as one of day, in the zone of the machine that shows it. */
#ifndef WALL_H
#define WALL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "text.h"

struct wall {
	__s64 offset_ns;	/* CLOCK_REALTIME minus CLOCK_MONOTONIC, where the event was */
	__s64 second;		/* what follows is of this one; "": of none yet */
	char date[32], zone[8];
};

/* Was the host's clock set? Without that it begins in 1970. */
static inline bool wall_known(const struct wall *w)
{
	return w->offset_ns > 1000000000000000000ll;	/* 2001 */
}

/* What it is here and now. */
__s64 wall_offset_ns(void);

/*
 * "2026-11-21T20:54:31.000003+0100", with so many @digits of the second, 0 to 9. A time
 * that no calendar has is "?".
 */
void wall_put(struct wall *w, struct text *t, __u64 time_ns, int digits);
/* The same to @buf; returns it. */
const char *wall_text(struct wall *w, __u64 time_ns, int digits, char *buf, size_t len);

#endif
