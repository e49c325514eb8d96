/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of mapped memory. */
#ifndef ORIGIN_BPF_H
#define ORIGIN_BPF_H

#include <kvmmt/maps.h>

/* Set by user space, at last when VFIO's module is loaded. */
struct kvmmt_vfio vfio;

/* Only the kernel makes files there, and gives them their names. */
static __always_inline bool is_anonymous(struct file *file)
{
	return BPF_CORE_READ(file, f_inode, i_sb, s_magic) == ANON_INODE_FS_MAGIC;
}

static __always_inline bool is_vfio(struct file *file, const char *name)
{
	static const char anonymous[] = "[vfio-device]";
	unsigned int i;

	if (!vfio.known || !is_anonymous(file))
		return false;
	for (i = 0; i < sizeof(anonymous); i++)
		if (name[i] != anonymous[i])
			return false;
	return true;
}

static __always_inline void note_device(struct file *file, struct kvmmt_origin *origin)
{
	struct device *dev = NULL;
	char *device = NULL;

	bpf_probe_read_kernel(&device, sizeof(device), file->private_data + vfio.device);
	bpf_probe_read_kernel(&dev, sizeof(dev), device + vfio.dev);
	if (bpf_probe_read_kernel_str(origin->file, sizeof(origin->file), BPF_CORE_READ(dev, kobj.name)) > 1)
		origin->vfio = 1;
}

static __always_inline void note_file(const struct vm_area_struct *vma, struct kvmmt_origin *origin)
{
	struct file *file = vma->vm_file;

	if (!file)
		return;
	origin->rdev = file->f_inode->i_rdev;
	bpf_probe_read_kernel_str(origin->file, sizeof(origin->file), file->f_path.dentry->d_name.name);
	bpf_probe_read_kernel_str(origin->module, sizeof(origin->module), file->f_op->owner->name);
	if (is_vfio(file, origin->file))
		note_device(file, origin);
}

/* The slot at @node of the tree that has the node @index of the two of each slot. */
static __always_inline struct kvm_memory_slot *slot_at(struct rb_node *node, __u32 index)
{
	return (void *)node - index * bpf_core_type_size(struct rb_node) -
	       bpf_core_field_offset(struct kvm_memory_slot, gfn_node);
}

#endif
