/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/pfnmap: memory outside the kernel's RAM, mapped in every way a driver
 * might map it. The mmap offset, in pages, says how; a mapping always begins at
 * the window's start. Shared by the module and user space.
 */
#ifndef PFNMAP_H
#define PFNMAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PFNMAP_WINDOW_BYTES (2ul << 20)

/* The VMA's memory type */
#define PFNMAP_CACHEABLE 0
#define PFNMAP_NC	 1
#define PFNMAP_nGnRE	 2
#define PFNMAP_nGnRnE	 3
#define PFNMAP_TYPE	 3

#define PFNMAP_MIXEDMAP	    (1 << 4)	/* VM_MIXEDMAP, else VM_PFNMAP */
#define PFNMAP_NO_IO	    (1 << 5)	/* without VM_IO (MIXEDMAP only) */
#define PFNMAP_ANY_UNCACHED (1 << 6)	/* VM_ALLOW_ANY_UNCACHED */
#define PFNMAP_LAZY	    (1 << 7)	/* pages come with the first fault (not PFNMAP and private) */
#define PFNMAP_PTE_NC	    (1 << 8)	/* the PTEs are write-combine whatever the VMA says (lazy) */
#define PFNMAP_RAM	    (1 << 9)	/* the window is RAM of the kernel's */
#define PFNMAP_HUGE	    (1 << 10)	/* lazy, as one block (MIXEDMAP, 2 MiB aligned) */
#define PFNMAP_DAX	    (1 << 11)	/* other memory that has struct pages, as DAX maps it */

struct pfnmap_walk {
	__s32 vm_fd;	/* in */
	__s32 level;	/* out: of the last descriptor */
	__u64 ipa;	/* in */
	__u64 desc;	/* out: the last descriptor read, valid or not */
};

struct pfnmap_refs {
	__u32 page;	/* in: of the DAX window */
	__u32 refs;	/* out */
};

struct pfnmap_facts {
	__u32 fwb, dic;
};

/* The walk is of a VM's own stage 2, by the architecture's rules alone. */
#define PFNMAP_IOC_WALK	 _IOWR('P', 1, struct pfnmap_walk)
#define PFNMAP_IOC_FACTS _IOR('P', 2, struct pfnmap_facts)
#define PFNMAP_IOC_UNMAP _IO('P', 3)		/* zap every mapping of the device */
#define PFNMAP_IOC_REFS	 _IOR('P', 4, __u64)	/* references to the RAM window's pages, summed */
#define PFNMAP_IOC_WARN	 _IO('P', 5)		/* WARN(): does the lab notice? */
#define PFNMAP_IOC_DAX_REFS _IOWR('P', 6, struct pfnmap_refs)
/*
 * Lazy faults wait from PFNMAP_HOLD to PFNMAP_RELEASE, or PFNMAP_FAIL, with which they
 * find no page; PFNMAP_WAIT for one that waits.
 */
#define PFNMAP_IOC_HOLD	 _IO('P', 7)
#define PFNMAP_RELEASE	 0
#define PFNMAP_HOLD	 1
#define PFNMAP_WAIT	 2
#define PFNMAP_FAIL	 3

#endif
