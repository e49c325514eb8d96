// SPDX-License-Identifier: GPL-2.0
/* See window.h. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "window.h"


int pfnmap;
struct pfnmap_facts facts;

int window_open(void)
{
	pfnmap = open("/dev/pfnmap", O_RDWR | O_CLOEXEC);
	return pfnmap < 0 || ioctl(pfnmap, PFNMAP_IOC_FACTS, &facts) ? -errno : 0;
}

void *window_map(unsigned long mode, size_t bytes, int share, void *at)
{
	return mmap(at, bytes, PROT_READ | PROT_WRITE, share | (at ? MAP_FIXED : 0), pfnmap,
		    mode * PAGE);
}

void *reserve_2m(size_t bytes)
{
	char *p = mmap(NULL, bytes + BLOCK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p + (BLOCK - (uintptr_t)p % BLOCK) % BLOCK;
}

void *huge_2m(size_t bytes)
{
	char *mem = mmap(reserve_2m(bytes), bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	madvise(mem, bytes, MADV_HUGEPAGE);
	return mem;
}

uint64_t descriptor(const struct vm *vm, uint64_t ipa, int *level)
{
	struct pfnmap_walk w = { .vm_fd = vm->fd, .ipa = ipa };
	int err = ioctl(pfnmap, PFNMAP_IOC_WALK, &w);

	if (level)
		*level = w.level;
	return err ? 0 : w.desc;
}

uint64_t memattr(uint64_t descriptor)
{
	return descriptor >> 2 & 0xf;
}

uint64_t normal_memattr(void)
{
	return facts.fwb ? 6 : 0xf;
}

uint64_t access_one(struct vcpu *vcpu, enum vm_op op, uint64_t va, uint64_t value)
{
	struct vm_access a = { .op = op, .va = va, .value = value };
	int err = vcpu_access(vcpu, &a);

	errno = err ? -err : a.run_errno;
	return errno || a.esr ? ~0ull : a.value;
}
