// SPDX-License-Identifier: GPL-2.0
/* What users write for a moment, and when that is; the zone is two hours east. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "moment.h"
#include "wall.h"

#define S 1000000000ull

/* CLOCK_MONOTONIC 0 is 2026-11-21T18:00:00+0200 */
static const __s64 offset_ns = 1795276800ll * (__s64)S;
#define BASE (3600 * S + S / 2)	/* half a second after seven */

static const struct row {
	const char *word;
	bool ago;
	__u64 ns;
} rows[] = {
	{ "0", false, BASE },
	{ "90", false, BASE + 90 * S },
	{ "1.5", false, BASE + 3 * S / 2 },
	{ "1.5", true, BASE - 3 * S / 2 },
	{ "999999", true, 0 },
	{ "99999999999", false, ~0ull },
	{ "19:00", false, 3600 * S },
	{ "19:00:01", false, 3601 * S },
	{ "19:30:00.25", false, 5400 * S + S / 4 },
	{ "18:59:59", false, 3599 * S + 86400 * S },
	{ "18:59:59", true, 3599 * S },
	{ "19:00:00", true, 3600 * S },
	{ "19:00:01", true, 0 },
	{ "00:30", false, 6 * 3600 * S + 1800 * S },
	{ "2026-11-21", false, 0 },
	{ "2026-11-22", false, 6 * 3600 * S },
	{ "2026-11-21 18:30", false, 1800 * S },
	{ "2026-11-21T18:30:01", true, 1801 * S },
	{ "2026-11-21T18:30:01.000003+0200", false, 1801 * S + 3000 },
	{ "2026-11-21T17:30:01+0100", false, 1801 * S },
	{ "2026-11-21T16:30Z", false, 1800 * S },
	{ "17:01Z", false, 3660 * S },
	{ "15:45-0100", true, 2700 * S },
	{ "0001-01-01", false, 0 },
	{ "9999-01-01", false, ~0ull },
};

static const char *const none[] = {
	"", ".", "-3", "1e3", "inf", "0x3", "1.2.3", "x", "12:", "12:3x", "12:34:", "25:00", "12:60",
	"2026-11-21T", "2026-02-30", "2026-11-31T12:00", "2026-11-21T12", "2026-13-01", "2026-11-21 12:00 x", "99999999999999",
};

#define END (BASE + 60 * S)

/* Of what began at 19:00:00.5 and lasted a minute */
static const struct row in_it[] = {
	{ "10", false, BASE + 10 * S },
	{ "19:00:30", false, 3630 * S },
	{ "19:05", false, 3900 * S },
	{ "18:59", false, 3540 * S },
	{ "07:00", false, 3600 * S + 12 * 3600 * S },
	{ "07:02", false, 0 },
	{ "2026-11-22T18:59", false, 3540 * S + 86400 * S },
};

static void within(const struct row *row, __u64 end_ns, __u64 want)
{
	struct moment m;
	char why[64];
	__u64 ns;
	int err = moment_parse(row->word, &m);

	err = err ? err : moment_within(&m, BASE, end_ns, offset_ns, &ns);
	snprintf(why, sizeof(why), "%d, %llu", err, (unsigned long long)ns);
	check(!err && ns == want, why, "%s of %s", row->word, end_ns ? "a minute" : "no known end");
}

int main(void)
{
	char why[128];
	struct moment m;
	size_t i;
	__u64 ns;

	check_suite = "moments";
	setenv("TZ", "EAST-2", 1);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int err = moment_parse(rows[i].word, &m);

		if (!err)
			err = moment_ns(&m, BASE, rows[i].ago, offset_ns, &ns);
		snprintf(why, sizeof(why), "%d, %llu, not %llu", err, (unsigned long long)ns,
			 (unsigned long long)rows[i].ns);
		check(!err && m.given && ns == rows[i].ns, why, "%s%s", rows[i].word,
		      rows[i].ago ? " before" : "");
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check(moment_parse(none[i], &m) == -EINVAL, "it is one", "'%s' is none", none[i]);
	for (i = 0; i < sizeof(in_it) / sizeof(in_it[0]); i++)
		within(&in_it[i], END, in_it[i].ns);
	within(&in_it[3], 0, 3540 * S + 86400 * S);
	moment_parse("12:00", &m);
	check(!moment_ns(&m, INT64_MAX, false, INT64_MAX, &ns), "it is an error",
	      "a recording's broken times do no harm");
	check(moment_ns(&m, BASE, false, 5, &ns) == -ENODATA, "it is",
	      "without a clock no time of day is known");
	return check_status();
}
