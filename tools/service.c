// SPDX-License-Identifier: GPL-2.0
/* See service.h. */
#include <errno.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>

#include "service.h"

/* A bounding set that cannot be emptied (no CAP_SETPCAP) is of no use without privileges. */
static void drop_bounding(void)
{
	cap_value_t cap;

	for (cap = 0; cap_get_bound(cap) >= 0; cap++)
		cap_drop_bound(cap);
}

int service_drop_privileges(void)
{
	cap_t none = cap_init();
	int err = 0;

	if (!none)
		return -errno;
	drop_bounding();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || cap_reset_ambient() || cap_set_proc(none))
		err = -errno;
	cap_free(none);
	return err;
}

int service_socket(void)
{
	int n = sd_listen_fds(1);

	if (n <= 0)
		return n ? n : -1;
	return n > 1 ? -E2BIG : SD_LISTEN_FDS_START;
}

void service_notify(const char *state)
{
	sd_notify(0, state);
}
