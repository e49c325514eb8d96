// SPDX-License-Identifier: GPL-2.0
/* A VM's memslots and what backs them: a section of its view. */
#include <string.h>

#include "names.h"
#include "ui_vm.h"

#define BACKING 47	/* columns before it */

/* "backing (read-only, pfnmap)" */
static void describe(const struct slot *slot, char *text, size_t len)
{
	char words[160];
	const char *word = slot_words(slot, words, sizeof(words)), *before = " (";
	const char *backing = *slot->backing ? slot->backing : "nothing that is known";
	size_t used = snprintf(text, len, "%s", backing);

	for (; *word && used < len; before = ", ") {
		int n = strcspn(word, ",");

		used += snprintf(text + used, len - used, "%s%.*s%s", before, n, word,
				 word[n] ? "" : ")");
		word += n + (word[n] == ',');
	}
}

static int draw_slot(struct screen *s, int row, const struct slot *slot)
{
	bool narrow = s->cols < BACKING + 20;
	const char *type = slot_type(slot);
	char text[320], size[NAME_LEN];

	describe(slot, text, sizeof(text));
	screen_put(s, row, 2, ATTR_PLAIN, "%5u %#15llx %9s %s", slot->id,
		   (unsigned long long)slot->ipa, name_size(slot->size_bytes, size), type ? type : "-");
	return ui_draw_wrapped(s, row + narrow, narrow ? 4 : BACKING, ATTR_PLAIN, text);
}

int ui_section_slots(const struct vm_view *v, struct screen *s, int row)
{
	const struct model_vm *vm = v->vm;
	char text[256];
	size_t i;

	if (!vm->slots_known) {
		snprintf(text, sizeof(text), "memslots: not known: %s",
			 v->ui->no_slots ? v->ui->no_slots : "nobody looked at them then");
		return ui_draw_wrapped(s, row, 2, ATTR_DIM, text);
	}
	screen_put(s, row++, 2, ATTR_TITLE, "%5s %15s %9s %-12s %s", "slot", "ipa", "size", "type",
		   s->cols < BACKING + 20 ? "" : "backing");
	if (!vm->nr_slots)
		screen_put(s, row++, 2, ATTR_PLAIN, "%5s", "none");
	for (i = 0; i < vm->nr_slots; i++)
		row = draw_slot(s, row, &vm->slots[i]);
	if (vm->more_slots)
		screen_put(s, row++, 2, ATTR_DIM, "and more: %d are told at most", KVMMT_MAX_SLOTS);
	return row;
}
