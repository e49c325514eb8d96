/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that fails, and what the VMM is told and does when its guest comes upon it. */
#ifndef POISON_H
#define POISON_H

#include <stddef.h>

struct poison {
	void *page;	/* that failed */
	int signals;	/* SIGBUS, of which the latest said: */
	int code;	/* BUS_MCEERR_... */
	void *addr;
	int bytes;	/* how much is lost at @addr */
};

/* What there is of it: a signal handler fills it. */
extern volatile struct poison poison;

/*
 * The anonymous page at @page fails. Whoever comes upon it makes for a SIGBUS, at which
 * there is a new page, as from a VMM that goes on. 0 or -errno.
 */
int poison_page(void *page);

#endif
