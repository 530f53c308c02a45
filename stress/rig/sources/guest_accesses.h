/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest exits for: registers of the distributor and of devices. */
#ifndef GUEST_ACCESSES_H
#define GUEST_ACCESSES_H

#include "guest_handlers.h"

GUEST_INLINE u32 intid_of(u32 word)
{
	return word >> 8 & 0x3ff;
}

GUEST_INLINE u32 value_of(u32 word)
{
	return word >> 18;
}

/* Make an access that reads; return its word with the value.  Another comes back as it is. */
GUEST static u32 with_what_is_read(const struct area *a, u32 word)
{
	u32 op = word & 0xff, intid = intid_of(word), bits;

	if (op == OP_EXITS)
		return WORD(op, 0, mmio_read(HOST_BASE + HOST_EXITS));
	if (op != OP_PENDING && op != OP_ACTIVE)
		return word;
	bits = mmio_read(bit_register(a, op == OP_PENDING ? GICD_ISPENDR : GICD_ISACTIVER, intid));
	return WORD(op, intid, !!(bits & bit_of(intid)));
}

/* Put an interrupt into a group; the other bits of its register are written as they were. */
GUEST static void write_group(const struct area *a, u32 intid, u32 group)
{
	u64 address = bit_register(a, GICD_IGROUPR, intid);
	u32 bits;

	lock();
	bits = mmio_read(address) & ~bit_of(intid);
	mmio_write(address, bits | (group ? bit_of(intid) : 0));
	unlock();
}

/* Write the active state of an interrupt, of that vCPU's if it is a private one. */
GUEST static void write_active(u32 vcpu, u32 intid, u64 offset)
{
	mmio_write(frame_of(vcpu, intid) + offset + intid / 32 * 4, bit_of(intid));
}

/* Make an access that writes, or exits for nothing; do nothing for one that reads. */
GUEST static void access(const struct area *a, u32 word)
{
	u32 op = word & 0xff, intid = intid_of(word), value = value_of(word), bit = bit_of(intid);

	if (op == OP_EXIT)
		mmio_read(GICD_BASE + GICD_CTLR);
	else if (op == OP_PEND)
		mmio_write(bit_register(a, GICD_ISPENDR, intid), bit);
	else if (op == OP_UNPEND)
		mmio_write(bit_register(a, GICD_ICPENDR, intid), bit);
	else if (op == OP_ENABLE)
		mmio_write(bit_register(a, GICD_ISENABLER, intid), bit);
	else if (op == OP_DISABLE)
		mmio_write(bit_register(a, GICD_ICENABLER, intid), bit);
	else if (op == OP_ACTIVATE || op == OP_DEACTIVATE)
		write_active(value, intid, op == OP_ACTIVATE ? GICD_ISACTIVER : GICD_ICACTIVER);
	else if (op == OP_ROUTE)
		mmio_write(GICD_BASE + GICD_IROUTER + intid * 8, value);
	else if (op == OP_PRIORITY)
		mmio_write_byte(frame(a, intid) + GICD_IPRIORITYR + intid, value);
	else if (op == OP_SGI)
		write_sysreg(ICC_SGI1R_EL1, (u64)intid << 24 | 1U << value);
	else if (op == OP_SGI_LIST)
		write_sysreg(ICC_SGI1R_EL1, (u64)intid << 24 | value);
	else if (op == OP_SGI_OTHERS)
		write_sysreg(ICC_SGI1R_EL1, (u64)intid << 24 | SGI1R_IRM);
	else if (op == OP_GROUP)
		write_group(a, intid, value);
	else if (op == OP_DISTRIBUTOR)
		mmio_write(GICD_BASE + GICD_CTLR, GICD_CTLR_ARE | (value ? GICD_CTLR_GROUP1 : 0));
	else if (op == OP_RAISE || op == OP_LOWER)
		mmio_write(HOST_BASE + HOST_LINE, intid | (op == OP_RAISE) << 16);
}

#endif
