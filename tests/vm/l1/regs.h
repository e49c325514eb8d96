/* SPDX-License-Identifier: GPL-2.0 */
/* Registers and TLBI forms that L1 and L2 use, by encoding. */
#ifndef L1_REGS_H
#define L1_REGS_H

/*
 * X(name, encoding, offset): the offset in the VNCR page where the access lands
 * from EL1 with NV, NV2 and without NV1; 0 for registers that are not there.
 */
#define VNCR_REGS(X)                                 \
	X(VTTBR_EL2, S3_4_C2_C1_0, 0x20)             \
	X(VTCR_EL2, S3_4_C2_C1_2, 0x40)              \
	X(VMPIDR_EL2, S3_4_C0_C0_5, 0x50)            \
	X(CNTVOFF_EL2, S3_4_C14_C0_3, 0x60)          \
	X(HCR_EL2, S3_4_C1_C1_0, 0x78)               \
	X(HSTR_EL2, S3_4_C1_C1_3, 0x80)              \
	X(VPIDR_EL2, S3_4_C0_C0_0, 0x88)             \
	X(TPIDR_EL2, S3_4_C13_C0_2, 0x90)            \
	X(VNCR_EL2, S3_4_C2_C2_0, 0xb0)              \
	X(CONTEXTIDR_EL12, S3_5_C13_C0_1, 0x108)     \
	X(SCTLR_EL12, S3_5_C1_C0_0, 0x110)           \
	X(TCR_EL12, S3_5_C2_C0_2, 0x120)             \
	X(AFSR0_EL12, S3_5_C5_C1_0, 0x128)           \
	X(AFSR1_EL12, S3_5_C5_C1_1, 0x130)           \
	X(ESR_EL12, S3_5_C5_C2_0, 0x138)             \
	X(MAIR_EL12, S3_5_C10_C2_0, 0x140)           \
	X(AMAIR_EL12, S3_5_C10_C3_0, 0x148)          \
	X(SPSR_EL12, S3_5_C4_C0_0, 0x160)            \
	X(TTBR0_EL12, S3_5_C2_C0_0, 0x200)           \
	X(TTBR1_EL12, S3_5_C2_C0_1, 0x210)           \
	X(FAR_EL12, S3_5_C6_C0_0, 0x220)             \
	X(ELR_EL12, S3_5_C4_C0_1, 0x230)             \
	X(SP_EL1, S3_4_C4_C1_0, 0x240)               \
	X(VBAR_EL12, S3_5_C12_C0_0, 0x250)

#define OTHER_REGS(X)                                \
	X(SCTLR_EL2, S3_4_C1_C0_0, 0)                \
	X(TTBR0_EL2, S3_4_C2_C0_0, 0)                \
	X(TTBR1_EL2, S3_4_C2_C0_1, 0)                \
	X(TCR_EL2, S3_4_C2_C0_2, 0)                  \
	X(MAIR_EL2, S3_4_C10_C2_0, 0)                \
	X(CONTEXTIDR_EL2, S3_4_C13_C0_1, 0)          \
	X(VBAR_EL2, S3_4_C12_C0_0, 0)                \
	X(ESR_EL2, S3_4_C5_C2_0, 0)                  \
	X(FAR_EL2, S3_4_C6_C0_0, 0)                  \
	X(ELR_EL2, S3_4_C4_C0_1, 0)                  \
	X(SPSR_EL2, S3_4_C4_C0_0, 0)                 \
	X(HPFAR_EL2, S3_4_C6_C0_4, 0)                \
	X(SCTLR_EL1, S3_0_C1_C0_0, 0)                \
	X(TTBR0_EL1, S3_0_C2_C0_0, 0)                \
	X(TTBR1_EL1, S3_0_C2_C0_1, 0)                \
	X(TCR_EL1, S3_0_C2_C0_2, 0)                  \
	X(MAIR_EL1, S3_0_C10_C2_0, 0)                \
	X(CONTEXTIDR_EL1, S3_0_C13_C0_1, 0)          \
	X(FAR_EL1, S3_0_C6_C0_0, 0)                  \
	X(ELR_EL1, S3_0_C4_C0_1, 0)                  \
	X(SPSR_EL1, S3_0_C4_C0_0, 0)                 \
	X(TPIDR_EL1, S3_0_C13_C0_4, 0)               \
	X(CNTHCTL_EL2, S3_4_C14_C1_0, 0)             \
	X(MDCR_EL2, S3_4_C1_C1_1, 0)                 \
	X(CPTR_EL2, S3_4_C1_C1_2, 0)                 \
	X(CPACR_EL12, S3_5_C1_C0_2, 0)               \
	X(ID_AA64MMFR0_EL1, S3_0_C0_C7_0, 0)         \
	X(ID_AA64MMFR2_EL1, S3_0_C0_C7_2, 0)         \
	X(ID_AA64MMFR4_EL1, S3_0_C0_C7_4, 0)         \
	X(ID_AA64ISAR0_EL1, S3_0_C0_C6_0, 0)         \
	X(ID_AA64ISAR1_EL1, S3_0_C0_C6_1, 0)         \
	X(PAR_EL1, S3_0_C7_C4_0, 0)                  \
	X(PAN, S3_0_C4_C2_3, 0)

#define L1_REGS(X) VNCR_REGS(X) OTHER_REGS(X)

/* X(name, op1, CRn, CRm, op2), first without and then with nXS. */
#define TLBI_SCOPES(X, name, op1, n, is, os, ns, op2) \
	X(name##IS, op1, n, is, op2)                  \
	X(name##OS, op1, n, os, op2)                  \
	X(name, op1, n, ns, op2)

#define TLBI_SCOPES_IPA(X, name, n, op2, os_op2) \
	X(name##IS, 4, n, C0, op2)               \
	X(name##OS, 4, n, C4, os_op2)            \
	X(name, 4, n, C4, op2)

#define TLBI_FORMS_OF(X, n, nxs)                                \
	TLBI_SCOPES(X, nxs##ALLE2, 4, n, C3, C1, C7, 0)         \
	TLBI_SCOPES(X, nxs##VAE2, 4, n, C3, C1, C7, 1)          \
	TLBI_SCOPES(X, nxs##VALE2, 4, n, C3, C1, C7, 5)         \
	TLBI_SCOPES(X, nxs##RVAE2, 4, n, C2, C5, C6, 1)         \
	TLBI_SCOPES(X, nxs##RVALE2, 4, n, C2, C5, C6, 5)        \
	TLBI_SCOPES(X, nxs##VMALLE1, 0, n, C3, C1, C7, 0)       \
	TLBI_SCOPES(X, nxs##VAE1, 0, n, C3, C1, C7, 1)          \
	TLBI_SCOPES(X, nxs##ASIDE1, 0, n, C3, C1, C7, 2)        \
	TLBI_SCOPES(X, nxs##VAAE1, 0, n, C3, C1, C7, 3)         \
	TLBI_SCOPES(X, nxs##VALE1, 0, n, C3, C1, C7, 5)         \
	TLBI_SCOPES(X, nxs##VAALE1, 0, n, C3, C1, C7, 7)        \
	TLBI_SCOPES(X, nxs##RVAE1, 0, n, C2, C5, C6, 1)         \
	TLBI_SCOPES(X, nxs##RVAAE1, 0, n, C2, C5, C6, 3)        \
	TLBI_SCOPES(X, nxs##RVALE1, 0, n, C2, C5, C6, 5)        \
	TLBI_SCOPES(X, nxs##RVAALE1, 0, n, C2, C5, C6, 7)       \
	TLBI_SCOPES(X, nxs##ALLE1, 4, n, C3, C1, C7, 4)         \
	TLBI_SCOPES(X, nxs##VMALLS12E1, 4, n, C3, C1, C7, 6)    \
	TLBI_SCOPES_IPA(X, nxs##IPAS2E1, n, 1, 0)               \
	TLBI_SCOPES_IPA(X, nxs##IPAS2LE1, n, 5, 4)              \
	TLBI_SCOPES_IPA(X, nxs##RIPAS2E1, n, 2, 3)              \
	TLBI_SCOPES_IPA(X, nxs##RIPAS2LE1, n, 6, 7)

#define TLBI_FORMS(X) TLBI_FORMS_OF(X, C8, ) TLBI_FORMS_OF(X, C9, NXS_)

/* X(name, op1, CRm, op2) */
#define AT_FORMS(X)          \
	X(S1E1R, 0, C8, 0)   \
	X(S1E1W, 0, C8, 1)   \
	X(S1E0R, 0, C8, 2)   \
	X(S1E0W, 0, C8, 3)   \
	X(S1E1RP, 0, C9, 0)  \
	X(S1E1WP, 0, C9, 1)  \
	X(S1E2R, 4, C8, 0)   \
	X(S1E2W, 4, C8, 1)   \
	X(S12E1R, 4, C8, 4)  \
	X(S12E1W, 4, C8, 5)  \
	X(S12E0R, 4, C8, 6)  \
	X(S12E0W, 4, C8, 7)

#define REG_ONE(...)  +1
#define REG_COUNT     (0 L1_REGS(REG_ONE))
#define TLBI_COUNT    (0 TLBI_FORMS(REG_ONE))

#ifndef __ASSEMBLER__
#define REG_ENUM(name, encoding, offset)	 REG_##name,
#define TLBI_ENUM(name, op1, crn, crm, op2) TLBI_##name,
#define AT_ENUM(name, op1, crm, op2)	 AT_##name,
enum l1_reg { L1_REGS(REG_ENUM) };
enum l1_tlbi { TLBI_FORMS(TLBI_ENUM) };
enum l1_at { AT_FORMS(AT_ENUM) };
#undef REG_ENUM
#undef TLBI_ENUM
#undef AT_ENUM

/* Its place among the forms without nXS and scope, in their order */
#define TLBI_GROUP(form) ((form) / 3 % (TLBI_COUNT / 6))
#endif
#endif
