// SPDX-License-Identifier: GPL-2.0
/* See moment.h. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "wall.h"

#define DIGITS	  "0123456789"
#define SECONDS	  1e12		/* not more than so many; it is 30000 years */
#define SECOND_NS 1000000000ll
#define DAY_NS	  (86400 * SECOND_NS)

static int parse_seconds(const char *word, struct moment *m)
{
	char *end;

	m->s = strtod(word, &end);
	return end == word || *end || m->s >= SECONDS ? -EINVAL : 0;
}

/* ".25" */
static const char *parse_part(const char *at, struct moment *m)
{
	size_t len = *at == '.' ? strspn(at + 1, DIGITS) : 0;

	if (!len)
		return at;
	m->s = strtod(at, NULL);
	return at + 1 + len;
}

static const char *parse_time(const char *at, struct moment *m)
{
	const char *seconds;

	at = strptime(at, "%H:%M", &m->tm);
	seconds = at ? strptime(at, ":%S", &m->tm) : NULL;
	if (seconds)
		at = parse_part(seconds, m);
	if (!at || !*at)
		return at;
	m->zoned = true;
	return strptime(at, "%z", &m->tm);
}

/* Not the 31st of February */
static bool has_day(struct tm tm)
{
	const int day = tm.tm_mday;

	timegm(&tm);
	return tm.tm_mday == day;
}

int moment_parse(const char *word, struct moment *m)
{
	const char *at;

	memset(m, 0, sizeof(*m));
	m->given = true;
	if (word[strspn(word, DIGITS ".")] == '\0')
		return parse_seconds(word, m);
	m->of_day = true;
	at = strptime(word, "%Y-%m-%d", &m->tm);
	m->dated = at;
	if (at && !has_day(m->tm))
		return -EINVAL;
	if (at && *at)
		at = *at == 'T' || *at == ' ' ? parse_time(at + 1, m) : NULL;
	else if (!at)
		at = parse_time(word, m);
	return at && !*at ? 0 : -EINVAL;
}

static time_t of(const struct moment *m, struct tm tm)
{
	tm.tm_isdst = -1;
	return m->zoned ? timegm(&tm) - m->tm.tm_gmtoff : mktime(&tm);
}

/* The date that it has not, so that it is the first from @base on, or the last before. */
static time_t near(const struct moment *m, time_t base, bool ago)
{
	time_t there = base + (m->zoned ? m->tm.tm_gmtoff : 0), t;
	struct tm day, tm = m->tm;

	if (m->zoned ? !gmtime_r(&there, &day) : !localtime_r(&there, &day))
		return base;
	tm.tm_year = day.tm_year;
	tm.tm_mon = day.tm_mon;
	tm.tm_mday = day.tm_mday;
	t = of(m, tm);
	if (ago ? t <= base : t >= base)
		return t;
	tm.tm_mday += ago ? -1 : 1;
	return of(m, tm);
}

static __u64 clamp(double ns)
{
	return ns <= 0 ? 0 : ns >= 1.8e19 ? ~0ull : (__u64)ns;
}

int moment_ns(const struct moment *m, __u64 base_ns, bool ago, __s64 offset_ns, __u64 *ns)
{
	const struct wall wall = { .offset_ns = offset_ns };
	time_t t;

	if (!m->of_day) {
		__u64 distance = clamp(m->s * 1e9);

		if (ago)
			*ns = distance < base_ns ? base_ns - distance : 0;
		else
			*ns = distance < ~0ull - base_ns ? base_ns + distance : ~0ull;
		return 0;
	}
	if (!wall_known(&wall))
		return -ENODATA;
	t = m->dated ? of(m, m->tm) : near(m, (__s64)(base_ns + (__u64)offset_ns) / SECOND_NS, ago);
	if (t <= offset_ns / SECOND_NS)
		*ns = 0;
	else if (t > INT64_MAX / SECOND_NS - 1)
		*ns = ~0ull;
	else
		*ns = (__u64)(t * SECOND_NS - offset_ns) + clamp(m->s * 1e9);
	return 0;
}

int moment_within(const struct moment *m, __u64 begin_ns, __u64 end_ns, __s64 offset_ns, __u64 *ns)
{
	int err = moment_ns(m, begin_ns, false, offset_ns, ns);

	if (err || !moment_undated(m) || !end_ns || *ns <= end_ns)
		return err;
	/* The one before is a day less what this one is behind the beginning from that. */
	if ((*ns - begin_ns) + (*ns - end_ns) > DAY_NS)
		*ns = *ns > DAY_NS ? *ns - DAY_NS : 0;
	return 0;
}
