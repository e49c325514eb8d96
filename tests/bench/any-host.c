// SPDX-License-Identifier: GPL-2.0
/*
 * This machine passes for an arm64 host with all tracepoints; of the BPF programs only
 * the load's is loaded. Linked with --wrap (ld(1)).
 */
#include <string.h>
#include <bpf/libbpf.h>

#include "host.h"

void __real_host_read(struct host *h);
void __wrap_host_read(struct host *h);
int __real_bpf_program__set_autoload(struct bpf_program *program, bool autoload);
int __wrap_bpf_program__set_autoload(struct bpf_program *program, bool autoload);

void __wrap_host_read(struct host *h)
{
	__real_host_read(h);
	h->arm64 = true;
	memset(h->tracepoint, true, sizeof(h->tracepoint));
}

int __wrap_bpf_program__set_autoload(struct bpf_program *program, bool autoload)
{
	(void)autoload;
	return __real_bpf_program__set_autoload(program, false);
}
