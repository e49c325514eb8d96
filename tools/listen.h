/* SPDX-License-Identifier: GPL-2.0 */
/* Where a server listens. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>

/* Is it "HOST:PORT", "[HOST]:PORT" or ":PORT" (all addresses, IPv6 too)? */
bool listen_is_address(const char *address);
/*
 * A socket that listens at such an address, the first that a host has and that can be
 * had. Returns it or -errno; -ENOENT: no such host.
 */
int listen_on(const char *address);

#endif
