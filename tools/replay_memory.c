// SPDX-License-Identifier: GPL-2.0
/* See replay_memory.h. */
#include <errno.h>
#include <string.h>

#include "replay_memory.h"

int replay_memory_slots(struct replay_memory *m, const struct reader *r)
{
	const struct vm_entry *vm;
	const struct vm_slots *s = reader_slots(r, &vm);
	int err = slot_table_put(&m->slots, s);

	if (err == -ENOSPC) {
		slot_table_clear(&m->slots);
		err = slot_table_put(&m->slots, s);
	}
	return err < 0 ? err : 0;
}

void replay_memory_origins(struct replay_memory *m, const struct reader *r)
{
	const struct refused *origins = reader_origins(r, &m->nr_origins);

	memcpy(m->origins, origins, m->nr_origins * sizeof(*origins));
}

/* A slot that was refused is none of the VM's. */
static const struct slot *slot_of(const struct replay_memory *m, const struct kvmmt_event *e)
{
	const struct vm_slots_key key = { e->vm, e->pid };
	const struct vm_slots *s = slot_table_get(&m->slots, key);

	return s && e->kind == KVMMT_KIND_S2_FAULT ? slot_find(s, e->s2_fault.ipa) : NULL;
}

bool replay_memory_of(const struct replay_memory *m, const struct kvmmt_event *e, struct refused *to)
{
	const struct vm_slots_key vm = { e->vm, e->pid };
	const struct slot *slot = slot_of(m, e);
	size_t i;

	for (i = 0; i < m->nr_origins; i++) {
		*to = m->origins[i];
		if (same_vm_slots(to->vm, vm) && to->hva == kvmmt_origin_hva(e))
			return true;
	}
	memset(to, 0, sizeof(*to));
	to->slot = slot ? (__s32)slot->id : -1;
	if (slot)
		memcpy(to->backing, slot->backing, sizeof(to->backing));
	return slot;
}

void replay_memory_clear(struct replay_memory *m)
{
	slot_table_clear(&m->slots);
	m->nr_origins = 0;
}

void replay_memory_put(const struct replay_memory *m, struct image *to)
{
	const __u64 nr = m->nr_origins;

	image_put(to, &nr, sizeof(nr));
	image_put(to, m->origins, nr * sizeof(m->origins[0]));
	slot_table_pack(&m->slots, to);
}

int replay_memory_take(struct replay_memory *m, const __u64 **from)
{
	__u64 nr;

	*from = image_get(*from, &nr, sizeof(nr));
	m->nr_origins = nr;
	*from = image_get(*from, m->origins, nr * sizeof(m->origins[0]));
	return slot_table_unpack(&m->slots, from);
}
