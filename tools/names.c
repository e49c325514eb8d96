// SPDX-License-Identifier: GPL-2.0
/* See names.h. The words come from the lists in event.h. */
#include <stdio.h>
#include <string.h>

#include <kvmmt/counters.h>
#include "names.h"
#include "text.h"

#define TABLE(function, LIST)                                                  \
	const char *function(unsigned int n)                                   \
	{                                                                      \
		static const char *const words[] = { LIST };                   \
		return n < sizeof(words) / sizeof(words[0]) ? words[n] : NULL; \
	}

#define FIRST(name, a, ...)	   a,
#define SECOND(name, a, b, ...)	   b,
#define THIRD(name, a, b, c, ...)  c,

TABLE(name_kind, KVMMT_KINDS(FIRST))
TABLE(name_s1_type, KVMMT_S1_TYPES(FIRST))
TABLE(name_s2_type, KVMMT_S2_TYPES(FIRST))
TABLE(name_s2_type_long, KVMMT_S2_TYPES(SECOND))
TABLE(name_fault_reason, KVMMT_FAULT_REASONS(SECOND))
TABLE(name_fault_why, KVMMT_FAULT_REASONS(THIRD))
TABLE(name_outcome, KVMMT_OUTCOMES(FIRST))
TABLE(name_slot_reason, KVMMT_SLOT_REASONS(SECOND))
TABLE(name_slot_why, KVMMT_SLOT_REASONS(THIRD))
TABLE(name_slot_change, KVMMT_SLOT_CHANGES(FIRST))
TABLE(name_inval_reason, KVMMT_INVAL_REASONS(FIRST))
TABLE(name_inval_why, KVMMT_INVAL_REASONS(SECOND))
TABLE(name_vncr_lookup, KVMMT_VNCR_LOOKUP_REASONS(FIRST))
TABLE(name_vncr_lookup_why, KVMMT_VNCR_LOOKUP_REASONS(SECOND))
TABLE(name_vncr_walk, KVMMT_VNCR_WALK_REASONS(SECOND))
TABLE(name_vncr_walk_why, KVMMT_VNCR_WALK_REASONS(THIRD))
TABLE(name_vncr_inval, KVMMT_VNCR_INVAL_REASONS(FIRST))
TABLE(name_vncr_inval_why, KVMMT_VNCR_INVAL_REASONS(SECOND))

const char *name_or_number(const char *name, unsigned int number, char *buf)
{
	if (name)
		return name;
	snprintf(buf, NAME_LEN, "unknown(%u)", number);
	return buf;
}

struct bit_name {
	__u32 bit;
	const char *word;
};

static const char *join_bits(__u32 value, const struct bit_name *names, size_t nr, char *buf,
			     size_t len)
{
	struct text t = text_begin(buf, len);
	size_t i;

	for (i = 0; i < nr; i++) {
		if (!(value & names[i].bit))
			continue;
		if (t.at > buf)
			text_char(&t, ',');
		text_str(&t, names[i].word);
	}
	text_end(&t);
	return buf;
}

#define BIT_NAME(name, bit, word, ...) { 1u << (bit), word },

const char *name_fault_flags(__u32 flags, char *buf, size_t len)
{
	static const struct bit_name names[] = { KVMMT_ACCESS_FLAGS(BIT_NAME) KVMMT_FAULT_FLAGS(BIT_NAME) };

	return join_bits(flags, names, sizeof(names) / sizeof(names[0]), buf, len);
}

const char *name_vma_bits(__u32 vma, char *buf, size_t len)
{
	static const struct bit_name names[] = { KVMMT_VMA_BITS(BIT_NAME) };

	return join_bits(vma, names, sizeof(names) / sizeof(names[0]), buf, len);
}

const char *name_vncr_flags(__u32 flags, char *buf, size_t len)
{
	static const struct bit_name names[] = { KVMMT_VNCR_FLAGS(BIT_NAME) };

	return join_bits(flags, names, sizeof(names) / sizeof(names[0]), buf, len);
}

const char *name_missing_features(__u32 flags)
{
	switch (flags & (KVMMT_F_FWB | KVMMT_F_DIC)) {
	case 0:
		return "FWB and DIC";
	case KVMMT_F_FWB:
		return "DIC";
	case KVMMT_F_DIC:
		return "FWB";
	}
	return "";
}

const char *name_size(__u64 bytes, char *buf)
{
	static const char units[] = "BKMGTPE";
	struct text t = text_begin(buf, NAME_LEN);
	unsigned int unit = 0;
	__u64 whole = bytes;

	while (whole >= 1024 && !(whole % 1024)) {
		whole /= 1024;
		unit++;
	}
	if (whole < 10000) {
		text_number(&t, whole);
		if (unit)
			text_char(&t, units[unit]);
		text_end(&t);
		return buf;
	}
	for (unit = 0; bytes >> (10 * (unit + 1)) && unit < 6;)
		unit++;
	snprintf(buf, NAME_LEN, "%.1f%c", (double)bytes / (double)(1ull << (10 * unit)),
		 units[unit]);
	return buf;
}

const char *name_ratio(__u64 value, char *buf)
{
	if (value == 10000)
		snprintf(buf, NAME_LEN, "100");
	else
		snprintf(buf, NAME_LEN, "%.1f", (double)(value / 10) / 10);
	return buf;
}

const char *name_time(__u64 ns, char *buf)
{
	static const char *const units[] = { "us", "ms", "s" };
	double t = (double)ns / 1000;
	int unit = 0;

	if (ns < 1000) {
		snprintf(buf, NAME_LEN, "%lluns", (unsigned long long)ns);
		return buf;
	}
	for (; t >= 999.5 && unit < 2; unit++)
		t /= 1000;
	snprintf(buf, NAME_LEN, t < 9.995 ? "%.2f%s" : t < 99.95 ? "%.1f%s" : "%.0f%s", t,
		 units[unit]);
	return buf;
}

const char *name_access(__u32 flags)
{
	return flags & KVMMT_F_EXEC ? "exec" : flags & KVMMT_F_WRITE ? "write" : "read";
}
