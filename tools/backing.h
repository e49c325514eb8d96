/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BACKING_H
#define BACKING_H

#include <kvmmt/maps.h>

#define BACKING_LEN 256

/*
 * What memory is, in words, to @buf of BACKING_LEN bytes: the PCI device whose BAR has
 * the page @pfn (~0: not known), or that was mapped through VFIO or by its node, with its
 * driver and that node; a device node and its module; a file; "" if none of it is known.
 * @sys is where sysfs is.
 */
const char *backing_text(const char *sys, const struct kvmmt_origin *origin, __u64 pfn,
			 long page_size_bytes, char *buf);

#endif
