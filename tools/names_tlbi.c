// SPDX-License-Identifier: GPL-2.0
/*
 * TLB invalidations by their encoding (Arm ARM C5.5, "A64 System instructions for TLB
 * maintenance"): op1 is the regime, CRm the shareability and whether it is a range,
 * op2 the form, CRn 9 instead of 8 the nXS variant.
 */
#include <stdio.h>

#include "names.h"

static const char *form(unsigned int op1, unsigned int op2, int range)
{
	static const char *const el1[] = {
		"VMALLE1", "VAE1", "ASIDE1", "VAAE1", NULL, "VALE1", NULL, "VAALE1",
	};
	static const char *const el2[] = {
		"ALLE2", "VAE2", NULL, NULL, "ALLE1", "VALE2", "VMALLS12E1", NULL,
	};

	/* Only the forms of an address have one of a range. */
	if ((op1 != 0 && op1 != 4) || (range && !(op2 & 1)))
		return NULL;
	return op1 ? el2[op2] : el1[op2];
}

const char *name_tlbi(__u32 op, char *buf)
{
	static const char *const shareability[] = {
		[1] = "OS", [2] = "IS", [3] = "IS", [5] = "OS", [6] = "", [7] = "",
	};
	unsigned int op0 = op >> 19 & 3, op1 = op >> 16 & 7, crn = op >> 12 & 0xf;
	unsigned int crm = op >> 8 & 0xf, op2 = op >> 5 & 7;
	int range = crm == 2 || crm == 5 || crm == 6;
	const char *name = form(op1, op2, range);

	if (op0 != 1 || (crn != 8 && crn != 9) || crm > 7 || !shareability[crm] || !name)
		return NULL;
	snprintf(buf, NAME_LEN, "%s%s%s%s", range ? "R" : "", name, shareability[crm],
		 crn == 9 ? "nXS" : "");
	return buf;
}
