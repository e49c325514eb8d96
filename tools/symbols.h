/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's functions by address, as /proc/kallsyms has them. */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stddef.h>
#include <linux/types.h>

struct symbol;

struct symbols {
	struct symbol *all;	/* by address */
	size_t nr;
};

/* Returns 0 or -errno; -EACCES: it shows no addresses to us. */
int symbols_read(struct symbols *s, const char *path);
void symbols_free(struct symbols *s);

/*
 * "first < its caller < its caller's", to @buf: of @nr addresses, innermost first, up to one
 * that is 0. BPF's own, which come first, have no names and are left out.
 */
void symbols_stack(const struct symbols *s, const __u64 *stack, size_t nr, char *buf, size_t len);

#endif
