/* SPDX-License-Identifier: GPL-2.0 */
/* The tool as tests run it. */
#ifndef KVMMT_TEST_H
#define KVMMT_TEST_H

#include <sys/types.h>

#define ERR_NAME  "/tmp/lab.err"	/* its standard error */
#define OUT_BYTES 262144

/* Runs "kvmmt WORDS", its output to @out of OUT_BYTES; the exit status. */
int kvmmt(char *out, const char *words);
/* Runs beside the test until kvmmt_stop(); the exit status. */
pid_t kvmmt_start(const char *words);
int kvmmt_stop(pid_t pid);

#endif
