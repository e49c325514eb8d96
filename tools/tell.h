/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an operator is told as it happens: to the journal with fields, if standard error
 * is connected to it, and else as a line there; and to the operator's command.
 */
#ifndef TELL_H
#define TELL_H

#include "hook.h"
#include "refusal.h"
#include "series.h"

#define TELL_STACK_LEN 600

/* @recording: the path of one that has it, or "". */
void tell_refusal(const struct refusal *r, const char *recording, struct hook *hook);
/* @stack: how its first cause came to it, or "". */
void tell_storm(const struct series *s, const struct model *m, const char *stack,
		const char *recording, struct hook *hook);
void tell_storm_over(const struct series *s, struct hook *hook);
void tell_thrash(const struct series *s, const struct model *m, const char *recording,
		 struct hook *hook);
void tell_thrash_over(const struct series *s, struct hook *hook);

#endif
