/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of mapped memory: of refusals (kvmmt.bpf.c) and of memslots (slots.bpf.c). */
#ifndef ORIGIN_BPF_H
#define ORIGIN_BPF_H

#include <kvmmt/maps.h>

static __always_inline void note_file(const struct vm_area_struct *vma, struct kvmmt_origin *origin)
{
	struct file *file = vma->vm_file;

	if (!file)
		return;
	origin->rdev = file->f_inode->i_rdev;
	bpf_probe_read_kernel_str(origin->file, sizeof(origin->file), file->f_path.dentry->d_name.name);
}

#endif
