// SPDX-License-Identifier: GPL-2.0
/*
 * Memslots, and what refused memory was, as recordings have them: see recording.h and, for
 * the bytes, docs/kvmmt.data.5. Each slot and each refused memory begins with its length,
 * so that a later version can add to it.
 */
#include <errno.h>
#include <string.h>

#include "recording.h"
#include "varint.h"

static __u8 *put_word(__u8 *to, const char *word, size_t room)
{
	size_t len = strnlen(word, room);

	to = varint_put(to, len);
	memcpy(to, word, len);
	return to + len;
}

/* @body up to @end, with its length before it */
static __u8 *put_record(__u8 *to, const __u8 *body, const __u8 *end)
{
	to = varint_put(to, end - body);
	memcpy(to, body, end - body);
	return to + (end - body);
}

static __u8 *put_slot(__u8 *to, const struct slot *s)
{
	__u8 body[7 * VARINT_MAX + VARINT_MAX + BACKING_LEN], *at = body;

	at = varint_put(at, s->id);
	at = varint_put(at, s->flags);
	at = varint_put(at, s->vma);
	at = varint_put(at, s->ipa);
	at = varint_put(at, s->size_bytes);
	at = varint_put(at, s->hva);
	at = varint_put(at, s->vma_bytes);
	at = put_word(at, s->backing, BACKING_LEN);
	return put_record(to, body, at);
}

size_t slots_frame_write(const struct vm_entry *vm, const struct vm_slots *s, __u8 *to)
{
	const __u8 *from = to;
	size_t i;

	to = varint_put(to, vm->vm);
	to = varint_put(to, vm->pid);
	to = varint_put(to, vm->process);
	to = put_word(to, vm->name, VM_NAME_LEN);
	to = varint_put(to, s->more);
	to = varint_put(to, s->nr);
	for (i = 0; i < s->nr; i++)
		to = put_slot(to, &s->slots[i]);
	return to - from;
}

/* A word that anyone may have written, clean, to @to of @room bytes */
static void get_word(struct span *s, char *to, size_t room)
{
	struct span word = span_take(s, varint_get(s));

	to[0] = '\0';
	if (!word.bad)
		vm_clean_text(to, room, (const char *)word.at, word.end - word.at);
}

static struct span record(struct span *s)
{
	return span_take(s, varint_get(s));
}

static bool get_slot(struct span *all, struct slot *s)
{
	struct span at = record(all);

	memset(s, 0, sizeof(*s));
	s->id = varint_get(&at);
	s->flags = varint_get(&at);
	s->vma = varint_get(&at);
	s->ipa = varint_get(&at);
	s->size_bytes = varint_get(&at);
	s->hva = varint_get(&at);
	s->vma_bytes = varint_get(&at);
	get_word(&at, s->backing, sizeof(s->backing));
	return !at.bad;
}

int slots_frame_read(const __u8 *from, size_t len, struct vm_entry *vm, struct vm_slots *s)
{
	struct span at = { from, from + len, false }, name;
	__u64 nr;

	memset(vm, 0, sizeof(*vm));
	vm->vm = varint_get(&at);
	vm->pid = varint_get(&at);
	vm->process = varint_get(&at);
	vm->name_source = VM_NAME_RECORDING;
	name = span_take(&at, varint_get(&at));
	s->key = (struct vm_slots_key){ vm->vm, vm->pid };
	s->more = varint_get(&at);
	nr = varint_get(&at);
	if (at.bad)
		return -EBADMSG;
	vm_clean_name(vm->name, (const char *)name.at, name.end - name.at);
	s->more |= nr > KVMMT_MAX_SLOTS;
	s->nr = 0;
	while (s->nr < nr && s->nr < KVMMT_MAX_SLOTS)
		if (!get_slot(&at, &s->slots[s->nr++]))
			return -EBADMSG;
	return 0;
}

size_t origins_frame_write(const struct refused *r, size_t nr, __u8 *to)
{
	__u8 body[6 * VARINT_MAX + BACKING_LEN], *at;
	const __u8 *from = to;

	for (; nr; nr--, r++) {
		at = varint_put(body, r->vm.vm);
		at = varint_put(at, r->vm.pid);
		at = varint_put(at, r->hva);
		at = varint_put(at, zigzag(r->slot));
		at = put_word(at, r->backing, BACKING_LEN);
		at = varint_put(at, r->killed);
		to = put_record(to, body, at);
	}
	return to - from;
}

int origins_frame_read(const __u8 *from, size_t len, struct refused *r, size_t *nr)
{
	struct span all = { from, from + len, false };

	for (*nr = 0; *nr < RECORDING_ORIGINS && all.at < all.end; ++*nr, r++) {
		struct span at = record(&all);

		memset(r, 0, sizeof(*r));
		r->vm.vm = varint_get(&at);
		r->vm.pid = varint_get(&at);
		r->hva = varint_get(&at);
		r->slot = unzigzag(varint_get(&at));
		get_word(&at, r->backing, sizeof(r->backing));
		r->killed = at.at < at.end && varint_get(&at);
		if (at.bad)
			return -EBADMSG;
	}
	return 0;
}
