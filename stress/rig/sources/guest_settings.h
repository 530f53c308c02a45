/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest sets on its CPU interface: mask, groups, binary points, how it ends interrupts. */
#ifndef GUEST_SETTINGS_H
#define GUEST_SETTINGS_H

#include "guest_handlers.h"

#define OPEN_MASK	0xffU

/*
 * Whether a setting can be written now without a handler being ended wrongly: its end has to find
 * the binary point at which it began, and its group enabled; what was dropped is deactivated with
 * EOImode 1.
 */
GUEST static int allows(const struct area *a, u32 op, u32 number)
{
	u32 i;

	if (op == OP_EOI_MODE)
		return number || !(a->nr_dropped || waits_for_another(a));
	if (op != OP_DISABLE_GROUP)
		return op == OP_MASK || op == OP_ENABLE_GROUP || !a->nr_nested;
	for (i = 0; i < a->nr_nested; i++)
		if (is_of_group_0(a, a->nested[i]) == !number)
			return 0;
	return 1;
}

GUEST static void write_control(struct area *a, u32 bit, u32 value)
{
	a->control = (a->control & ~bit) | (value ? bit : 0);
	write_sysreg(ICC_CTLR_EL1, a->control);
}

GUEST static void write_setting(struct area *a, u32 op, u32 number)
{
	u32 enable = op == OP_ENABLE_GROUP;

	if (!allows(a, op, number))
		return;
	if (op == OP_MASK)
		write_sysreg(ICC_PMR_EL1, number);
	else if (op == OP_BINARY_POINT_0)
		write_sysreg(ICC_BPR0_EL1, number);
	else if (op == OP_BINARY_POINT_1)
		write_sysreg(ICC_BPR1_EL1, number);
	else if (op == OP_COMMON_BINARY_POINT)
		write_control(a, ICC_CTLR_CBPR, number);
	else if (op == OP_EOI_MODE)
		write_control(a, ICC_CTLR_EOIMODE, number);
	else if (number)
		write_sysreg(ICC_IGRPEN1_EL1, enable);
	else
		write_sysreg(ICC_IGRPEN0_EL1, enable);
}

/* Deactivate one of those that are left when there is nothing else to do; false if none is. */
GUEST static int deactivate_left(struct area *a)
{
	if (!a->nr_dropped && !waits_for_another(a))
		return 0;
	if (!(a->control & ICC_CTLR_EOIMODE))
		write_control(a, ICC_CTLR_EOIMODE, 1);
	else if (a->nr_dropped)
		deactivate_dropped(a, 0);
	else
		take_over(a, 1);
	return 1;
}

/*
 * Let in everything that the guest can be given.  Group 1 comes first, and group 0 only if there is
 * one: emulators that test the enable bit of group 1 where the kernel asks whether group 0 is
 * disabled would make a guest exit for ever that has only group 0 enabled.
 */
GUEST static void open_up(void)
{
	write_sysreg(ICC_PMR_EL1, OPEN_MASK);
	write_sysreg(ICC_IGRPEN1_EL1, 1);
	write_sysreg(ICC_IGRPEN0_EL1, shared->has_group_0);
}

/* Bring the CPU interface to its beginning. */
GUEST static void reset_interface(struct area *a)
{
	write_control(a, ~0U, 0);
	write_sysreg(ICC_AP0R0_EL1, 0);
	write_sysreg(ICC_AP1R0_EL1, 0);
	write_sysreg(ICC_BPR0_EL1, 0);
	write_sysreg(ICC_BPR1_EL1, 0);
	open_up();
}

#endif
