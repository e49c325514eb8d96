/* SPDX-License-Identifier: GPL-2.0 */
/* What a mapping is of: part of kvmmt.bpf.c. */

/* Set by user space, at last when VFIO's module is loaded. */
struct kvmmt_vfio vfio;

/* Only the kernel makes files there, and gives them their names. */
static __always_inline bool is_vfio(struct file *file, const char *name)
{
	static const char anonymous[] = "[vfio-device]";
	unsigned int i;

	if (!vfio.known || file->f_inode->i_sb->s_magic != ANON_INODE_FS_MAGIC)
		return false;
	for (i = 0; i < sizeof(anonymous); i++)
		if (name[i] != anonymous[i])
			return false;
	return true;
}

static __always_inline void vfio_device(struct file *file, char *name)
{
	struct device *dev = NULL;
	char *device = NULL;

	bpf_probe_read_kernel(&device, sizeof(device), file->private_data + vfio.device);
	bpf_probe_read_kernel(&dev, sizeof(dev), device + vfio.dev);
	bpf_probe_read_kernel_str(name, KVMMT_FILE_LEN, BPF_CORE_READ(dev, kobj.name));
}

static long on_vma(struct task_struct *task, struct vm_area_struct *vma, struct kvmmt_origin *origin)
{
	struct file *file = vma->vm_file;

	if (!file)
		return 0;
	origin->rdev = file->f_inode->i_rdev;
	bpf_probe_read_kernel_str(origin->file, sizeof(origin->file), file->f_path.dentry->d_name.name);
	bpf_probe_read_kernel_str(origin->module, sizeof(origin->module), file->f_op->owner->name);
	if (is_vfio(file, origin->file))
		vfio_device(file, origin->device);
	return 0;
}
