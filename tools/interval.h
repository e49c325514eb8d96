/* SPDX-License-Identifier: GPL-2.0 */
/* What --interval and the dashboard's d take. */
#ifndef INTERVAL_H
#define INTERVAL_H

#include <stdbool.h>
#include <stdlib.h>

#define INTERVAL_MIN_S 0.1
#define INTERVAL_MAX_S 86400

static inline bool interval_parse(const char *word, double *seconds)
{
	char *end;
	double s = strtod(word, &end);

	if (end == word || *end || !(s >= INTERVAL_MIN_S && s <= INTERVAL_MAX_S))
		return false;
	*seconds = s;
	return true;
}

#endif
