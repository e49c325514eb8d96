// SPDX-License-Identifier: GPL-2.0
/* The memslots of the VM that is looked at, of this host or of a recording. */
#include <errno.h>

#include "top.h"

static int take_slots(void *ctx, const struct vm_slots *s)
{
	return model_slots(ctx, s);
}

/* What cannot be read is said, and no error. */
static int read_slots(struct top *t, const struct model_vm *vm)
{
	const char *obstacle = host_no_slots(&t->host);
	int err = 0;

	t->ui.no_slots = obstacle ? obstacle : "the VM's process has no VM now";
	if (!obstacle && !t->slots)
		err = slot_reader_open(&t->slots);
	if (!obstacle && !err)
		err = slot_reader_read(t->slots, vm->process, take_slots, &t->model);
	if (err && err != -ENOMEM)
		t->ui.no_slots = "this kernel cannot tell them: it has no BPF iterator over files";
	return err == -ENOMEM ? err : 0;
}

int top_slots(struct top *t)
{
	const struct model_vm *vm = model_find_key(&t->model, &t->ui.selected);
	const struct vm_slots *s = NULL;

	if (t->ui.past) {
		t->ui.no_slots = NULL;
		t->slots_of = NULL;
	}
	if (t->ui.view != VIEW_VM || t->ui.past || !vm)
		return 0;
	/* Of one that is gone a recording may know them, unless another is at its address. */
	if (vm->gone && (t->source.live || model_find(&t->model, vm->key.vm, vm->key.pid) != vm))
		return 0;
	if (t->slots_of == vm && t->slots_ns == t->model.now_ns)
		return 0;
	t->slots_of = vm;
	t->slots_ns = t->model.now_ns;
	if (t->source.live)
		return read_slots(t, vm);
	t->ui.no_slots = "they are not in this recording";
	s = slot_table_get(replay_slots(t->source.replay),
			   (struct vm_slots_key){ vm->key.vm, vm->key.pid });
	return s ? model_slots(&t->model, s) : 0;
}
