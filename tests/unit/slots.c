// SPDX-License-Identifier: GPL-2.0
/* Memslots: in words, in tables, and in recordings, whatever stands there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "check.h"
#include "made_up.h"
#include "recording.h"
#include "source_recording.h"

static char path[] = "/tmp/kvmmt-unit-XXXXXX";
static struct vm_slots slots;	/* too large for a stack */

static const struct recording_info info = { .host.page_size_bytes = 4096 };

static void words(void)
{
	static const struct {
		struct kvmmt_slot slot;
		const char *backing, *words, *type;
	} rows[] = {
		{ { .size_bytes = 4096 }, "", "", NULL },
		{ { .size_bytes = 4096, .vma_bytes = 4096, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_COW },
		  "anonymous memory", "", "Normal" },
		{ { .size_bytes = 8192, .vma_bytes = 4096, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_SHARED,
		    .origin.file = "memfd:a b\033[2J", .slot_flags = KVM_MEM_READONLY },
		  "memfd a_b_[2J", "read-only,partly", "Normal" },
		{ { .size_bytes = 4096, .vma_bytes = 4096, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_HUGETLB,
		    .origin.file = "anon_hugepage" }, "hugetlb anonymous memory", "", "Normal" },
		{ { .size_bytes = 4096, .vma_bytes = 4096, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_HUGETLB,
		    .origin.file = "pc.ram" }, "hugetlb file pc.ram", "", "Normal" },
		{ { .size_bytes = 4096, .vma_bytes = 4096, .vma = KVMMT_VMA_FOUND | KVMMT_VMA_SHARED,
		    .origin.file = "dev/zero" }, "shared anonymous memory", "", "Normal" },
		{ { .size_bytes = 4096, .vma_bytes = 4096, .slot_flags = KVM_MEM_LOG_DIRTY_PAGES,
		    .vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | KVMMT_VMA_IO | KVMMT_VMA_COW |
			   KVMMT_S1_DEVICE_nGnRE,
		    .origin = { .file = "node", .rdev = 4000u << 20 | 7 } },
		  "device /dev/node", "dirty-log,pfnmap,io,cow", "nGnRE" },
	};
	char buf[160];
	struct slot s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		slot_describe(&s, &rows[i].slot, "/nosuch", 4096);
		check(!strcmp(s.backing, rows[i].backing), s.backing, "backing \"%s\"",
		      rows[i].backing);
		check(!strcmp(slot_words(&s, buf, sizeof(buf)), rows[i].words),
		      slot_words(&s, buf, sizeof(buf)), "words \"%s\"", rows[i].words);
		check(slot_type(&s) == rows[i].type || !strcmp(slot_type(&s), rows[i].type),
		      slot_type(&s), "type %s", rows[i].type ? rows[i].type : "of nothing");
	}
}

/* @nr slots of 1 MiB from 1 GiB on, with holes */
static void make_slots(__u64 vm, __u32 pid, __u32 nr)
{
	memset(&slots, 0, sizeof(slots));
	slots.key = (struct vm_slots_key){ vm, pid };
	for (slots.nr = 0; slots.nr < nr; slots.nr++) {
		struct slot *s = &slots.slots[slots.nr];

		s->id = 1000 + slots.nr;
		s->ipa = (1ull << 30) + slots.nr * (2ull << 20);
		s->size_bytes = s->vma_bytes = 1 << 20;
		s->hva = ~0xfffull - s->ipa;
		s->flags = KVM_MEM_READONLY;
		s->vma = KVMMT_VMA_FOUND | KVMMT_VMA_PFNMAP | KVMMT_S1_NORMAL_NC;
		snprintf(s->backing, sizeof(s->backing), "device /dev/x%u of y", slots.nr);
	}
}

static void table(void)
{
	const struct vm_slots_key one = { 0x1000, 1 }, nobody = { 0x1000, 2 };
	struct slot_table t = { 0 };
	int i, err = 1;

	make_slots(0x1000, 1, 3);
	check(slot_table_put(&t, &slots) == 1 && slot_table_put(&t, &slots) == 0, "no",
	      "what is the same changes nothing");
	slots.slots[2].backing[0] = 'D';
	check(slot_table_put(&t, &slots) == 1 && t.nr_vms == 1 && t.nr_slots == 3, "no",
	      "and what differs does");
	check(slot_table_get(&t, one)->nr == 3 && !slot_table_get(&t, nobody), "no",
	      "a VM's are found");
	check(slot_find(slot_table_get(&t, one), (1ull << 30) + (4 << 20))->id == 1002 &&
		      !slot_find(slot_table_get(&t, one), (1ull << 30) + (3 << 20)) &&
		      !slot_find(slot_table_get(&t, one), 0),
	      "no", "a slot is found by its memory");
	slot_table_drop(&t, nobody);
	slot_table_drop(&t, one);
	check(!t.nr_vms && !t.nr_slots && !slot_table_get(&t, one), "no", "and dropped");
	for (i = 1; err == 1; i++) {
		make_slots(0x1000ull * i, i, KVMMT_MAX_SLOTS);
		err = slot_table_put(&t, &slots);
	}
	check(err == -ENOSPC && t.nr_slots <= SLOT_TABLE_SLOTS && t.nr_vms == (size_t)i - 2, "no",
	      "there is an end to them");
	slot_table_clear(&t);
}

static struct kvmmt_event refusal(__u64 time_ns, __u64 hva, __u64 ipa)
{
	return (struct kvmmt_event){
		.time_ns = time_ns, .vm = 0x1000, .pid = 7, .kind = KVMMT_KIND_S2_FAULT,
		.s2_fault = { .hva = hva, .ipa = ipa, .fault_ipa = ipa, .pfn = ~0ull,
			      .reason = KVMMT_FAULT_NO_VMA },
	};
}

static int asked;	/* how often */

static void origin(void *ctx, const struct kvmmt_event *e, struct refused *to)
{
	(void)ctx;
	asked++;
	if (e->s2_fault.hva == 0xdead000)
		return;
	to->slot = 5;
	to->killed = e->time_ns == 10;
	snprintf(to->backing, sizeof(to->backing), "file %llx\n\"",
		 (unsigned long long)e->s2_fault.hva);
}

static struct writer *new_writer(void)
{
	struct writer *w = writer_new(&info, name_vm, NULL);

	writer_ask_origins(w, origin);
	make_slots(0x1000, 7, KVMMT_MAX_SLOTS);
	slots.more = true;
	snprintf(slots.slots[0].backing, BACKING_LEN, "file \033]0;x\007 \xff e");
	writer_slots(w, &slots, 5);
	return w;
}

static void write_file(void)
{
	struct kvmmt_event e[] = { refusal(10, 0x5000, 0), refusal(20, 0x5000, 0),
				   refusal(30, 0xdead000, (1ull << 30) + 5) };
	struct writer *w = new_writer();
	size_t i;

	writer_open(w, path);
	for (i = 0; i < 3; i++)
		writer_event(w, &e[i]);
	check(asked == 2, "it is", "what one memory is, is asked once for each frame");
	check(!writer_close(w), "it is not", "a recording with slots is written");
	writer_free(w);
}

static const struct kvmmt_event *seen[3];
static struct refused told[3];
static struct replay *replay;
static int nr_seen;

static void take(void *ctx, const struct kvmmt_event *e)
{
	(void)ctx;
	seen[nr_seen] = e;
	replay_origin(replay, e, &told[nr_seen++]);
}

static void read_file(void)
{
	const struct vm_slots_key key = { 0x1000, 7 };
	const struct vm_slots *s;
	struct vm_entry vm = { .vm = 0x1000, .pid = 7 };
	int stopped = REPLAY_MORE;

	if (replay_open(&replay, path, NULL, 0)) {
		not_ok("it cannot be read");
		return;
	}
	check(replay_begin_ns(replay) == 10, "it does not", "it begins with its first event");
	while (stopped > 0)
		stopped = replay_advance(replay, ~0ull, take, NULL);
	s = slot_table_get(replay_slots(replay), key);
	check(s && s->nr == KVMMT_MAX_SLOTS && s->more &&
		      !memcmp(&s->slots[1], &slots.slots[1], (s->nr - 1) * sizeof(s->slots[0])),
	      "they are not", "its slots are those that were written");
	check(s && !strcmp(s->slots[0].backing, "file _]0;x_ _ e"), s ? s->slots[0].backing : "",
	      "words are clean");
	replay_identify(replay, &vm, "");
	check(!strcmp(vm.name, "vm-7"), vm.name, "with the VM's name");
	check(nr_seen == 3 && told[0].slot == 5 && !strcmp(told[0].backing, "file 5000__") &&
		      !strcmp(told[1].backing, told[0].backing),
	      told[0].backing, "what refusals were about is told with each");
	check(told[0].killed && !told[2].killed, "it does not", "and whether their VMM was being killed");
	check(told[2].slot == 1000 && !strcmp(told[2].backing, s->slots[0].backing),
	      told[2].backing, "and where it was not known, by the slot");
	replay_close(replay);
}

/* How many VMs' slots a file has */
static int count(const char *file)
{
	const struct vm_entry *vm;
	struct reader *r;
	int item, nr = 0;

	if (reader_open(&r, file))
		return -1;
	while ((item = reader_next(r)) > 0)
		nr += item == READER_SLOTS && reader_slots(r, &vm)->nr > 0;
	nr = reader_state(r)->damaged_frames ? -1 : nr;
	reader_close(r);
	return nr;
}

/* Each file has them, and a flight recorder's those of VMs that are gone too. */
static void each_file(void)
{
	const struct vm_slots_key key = { 0x1000, 7 };
	struct kvmmt_event e = refusal(10, 0x5000, 0);
	struct writer *w = new_writer();

	writer_open(w, path);
	writer_close(w);
	check(count(path) == 1, "it has none", "a file begins with slots");
	writer_open(w, path);
	make_slots(0x2000, 8, 2);
	writer_slots(w, &slots, 6);
	writer_slots(w, &slots, 7);
	writer_close(w);
	check(count(path) == 2, "others", "the next too, and has what changed once");
	writer_forget_slots(w, key);
	writer_open(w, path);
	writer_close(w);
	check(count(path) == 1, "others", "without those of a VM that is gone");
	writer_keep(w, 1 << 20, 0);
	writer_event(w, &e);
	writer_forget_slots(w, (struct vm_slots_key){ 0x2000, 8 });
	check(!writer_snapshot(w, path) && count(path) == 1, "it has none",
	      "a flight recorder's has its too");
	writer_free(w);
}

/* Any byte changed, or the end missing: no more is read than there is. */
static void hostile(void)
{
	static __u8 bytes[SLOTS_FRAME_BYTES], copy[SLOTS_FRAME_BYTES];
	const struct vm_entry vm = { .vm = 0x1000, .pid = 7, .name = "vm" };
	size_t len, i, sound = 0;
	struct vm_entry got;

	make_slots(0x1000, 7, 3);
	len = slots_frame_write(&vm, &slots, bytes);
	for (i = 0; i < len; i++)
		sound += !slots_frame_read(bytes, i, &got, &slots);
	check(!sound, "it is", "a part of it is not sound");
	for (i = 0; i < len * 256; i++) {
		memcpy(copy, bytes, len);
		copy[i / 256] = i;
		slots_frame_read(copy, len, &got, &slots);
		sound += strnlen(got.name, VM_NAME_LEN) == VM_NAME_LEN;
		sound += slots.nr > KVMMT_MAX_SLOTS;
	}
	check(!sound, "it does", "a changed byte does no harm");
}

int main(void)
{
	int fd = mkstemp(path);

	check_suite = "slots";
	close(fd);
	words();
	table();
	write_file();
	read_file();
	each_file();
	hostile();
	unlink(path);
	return check_status();
}
