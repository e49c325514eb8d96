// SPDX-License-Identifier: GPL-2.0
/* See source_live.h: what the BPF programs cost, as the kernel measures it. */
#include <errno.h>
#include <string.h>

#include "names.h"
#include "source_live_state.h"

int live_measure(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

/* Programs are named as what they do with a kind, and the kind: "count_s2_fault". */
static struct live_cost *cost_of(const struct bpf_program *program, struct live_cost *costs)
{
	const char *kind = strchr(bpf_program__name(program), '_');
	int i;

	for (i = 0; kind && i < KVMMT_KIND_NR; i++)
		if (!strcmp(kind + 1, name_kind(i)))
			return &costs[i];
	return NULL;
}

int live_costs(const struct live *live, struct live_cost costs[KVMMT_KIND_NR])
{
	struct bpf_program *program;

	memset(costs, 0, KVMMT_KIND_NR * sizeof(*costs));
	bpf_object__for_each_program(program, live->skel->obj) {
		struct live_cost *cost = cost_of(program, costs);
		int fd = bpf_program__fd(program);
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (fd < 0 || !cost)
			continue;
		if (bpf_prog_get_info_by_fd(fd, &info, &len))
			return -errno;
		cost->runs += info.run_cnt;
		cost->ns += info.run_time_ns;
	}
	return 0;
}
