// SPDX-License-Identifier: GPL-2.0
/* See pfnmap.h. The lab hides memory from the kernel with mem=; base is there. */
#include <linux/file.h>
#include <linux/kvm_host.h>
#include <linux/memremap.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pfn_t.h>

#include "pfnmap.h"

static ulong base = 0x70000000;
module_param(base, ulong, 0444);

#define WINDOW_ORDER get_order(PFNMAP_WINDOW_BYTES)

static struct page *ram;

/* Behind the window: memory with struct pages that is not RAM. */
static struct dev_pagemap dax = { .type = MEMORY_DEVICE_GENERIC, .nr_range = 1 };

static unsigned long window_pfn(unsigned long mode)
{
	return mode & PFNMAP_RAM ? page_to_pfn(ram) : PHYS_PFN(base);
}

static pgprot_t typed(pgprot_t prot, unsigned long mode)
{
	switch (mode & PFNMAP_TYPE) {
	case PFNMAP_NC:
		return pgprot_writecombine(prot);
	case PFNMAP_nGnRE:
		return pgprot_device(prot);
	case PFNMAP_nGnRnE:
		return pgprot_noncached(prot);
	}
	return prot;
}

static vm_fault_t insert_one(struct vm_area_struct *vma, unsigned long addr, unsigned long mode)
{
	unsigned long pfn = window_pfn(mode) + PHYS_PFN(addr - vma->vm_start);
	pgprot_t prot = mode & PFNMAP_PTE_NC ? pgprot_writecombine(vma->vm_page_prot) :
					       vma->vm_page_prot;

	if (mode & PFNMAP_RAM && mode & PFNMAP_MIXEDMAP)
		return vm_insert_page(vma, addr, pfn_to_page(pfn)) ? VM_FAULT_SIGBUS :
								     VM_FAULT_NOPAGE;
	if (mode & PFNMAP_MIXEDMAP && !(mode & PFNMAP_PTE_NC))
		return vmf_insert_mixed(vma, addr, __pfn_to_pfn_t(pfn, PFN_DEV));
	return vmf_insert_pfn_prot(vma, addr, pfn, prot);
}

static bool hold, held, fail;
static DECLARE_WAIT_QUEUE_HEAD(holding);

/* Returns whether there is to be a page. */
static bool wait_if_held(void)
{
	if (!READ_ONCE(hold))
		return true;
	WRITE_ONCE(held, true);
	wake_up_all(&holding);
	wait_event_killable(holding, !READ_ONCE(hold));
	WRITE_ONCE(held, false);
	return !READ_ONCE(fail);
}

static int hold_faults(unsigned long what)
{
	if (what == PFNMAP_WAIT)
		return wait_event_interruptible(holding, READ_ONCE(held));
	WRITE_ONCE(fail, what == PFNMAP_FAIL);
	WRITE_ONCE(hold, what == PFNMAP_HOLD);
	wake_up_all(&holding);
	return 0;
}

static vm_fault_t lazy_fault(struct vm_fault *vmf)
{
	if (!wait_if_held())
		return VM_FAULT_SIGBUS;
	return insert_one(vmf->vma, vmf->address & PAGE_MASK,
			  (unsigned long)vmf->vma->vm_private_data);
}

static const struct vm_operations_struct lazy_ops = { .fault = lazy_fault };

static vm_fault_t huge_fault(struct vm_fault *vmf, unsigned int order)
{
	unsigned long mode = (unsigned long)vmf->vma->vm_private_data;
	pfn_t pfn = mode & PFNMAP_DAX ? phys_to_pfn_t(dax.range.start, PFN_DEV | PFN_MAP) :
					__pfn_to_pfn_t(window_pfn(mode), PFN_DEV);

	if (order != PMD_ORDER)
		return VM_FAULT_FALLBACK;
	return vmf_insert_pfn_pmd(vmf, pfn, vmf->flags & FAULT_FLAG_WRITE);
}

static vm_fault_t no_small_fault(struct vm_fault *vmf)
{
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct huge_ops = {
	.fault = no_small_fault,
	.huge_fault = huge_fault,
};

static int insert_all(struct vm_area_struct *vma, unsigned long mode)
{
	unsigned long addr;

	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE)
		if (insert_one(vma, addr, mode) != VM_FAULT_NOPAGE)
			return -ENOMEM;
	return 0;
}

static int pfnmap_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long mode = vma->vm_pgoff, size = vma->vm_end - vma->vm_start;
	bool private_write = is_cow_mapping(vma->vm_flags);

	if (size > PFNMAP_WINDOW_BYTES)
		return -EINVAL;
	if (mode & PFNMAP_LAZY && !(mode & PFNMAP_MIXEDMAP) && private_write)
		return -EINVAL;
	vma->vm_page_prot = typed(vma->vm_page_prot, mode);
	vma->vm_private_data = (void *)mode;
	if (mode & (PFNMAP_HUGE | PFNMAP_DAX)) {
		vma->vm_ops = &huge_ops;
		vm_flags_set(vma, VM_HUGEPAGE);
	}
	if (mode & PFNMAP_DAX) {
		/* As a DAX file system does: the pages in the VMA are not its own. */
		file_inode(file)->i_flags |= S_DAX;
		return 0;
	}
	vm_flags_set(vma, (mode & PFNMAP_MIXEDMAP ? VM_MIXEDMAP : VM_PFNMAP) |
			  (mode & PFNMAP_NO_IO ? 0 : VM_IO) |
			  (mode & PFNMAP_ANY_UNCACHED ? VM_ALLOW_ANY_UNCACHED : 0) |
			  VM_DONTEXPAND | VM_DONTDUMP);
	if (mode & PFNMAP_HUGE)
		return 0;
	if (mode & PFNMAP_LAZY) {
		vma->vm_ops = &lazy_ops;
		return 0;
	}
	if (mode & PFNMAP_MIXEDMAP)
		return insert_all(vma, mode);
	/* Copy on write wants the PFN where remap_pfn_range() puts it. */
	return remap_pfn_range(vma, vma->vm_start, window_pfn(mode), size, vma->vm_page_prot);
}

/*
 * Stage-2 walk, 4 KiB granule (Arm ARM D8.2): VTCR_EL2.T0SZ gives the input
 * size, SL0 the first level, whose table may be a concatenation.
 */
static int walk(struct kvm *kvm, struct pfnmap_walk *w)
{
	static const int first_level[] = { 2, 1, 0, 3 };
	struct kvm_s2_mmu *mmu = &kvm->arch.mmu;
	int ia_bits = 64 - (mmu->vtcr & 0x3f);
	int level = first_level[mmu->vtcr >> 6 & 3];
	phys_addr_t table;
	u64 index_bits;

	if (PAGE_SIZE != SZ_4K)
		return -EOPNOTSUPP;
	read_lock(&kvm->mmu_lock);
	table = mmu->pgd_phys & GENMASK_ULL(47, 12);
	if (!mmu->pgt) {
		read_unlock(&kvm->mmu_lock);
		return -ENOENT;
	}
	index_bits = ia_bits - (12 + 9 * (3 - level));
	for (;; level++, index_bits = 9) {
		int shift = 12 + 9 * (3 - level);
		u64 index = w->ipa >> shift & (BIT_ULL(index_bits) - 1);
		u64 *entry = phys_to_virt(table + index * 8);

		w->desc = READ_ONCE(*entry);
		w->level = level;
		/* A table below which to go on? */
		if (level == 3 || (w->desc & 3) != 3)
			break;
		table = w->desc & GENMASK_ULL(47, 12);
	}
	read_unlock(&kvm->mmu_lock);
	return 0;
}

static int walk_fd(struct pfnmap_walk *w)
{
	struct fd f = fdget(w->vm_fd);
	int err = -EBADF;

	if (fd_file(f) && !strcmp(fd_file(f)->f_path.dentry->d_name.name, "kvm-vm"))
		err = walk(fd_file(f)->private_data, w);
	fdput(f);
	return err;
}

static long pfnmap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;
	struct pfnmap_walk w;
	struct pfnmap_refs r;
	struct pfnmap_facts facts = {
		.fwb = cpus_have_cap(ARM64_HAS_STAGE2_FWB),
		.dic = cpus_have_cap(ARM64_HAS_CACHE_DIC),
	};
	u64 refs = 0;
	int i;

	switch (cmd) {
	case PFNMAP_IOC_WALK:
		if (copy_from_user(&w, user, sizeof(w)))
			return -EFAULT;
		i = walk_fd(&w);
		return i ? i : copy_to_user(user, &w, sizeof(w)) ? -EFAULT : 0;
	case PFNMAP_IOC_FACTS:
		return copy_to_user(user, &facts, sizeof(facts)) ? -EFAULT : 0;
	case PFNMAP_IOC_UNMAP:
		unmap_mapping_range(file->f_mapping, 0, 0, 1);
		return 0;
	case PFNMAP_IOC_REFS:
		for (i = 0; i < 1 << WINDOW_ORDER; i++)
			refs += page_count(ram + i);
		return copy_to_user(user, &refs, sizeof(refs)) ? -EFAULT : 0;
	case PFNMAP_IOC_DAX_REFS:
		if (copy_from_user(&r, user, sizeof(r)) || r.page >= PHYS_PFN(PFNMAP_WINDOW_BYTES))
			return -EFAULT;
		r.refs = page_count(pfn_to_page(PHYS_PFN(dax.range.start) + r.page));
		return copy_to_user(user, &r, sizeof(r)) ? -EFAULT : 0;
	case PFNMAP_IOC_HOLD:
		return hold_faults(arg);
	case PFNMAP_IOC_WARN:
		WARN(1, "pfnmap: asked to warn\n");
		return 0;
	}
	return -ENOTTY;
}

static const struct file_operations pfnmap_fops = {
	.owner = THIS_MODULE,
	.mmap = pfnmap_mmap,
	.unlocked_ioctl = pfnmap_ioctl,
};

static struct miscdevice pfnmap_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pfnmap",
	.fops = &pfnmap_fops,
};

static void free_ram(void)
{
	int i;

	for (i = 0; i < 1 << WINDOW_ORDER; i++)
		__free_page(ram + i);
}

static int __init pfnmap_init(void)
{
	int err;

	if (pfn_is_map_memory(PHYS_PFN(base))) {
		pr_err("pfnmap: 0x%lx is RAM: hide it with mem=\n", base);
		return -EINVAL;
	}
	dax.range.start = base + PFNMAP_WINDOW_BYTES;
	dax.range.end = dax.range.start + PFNMAP_WINDOW_BYTES - 1;
	err = PTR_ERR_OR_ZERO(memremap_pages(&dax, NUMA_NO_NODE));
	if (err)
		return err;
	ram = alloc_pages(GFP_KERNEL | __GFP_ZERO, WINDOW_ORDER);
	err = ram ? 0 : -ENOMEM;
	if (!err) {
		split_page(ram, WINDOW_ORDER);
		err = misc_register(&pfnmap_device);
		if (err)
			free_ram();
	}
	if (err)
		memunmap_pages(&dax);
	return err;
}

static void __exit pfnmap_exit(void)
{
	misc_deregister(&pfnmap_device);
	free_ram();
	memunmap_pages(&dax);
}

module_init(pfnmap_init);
module_exit(pfnmap_exit);
MODULE_DESCRIPTION("Memory outside RAM, mapped in every way, for the tests of kvmmt");
MODULE_LICENSE("GPL");
