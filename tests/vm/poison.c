// SPDX-License-Identifier: GPL-2.0
/* See poison.h. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "poison.h"
#include "window.h"

volatile struct poison poison;

static void on_bus(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	if (!poison.page)
		return;
	poison.signals++;
	poison.code = info->si_code;
	poison.addr = info->si_addr;
	poison.bytes = 1 << info->si_addr_lsb;
	mmap(poison.page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int poison_page(void *page)
{
	struct sigaction act = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };
	int err;

	/* Since 6.11 who asks for it is as who came upon it. */
	poison = (struct poison){ 0 };
	err = sigaction(SIGBUS, &act, NULL) || madvise(page, PAGE, MADV_HWPOISON) ? -errno : 0;
	poison.page = page;
	return err;
}
