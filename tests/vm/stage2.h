/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of stage2.c that have files of their own. */
#ifndef STAGE2_H
#define STAGE2_H

/* Needs MADV_HWPOISON. */
void poisoned(void);
/* Needs MTE. */
void stale_tags(void);

#endif
