/* SPDX-License-Identifier: GPL-2.0-only */
/* How the guest gets at the GIC's registers: the CPU interface, and what is memory-mapped. */
#ifndef GUEST_REGISTERS_H
#define GUEST_REGISTERS_H

#include "gic.h"
#include "proto.h"

#define GUEST		__attribute__((section("guest_code"), noinline))
#define GUEST_INLINE	static inline __attribute__((always_inline))

#define ICC_PMR_EL1	"S3_0_C4_C6_0"
#define ICC_IAR0_EL1	"S3_0_C12_C8_0"
#define ICC_EOIR0_EL1	"S3_0_C12_C8_1"
#define ICC_BPR0_EL1	"S3_0_C12_C8_3"
#define ICC_AP0R0_EL1	"S3_0_C12_C8_4"
#define ICC_AP1R0_EL1	"S3_0_C12_C9_0"
#define ICC_DIR_EL1	"S3_0_C12_C11_1"
#define ICC_SGI1R_EL1	"S3_0_C12_C11_5"
#define ICC_IAR1_EL1	"S3_0_C12_C12_0"
#define ICC_EOIR1_EL1	"S3_0_C12_C12_1"
#define ICC_BPR1_EL1	"S3_0_C12_C12_3"
#define ICC_CTLR_EL1	"S3_0_C12_C12_4"
#define ICC_IGRPEN0_EL1	"S3_0_C12_C12_6"
#define ICC_IGRPEN1_EL1	"S3_0_C12_C12_7"

#define ICC_CTLR_CBPR		1U
#define ICC_CTLR_EOIMODE	2U

#define write_sysreg(name, value) \
	asm volatile("msr " name ", %0; isb" :: "r"((u64)(value)) : "memory")
#define read_sysreg(name) ({ \
	u64 value_; \
	asm volatile("mrs %0, " name "; dsb sy" : "=r"(value_) :: "memory"); \
	value_; })

#define shared ((struct shared *)SHARED_BASE)

/* In assembly, since KVM emulates an access by its syndrome, which the plainest ones alone have. */
GUEST_INLINE void mmio_write(u64 address, u32 value)
{
	asm volatile("str %w0, [%1]" :: "r"(value), "r"(address) : "memory");
}

GUEST_INLINE void mmio_write_byte(u64 address, u32 value)
{
	asm volatile("strb %w0, [%1]" :: "r"(value), "r"(address) : "memory");
}

GUEST_INLINE u32 mmio_read(u64 address)
{
	u32 value;

	asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

/* Where an interrupt's registers are: in the distributor, or in a vCPU's redistributor. */
GUEST_INLINE u64 frame_of(u32 vcpu, u32 intid)
{
	return intid >= FIRST_SPI ? GICD_BASE : GICR_BASE + vcpu * GICR_STRIDE + GICR_SGI;
}

GUEST_INLINE u64 frame(const struct area *a, u32 intid)
{
	return frame_of(a->vcpu, intid);
}

GUEST_INLINE u64 bit_register(const struct area *a, u64 offset, u32 intid)
{
	return frame(a, intid) + offset + intid / 32 * 4;
}

GUEST_INLINE u32 bit_of(u32 intid)
{
	return 1U << intid % 32;
}

/* Where the bit of an interrupt is in the guest's memory, whatever INTID a kernel makes up. */
GUEST_INLINE u32 word_of(u32 intid)
{
	return intid / 32 % (NR_IRQS / 32);
}

#endif
