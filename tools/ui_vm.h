/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The view of one VM is a list of sections, from top to bottom; it scrolls. A section
 * writes from row @row on and returns the row after it; one that has nothing to say
 * writes nothing.
 */
#ifndef UI_VM_H
#define UI_VM_H

#include "ui_page.h"

struct vm_view {
	const struct ui *ui;
	const struct model_vm *vm;
	struct kvmmt_counters total, last;	/* since the start, and of the last interval */
};

typedef int (*vm_section)(const struct vm_view *v, struct screen *s, int row);

int ui_section_trend(const struct vm_view *v, struct screen *s, int row);	/* ui_trend.c */
int ui_section_storm(const struct vm_view *v, struct screen *s, int row);	/* ui_storm.c */
int ui_section_slots(const struct vm_view *v, struct screen *s, int row);	/* ui_slots.c */
int ui_section_causes(const struct vm_view *v, struct screen *s, int row);
int ui_section_refusals(const struct vm_view *v, struct screen *s, int row);	/* ui_refusals.c */

#endif
