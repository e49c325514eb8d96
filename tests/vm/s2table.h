/* SPDX-License-Identifier: GPL-2.0 */
/* A row of s2.table, and the memory it describes. */
#ifndef S2TABLE_H
#define S2TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define ROW_BYTES (2ul << 20)

enum outcome { GET_NORMAL, GET_NC, GET_nGnRE, GET_nGnRnE, GET_SLOT, GET_FAULT, GET_NO_PFN };

struct row {
	char backing[16], type[16], share[16], flags[32];
	enum outcome safe, unsafe, stock;
	bool is_private;
};

extern const char *const outcome_words[];

/* The next row of the table in @file (a FILE *); false at the end. Exits on nonsense. */
bool row_read(void *file, struct row *row);
/* Map the row's memory; returns MAP_FAILED and sets errno if that fails. */
void *row_map(const struct row *row, int pfnmap_fd);

#endif
