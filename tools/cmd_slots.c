// SPDX-License-Identifier: GPL-2.0
/* kvmmt slots: the memslots of VMs and what backs them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "kvmmt.h"
#include "names.h"
#include "utf8.h"

struct slots {
	struct common common;
	struct source source;
	struct slot_table table;
	size_t nr_met;			/* VMs that were meant */
	int name_width;			/* columns of their names */
	bool headed;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct slots *s = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->common;
		break;
	case ARGP_KEY_ARG:
		take_input(&s->common, arg, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void print_json(const struct vm_entry *vm, const struct slot *s)
{
	char words[160];
	struct json j;

	json_begin(&j, stdout);
	json_string(&j, "vm", vm->name);
	json_number(&j, "pid", vm->process);
	json_address(&j, "vm_key", vm->vm);
	json_number(&j, "slot", s->id);
	json_address(&j, "ipa", s->ipa);
	json_number(&j, "size_bytes", s->size_bytes);
	json_address(&j, "hva", s->hva);
	json_word(&j, "type", slot_type(s));
	json_string(&j, "words", slot_words(s, words, sizeof(words)));
	json_number(&j, "slot_flags", s->flags);
	json_number(&j, "vma", s->vma);
	json_number(&j, "vma_bytes", s->vma_bytes);
	json_word(&j, "backing", *s->backing ? s->backing : NULL);
	json_end(&j);
}

static void print_text(struct slots *all, const struct vm_entry *vm, const struct slot *s)
{
	char words[160], size[NAME_LEN];
	const char *type = slot_type(s), *flags = slot_words(s, words, sizeof(words));

	if (!all->headed)
		printf("%-*s %7s %4s %14s %7s %-12s %-22s %s\n", all->name_width, "VM", "PID", "SLOT", "IPA",
		       "SIZE", "TYPE", "FLAGS", "BACKING");
	all->headed = true;
	printf("%-*s %7u %4u %#14llx %7s %-12s %-22s %s\n", utf8_room(vm->name, all->name_width), vm->name,
	       vm->process, s->id,
	       (unsigned long long)s->ipa, name_size(s->size_bytes, size), type ? type : "-",
	       *flags ? flags : "-", *s->backing ? s->backing : "-");
}

/* Whose they are, in @vm. Is that one that was meant? */
static bool identify(const struct slots *all, const struct vm_slots *s, struct vm_entry *vm)
{
	*vm = (struct vm_entry){ .vm = s->key.vm, .pid = s->key.pid };
	if (all->source.replay)
		replay_identify(all->source.replay, vm, "");
	else
		vm_identify(NULL, vm, "");
	return vm_entry_meant(vm, all->common.vms, all->common.nr_vms);
}

static int measure_vm(void *ctx, const struct vm_slots *s)
{
	struct slots *all = ctx;
	struct vm_entry vm;
	int width = identify(all, s, &vm) ? utf8_columns(vm.name) : 0;

	all->name_width = width > all->name_width ? width : all->name_width;
	return 0;
}

static int print_vm(void *ctx, const struct vm_slots *s)
{
	struct slots *all = ctx;
	struct vm_entry vm;
	size_t i;

	if (!identify(all, s, &vm))
		return 0;
	all->nr_met++;
	for (i = 0; i < s->nr; i++) {
		if (all->common.json)
			print_json(&vm, &s->slots[i]);
		else
			print_text(all, &vm, &s->slots[i]);
	}
	if (s->more)
		fail("slots", "%s: only the first %d of its slots are shown", vm.name, KVMMT_MAX_SLOTS);
	return 0;
}

static void print(struct slots *s, const struct slot_table *table)
{
	s->name_width = 16;
	slot_table_each(table, measure_vm, s);
	slot_table_each(table, print_vm, s);
}

static int keep(void *ctx, const struct vm_slots *s)
{
	int err = slot_table_put(ctx, s);

	return err < 0 ? err : 0;
}

static int run_live(struct slots *s)
{
	struct slot_reader *reader = NULL;
	const char *obstacle;
	struct host host;
	int err;

	host_read(&host);
	obstacle = host_no_slots(&host);
	if (obstacle)
		return fail("slots", "%s", obstacle);
	live_talk(s->common.verbose);
	err = slot_reader_open(&reader);
	if (err)
		return open_failed(&s->common, err);
	err = slot_reader_read(reader, 0, keep, &s->table);
	slot_reader_close(reader);
	if (err)
		return fail("slots", "reading memslots: %s", strerror(-err));
	print(s, &s->table);
	if (s->common.nr_vms && !s->nr_met)
		return fail("slots", "--vm: no VM has this name or pid");
	return 0;
}

/* As they are at the end of the recording, or were at the end of their VM. */
static int run_replay(struct slots *s)
{
	int stopped = REPLAY_MORE;
	struct host host;

	if (open_source(&s->common, &s->source, &host, false, 0, false))
		return 1;
	while (stopped > 0) {
		stopped = source_wait(&s->source, ~0ull);
		if (stopped == REPLAY_CROWD)
			replay_forget(s->source.replay);
	}
	if (stopped < 0)
		return fail("slots", "%s: %s", s->common.input, strerror(-stopped));
	print(s, replay_slots(s->source.replay));
	if (!s->nr_met && (!s->common.nr_vms || replay_met(s->source.replay)))
		fail("slots", "%s: the memslots are not in it", s->common.input);
	return complain_of_recording(&s->common, s->source.replay);
}

int cmd_slots(int argc, char **argv)
{
	static const struct argp_child children[] = { { &slots_argp, 0, NULL, 0 }, { 0 } };
	static const struct argp argp = {
		NULL, parse, "[FILE]",
		"List the memslots of all VMs of this host, or of a recording: where they are in the "
		"VM's memory, which memory type the host maps them with, and what is mapped there.",
		children, NULL, NULL
	};
	struct slots s = { .common.command = "slots" };
	int status;

	argp_parse(&argp, argc, argv, 0, NULL, &s);
	status = s.common.input ? run_replay(&s) : run_live(&s);
	source_close(&s.source);
	slot_table_clear(&s.table);
	return status;
}
