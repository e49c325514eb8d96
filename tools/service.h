/* SPDX-License-Identifier: GPL-2.0 */
/* What a service owes its host: few privileges, and word to systemd. */
#ifndef SERVICE_H
#define SERVICE_H

/* Give up every capability, for ever and for what is run from here. 0 or -errno. */
int service_drop_privileges(void);

/* The socket that systemd passed, -1 if none, -E2BIG if there are several. */
int service_socket(void);

/* Tell systemd, if it runs us, of a state as sd_notify(3) has it. */
void service_notify(const char *state);

#endif
