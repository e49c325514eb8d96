// SPDX-License-Identifier: GPL-2.0
/* See source_live.h: memslots, which an iterator of its own tells (bpf/slots.bpf.c). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source_live_state.h"
#include "slots.skel.h"

#define READ_RECORDS 256
#define TRIES	     8		/* of a VM that changes its slots all the time */
#define PAUSE_US     2000	/* between them */

struct slot_reader {
	struct slots_bpf *skel;
	long page_size_bytes;
	int vfio_sought;
	struct kvmmt_slot records[READ_RECORDS];
	struct vm_slots vm;	/* what was read of the VM that is being read */
};

int slot_reader_open(struct slot_reader **out)
{
	struct slot_reader *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->page_size_bytes = sysconf(_SC_PAGESIZE);
	r->skel = slots_bpf__open();
	err = r->skel ? 0 : -errno;
	if (!err) {
		r->skel->rodata->page_shift = __builtin_ctzl(r->page_size_bytes);
		err = slots_bpf__load(r->skel);
	}
	if (err)
		slot_reader_close(r);
	else
		*out = r;
	return err;
}

void slot_reader_close(struct slot_reader *r)
{
	if (!r)
		return;
	slots_bpf__destroy(r->skel);
	free(r);
}

/* The end of a VM's list, which is handed out unless it is worth another try. */
static int end_vm(struct slot_reader *r, const struct kvmmt_slot *end, bool last, bool *again,
		  slots_fn fn, void *ctx)
{
	bool sure = end->slot >= KVMMT_SLOTS_MORE || (end->slot == KVMMT_SLOTS_BUSY && last);
	int err = 0;

	*again |= !sure;
	r->vm.key = (struct vm_slots_key){ end->vm, end->pid };
	r->vm.more = end->slot == KVMMT_SLOTS_MORE;
	if (sure)
		err = fn(ctx, &r->vm);
	r->vm.nr = 0;
	return err;
}

static int take_records(struct slot_reader *r, size_t nr, bool last, bool *again, slots_fn fn,
			void *ctx)
{
	int err = 0;
	size_t i;

	for (i = 0; i < nr && !err; i++) {
		const struct kvmmt_slot *s = &r->records[i];

		if (s->slot < 0)
			err = end_vm(r, s, last, again, fn, ctx);
		else if (r->vm.nr < KVMMT_MAX_SLOTS)
			slot_describe(&r->vm.slots[r->vm.nr++], s, "/sys", r->page_size_bytes);
	}
	return err;
}

/* A pass over the files. */
static int read_all(struct slot_reader *r, int iter, bool last, bool *again, slots_fn fn, void *ctx)
{
	size_t have = 0, whole;
	int err = 0;

	r->vm.nr = 0;
	while (!err) {
		ssize_t n = read(iter, (char *)r->records + have, sizeof(r->records) - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		have += n;
		whole = have / sizeof(r->records[0]);
		err = take_records(r, whole, last, again, fn, ctx);
		have -= whole * sizeof(r->records[0]);
		memmove(r->records, r->records + whole, have);
	}
	return err;
}

static int pass(struct slot_reader *r, __u32 process, bool last, bool *again, slots_fn fn, void *ctx)
{
	union bpf_iter_link_info info = { .task.pid = process };
	DECLARE_LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	struct bpf_link *link;
	int iter, err;

	if (process) {
		opts.link_info = &info;
		opts.link_info_len = sizeof(info);
	}
	link = bpf_program__attach_iter(r->skel->progs.tell_slots, &opts);
	if (!link)
		return -errno;
	iter = bpf_iter_create(bpf_link__fd(link));
	err = iter < 0 ? -errno : read_all(r, iter, last, again, fn, ctx);
	if (iter >= 0)
		close(iter);
	bpf_link__destroy(link);
	return err;
}

int slot_reader_read(struct slot_reader *r, __u32 process, slots_fn fn, void *ctx)
{
	bool again = true;
	int err = 0, n;

	live_seek_vfio(&r->skel->bss->vfio, &r->vfio_sought);
	for (n = 1; n <= TRIES && again && !err; n++) {
		again = false;
		err = pass(r, process, n == TRIES, &again, fn, ctx);
		if (again && n < TRIES)
			usleep(PAUSE_US);
	}
	/* The process is gone. */
	return err == -ESRCH || err == -ENOENT ? 0 : err;
}
