/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A moment as users write it: seconds from or before something ("90", "1.5"), or a time of
 * day as the tools print it ("12:34", "12:34:56.25", "2026-11-21 20:54:31",
 * "2026-11-21T20:54:31.000003+0100"), of this machine's zone if it names none.
 */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdbool.h>
#include <time.h>
#include <linux/types.h>

struct moment {
	bool given;
	bool of_day, dated, zoned;
	double s;		/* seconds, or of a time of day what is behind the whole one */
	struct tm tm;
};

/* Is it of a day that it does not name? */
static inline bool moment_undated(const struct moment *m)
{
	return m->of_day && !m->dated;
}

/* Returns 0 or -EINVAL. */
int moment_parse(const char *word, struct moment *m);
/*
 * When that is, on CLOCK_MONOTONIC: so long from @base_ns, or before it if @ago; without a
 * date, the first such time from @base_ns on, or the last one before it. @offset_ns:
 * CLOCK_REALTIME minus CLOCK_MONOTONIC. Returns 0, or -ENODATA: that offset is not known,
 * and it is a time of day.
 */
int moment_ns(const struct moment *m, __u64 base_ns, bool ago, __s64 offset_ns, __u64 *ns);
/*
 * The same for something from @begin_ns to @end_ns (0: not known): seconds are from its
 * beginning, a time of day without a date is the first one from there on, or, if that is
 * behind the end, the one before the beginning if that is nearer.
 */
int moment_within(const struct moment *m, __u64 begin_ns, __u64 end_ns, __s64 offset_ns, __u64 *ns);

#endif
