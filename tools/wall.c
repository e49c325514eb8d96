// SPDX-License-Identifier: GPL-2.0
/* See wall.h. */
#include <time.h>

#include "wall.h"

#define SECOND_NS 1000000000ll

static __s64 clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * SECOND_NS + ts.tv_nsec;
}

__s64 wall_offset_ns(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}

static void set_second(struct wall *w, __s64 second)
{
	time_t time = second;
	struct tm tm;

	if (*w->date && w->second == second)
		return;
	w->second = second;
	if (!localtime_r(&time, &tm) ||
	    !strftime(w->date, sizeof(w->date), "%Y-%m-%dT%H:%M:%S", &tm) ||
	    !strftime(w->zone, sizeof(w->zone), "%z", &tm))
		*w->date = '\0';
}

void wall_put(struct wall *w, struct text *t, __u64 time_ns, int digits)
{
	__s64 ns = (__s64)((__u64)w->offset_ns + time_ns), part = ns % SECOND_NS;
	int i;

	part += part < 0 ? SECOND_NS : 0;
	set_second(w, (ns - part) / SECOND_NS);
	if (!*w->date) {
		text_char(t, '?');
		return;
	}
	text_str(t, w->date);
	for (i = digits; i < 9; i++)
		part /= 10;
	if (digits) {
		text_char(t, '.');
		text_padded(t, part, digits);
	}
	text_str(t, w->zone);
}

const char *wall_text(struct wall *w, __u64 time_ns, int digits, char *buf, size_t len)
{
	struct text t = text_begin(buf, len);

	wall_put(w, &t, time_ns, digits);
	text_end(&t);
	return buf;
}
