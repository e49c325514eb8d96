// SPDX-License-Identifier: GPL-2.0
/*
 * A stand-in for VFIO's module, which the lab's kernels cannot have without an IOMMU: its
 * name, its structs, and the anonymous file that a device gets through its group. The
 * device is the machine's host bridge; its memory is the window of pfnmap.c, cacheable.
 */
#include <linux/anon_inodes.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <vfio.h>

#include "pfnmap.h"

static ulong base = 0x70000000;
module_param(base, ulong, 0444);

static struct vfio_device device;
static struct vfio_device_file device_file = { .device = &device };

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long size = vma->vm_end - vma->vm_start;

	if (size > PFNMAP_WINDOW_BYTES)
		return -EINVAL;
	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(base), size, vma->vm_page_prot);
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.mmap = device_mmap,
};

static long group_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd != VFIO_GROUP_GET_DEVICE_FD)
		return -ENOTTY;
	return anon_inode_getfd("[vfio-device]", &device_fops, &device_file, O_RDWR | O_CLOEXEC);
}

static const struct file_operations group_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = group_ioctl,
};

static struct miscdevice group = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vfio-group",
	.nodename = "vfio/0",
	.fops = &group_fops,
};

static int __init vfio_init(void)
{
	struct pci_dev *bridge = pci_get_domain_bus_and_slot(0, 0, 0);
	int err;

	if (!bridge)
		return -ENODEV;
	device.dev = &bridge->dev;
	err = misc_register(&group);
	if (err)
		pci_dev_put(bridge);
	return err;
}

static void __exit vfio_exit(void)
{
	misc_deregister(&group);
	put_device(device.dev);
}

module_init(vfio_init);
module_exit(vfio_exit);
MODULE_DESCRIPTION("What VFIO's files look like, for the tests of kvmmt");
MODULE_LICENSE("GPL");
