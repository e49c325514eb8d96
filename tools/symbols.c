// SPDX-License-Identifier: GPL-2.0
/* See symbols.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols.h"

struct symbol {
	__u64 address;
	char *name;
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static int add(struct symbols *s, size_t *room, __u64 address, const char *name)
{
	if (s->nr == *room) {
		size_t more = *room ? *room * 2 : 4096;
		struct symbol *all = realloc(s->all, more * sizeof(*all));

		if (!all)
			return -ENOMEM;
		s->all = all;
		*room = more;
	}
	s->all[s->nr] = (struct symbol){ .address = address, .name = strdup(name) };
	if (!s->all[s->nr].name)
		return -ENOMEM;
	s->nr++;
	return 0;
}

int symbols_read(struct symbols *s, const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned long long address;
	char line[512], name[256], type;
	size_t room = 0;
	int err = 0;

	memset(s, 0, sizeof(*s));
	if (!f)
		return -errno;
	while (!err && fgets(line, sizeof(line), f))
		if (sscanf(line, "%llx %c %255s", &address, &type, name) == 3 && address &&
		    strchr("tTwW", type))
			err = add(s, &room, address, name);
	fclose(f);
	if (!err && !s->nr)
		err = -EACCES;
	if (err)
		symbols_free(s);
	else
		qsort(s->all, s->nr, sizeof(*s->all), by_address);
	return err;
}

void symbols_free(struct symbols *s)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		free(s->all[i].name);
	free(s->all);
	memset(s, 0, sizeof(*s));
}

/* NULL: before the first, or so far behind the last that it is something else. */
static const char *name_of(const struct symbols *s, __u64 address)
{
	size_t low = 0, high = s->nr;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (s->all[mid].address <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || address - s->all[low - 1].address > 1 << 20)
		return NULL;
	return s->all[low - 1].name;
}

void symbols_stack(const struct symbols *s, const __u64 *stack, size_t nr, char *buf, size_t len)
{
	size_t used = 0, i;

	buf[0] = '\0';
	for (i = 0; i < nr && stack[i] && used < len; i++) {
		const char *name = name_of(s, stack[i]);

		if (!name || !strncmp(name, "bpf_", 4) || strstr(name, "stack_trace_save") ||
		    strstr(name, "__traceiter_"))
			continue;
		used += snprintf(buf + used, len - used, "%s%s", used ? " < " : "", name);
	}
}
