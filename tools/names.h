/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers to words: nothing else in the tool does it. A number that kvmmt does
 * not know gives NULL; callers show the number.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stddef.h>
#include <linux/types.h>

#define NAME_LEN 40

const char *name_kind(unsigned int kind);
const char *name_s1_type(unsigned int type);
const char *name_s2_type(unsigned int type);
const char *name_s2_type_long(unsigned int type);
const char *name_fault_reason(unsigned int reason);
const char *name_fault_why(unsigned int reason);	/* in a sentence */
const char *name_outcome(unsigned int outcome);
const char *name_access(__u32 flags);	/* what the guest tried: KVMMT_F_* */
const char *name_slot_reason(unsigned int reason);
const char *name_slot_why(unsigned int reason);
const char *name_slot_change(unsigned int change);
const char *name_inval_reason(unsigned int reason);
const char *name_inval_why(unsigned int reason);

const char *name_vncr_lookup(unsigned int reason);
const char *name_vncr_lookup_why(unsigned int reason);
const char *name_vncr_walk(unsigned int reason);
const char *name_vncr_walk_why(unsigned int reason);
const char *name_vncr_inval(unsigned int reason);	/* and the scope of a TLBI */
const char *name_vncr_inval_why(unsigned int reason);

/*
 * names_tlbi.c: the TLBI of this encoding, "VAE2IS" say, to @buf of NAME_LEN bytes;
 * NULL if it is no TLBI of an EL1&0 or EL2&0 regime.
 */
const char *name_tlbi(__u32 op, char *buf);

/* The word, or "unknown(17)" written to @buf of NAME_LEN bytes. */
const char *name_or_number(const char *name, unsigned int number, char *buf);

/* Names of the set bits, joined by commas; returns @buf. */
const char *name_fault_flags(__u32 flags, char *buf, size_t len);
const char *name_vma_bits(__u32 vma, char *buf, size_t len);
const char *name_vncr_flags(__u32 flags, char *buf, size_t len);

/* Which of FWB and DIC @flags lacks: "FWB and DIC", "FWB", "DIC" or "". */
const char *name_missing_features(__u32 flags);

/* 4096 -> "4K"; returns @buf of NAME_LEN bytes. */
const char *name_size(__u64 bytes, char *buf);
/* 9987 ten-thousandths -> "99.8": never rounded up; returns @buf of NAME_LEN bytes. */
const char *name_ratio(__u64 value, char *buf);
/* 1234 -> "1.23us"; returns @buf of NAME_LEN bytes. */
const char *name_time(__u64 ns, char *buf);

#endif
