// SPDX-License-Identifier: GPL-2.0
/* See slots.h: slots in words. */
#include <stdio.h>
#include <string.h>
#include <linux/kvm.h>

#include "names.h"
#include "slots.h"
#include "vmname.h"

/* What shmem and hugetlbfs call files that have no name of their own */
#define SHARED_ANONYMOUS "dev/zero"
#define MEMFD		 "memfd:"
#define HUGE_ANONYMOUS	 "anon_hugepage"

/* Memory that is no device, and whether it is of huge pages */
static void memory_text(const struct kvmmt_slot *s, char *buf)
{
	const char *huge = s->vma & KVMMT_VMA_HUGETLB ? "hugetlb " : "", *file = s->origin.file;
	size_t len = strnlen(file, sizeof(s->origin.file));
	char name[VM_NAME_LEN];

	if (!len || (*huge && !strcmp(file, HUGE_ANONYMOUS))) {
		snprintf(buf, BACKING_LEN, "%sanonymous memory", huge);
	} else if (!strcmp(file, SHARED_ANONYMOUS)) {
		snprintf(buf, BACKING_LEN, "shared anonymous memory");
	} else if (!strncmp(file, MEMFD, strlen(MEMFD))) {
		vm_clean_name(name, file + strlen(MEMFD), len - strlen(MEMFD));
		snprintf(buf, BACKING_LEN, "%smemfd %s", huge, name);
	} else {
		vm_clean_name(name, file, len);
		snprintf(buf, BACKING_LEN, "%sfile %s", huge, name);
	}
}

void slot_describe(struct slot *to, const struct kvmmt_slot *from, const char *sys,
		   long page_size_bytes)
{
	struct kvmmt_origin origin = from->origin;

	*to = (struct slot){
		.ipa = from->ipa,
		.size_bytes = from->size_bytes,
		.hva = from->hva,
		.vma_bytes = from->vma_bytes,
		.id = from->slot,
		.flags = from->slot_flags,
		.vma = from->vma,
	};
	if (!(from->vma & KVMMT_VMA_FOUND))
		return;
	if (origin.rdev || origin.vfio)
		backing_text(sys, &origin, ~0ull, page_size_bytes, to->backing);
	else
		memory_text(from, to->backing);
}

const char *slot_type(const struct slot *s)
{
	return s->vma & KVMMT_VMA_FOUND ? name_s1_type(KVMMT_VMA_S1(s->vma)) : NULL;
}

const char *slot_words(const struct slot *s, char *buf, size_t len)
{
	bool partly = s->vma & KVMMT_VMA_FOUND && s->vma_bytes < s->size_bytes;
	/* The rest its backing says. */
	__u32 told = KVMMT_VMA_FOUND | KVMMT_VMA_HUGETLB | KVMMT_VMA_SHARED;
	char bits[96];

	if (!(s->vma & KVMMT_VMA_PFNMAP))
		told |= KVMMT_VMA_COW;
	name_vma_bits(s->vma & ~told, bits, sizeof(bits));
	snprintf(buf, len, "%s%s%s%s%s", s->flags & KVM_MEM_READONLY ? ",read-only" : "",
		 s->flags & KVM_MEM_LOG_DIRTY_PAGES ? ",dirty-log" : "", *bits ? "," : "", bits,
		 partly ? ",partly" : "");
	return *buf ? buf + 1 : buf;
}

void refused_text(int slot, const char *backing, char *buf)
{
	char id[24] = "";

	if (slot >= 0)
		snprintf(id, sizeof(id), "slot %d%s", slot, *backing ? ", " : "");
	snprintf(buf, REFUSED_LEN, "%s%s", id, backing);
}
