/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest has open: acknowledged and not ended, or ended and not deactivated yet.
 *
 * As the model's guest does (vgic/guest/open_handlers.py), it keeps a stack of what it has
 * acknowledged, and has a device lower its line before a handler of a level-triggered interrupt
 * ends; one that is passed through it serves without an exit.  With EOImode 1 an end only drops the
 * priority; the guest deactivates later, or another to which it has handed the interrupt over in
 * memory.
 */
#ifndef GUEST_HANDLERS_H
#define GUEST_HANDLERS_H

#include "guest_registers.h"

GUEST static void note(struct area *a, u32 word)
{
	u32 n = a->nr_log;

	if (n == LOG_MAX) {
		a->full = 1;
		return;
	}
	a->log[n] = word;
	a->nr_log = n + 1;
}

GUEST static void forget_handlers(struct area *a)
{
	u32 i;

	a->nr_nested = 0;
	a->nr_dropped = 0;
	a->has_ended = 0;
	for (i = 0; i < NR_IRQS / 32; i++)
		a->quiesced[i] = a->of_group_0[i] = a->handed_over[i] = 0;
}

/* An acknowledge in one group leaves alone what is signalled in the other. */
GUEST static u32 acknowledge(struct area *a)
{
	u32 intid = shared->has_group_0 ? read_sysreg(ICC_IAR0_EL1) : SPURIOUS;
	u32 is_of_0 = intid != SPURIOUS;

	if (!is_of_0)
		intid = read_sysreg(ICC_IAR1_EL1);
	if (intid == SPURIOUS)
		return intid;
	a->of_group_0[word_of(intid)] &= ~bit_of(intid);
	if (is_of_0)
		a->of_group_0[word_of(intid)] |= bit_of(intid);
	if (a->nr_nested == NESTED_MAX)
		a->full = 1;
	else
		a->nested[a->nr_nested++] = intid;
	return intid;
}

GUEST static int is_of_group_0(const struct area *a, u32 intid)
{
	return !!(a->of_group_0[word_of(intid)] & bit_of(intid));
}

GUEST static void write_eoir(const struct area *a, u32 intid)
{
	if (is_of_group_0(a, intid))
		write_sysreg(ICC_EOIR0_EL1, intid);
	else
		write_sysreg(ICC_EOIR1_EL1, intid);
}

/* The driver of a device that is passed through serves all that it asks for. */
GUEST static void serve_device(u32 intid)
{
	shared->asks[intid % NR_IRQS] = 0;
	asm volatile("dsb sy" ::: "memory");
}

/* End the innermost handler; false if it had its device lower its line instead. */
GUEST static int end(struct area *a)
{
	u32 intid = a->nested[a->nr_nested - 1], word = word_of(intid);
	u32 drops_only = a->control & ICC_CTLR_EOIMODE;

	if (shared->lowered[word] & bit_of(intid) & ~a->quiesced[word]) {
		a->quiesced[word] |= bit_of(intid);
		note(a, WORD(OP_QUIESCE, intid, 0));
		mmio_write(HOST_BASE + HOST_LINE, intid);
		return 0;
	}
	serve_device(intid);
	a->nr_nested--;
	a->quiesced[word] &= ~bit_of(intid);
	a->last_ended = intid;
	a->has_ended = 1;
	if (drops_only && a->nr_dropped == DROPPED_MAX)
		a->full = 1;
	else if (drops_only)
		a->dropped[a->nr_dropped++] = intid;
	note(a, WORD(drops_only ? OP_DROP : OP_END, intid, 0));
	write_eoir(a, intid);
	return 1;
}

/* Tell whether a device that is passed through asks for nothing in the handler that it has. */
GUEST static int is_for_nothing(const struct area *a)
{
	u32 intid = a->nested[a->nr_nested - 1];

	return shared->resampled[word_of(intid)] & bit_of(intid) && !shared->asks[intid % NR_IRQS];
}

GUEST static u32 take_dropped(struct area *a, u32 place)
{
	u32 intid = a->dropped[place];

	a->nr_dropped--;
	for (; place < a->nr_dropped; place++)
		a->dropped[place] = a->dropped[place + 1];
	return intid;
}

GUEST static void deactivate(struct area *a, u32 intid)
{
	note(a, WORD(OP_DIR, intid, 0));
	write_sysreg(ICC_DIR_EL1, intid);
}

/* Deactivate one of those that were dropped, counted round and round. */
GUEST static void deactivate_dropped(struct area *a, u32 which)
{
	if (a->nr_dropped && a->control & ICC_CTLR_EOIMODE)
		deactivate(a, take_dropped(a, which % a->nr_dropped));
}

/*
 * What vCPUs have handed over is guarded by a lock in memory.  Their MMUs are off, and it depends
 * on the machine whether exclusives work then; on the emulated one they do.
 */
GUEST static void lock(void)
{
	u32 busy;

	do
		asm volatile("ldaxr %w0, [%1]; cbnz %w0, 1f; stxr %w0, %w2, [%1]; 1:"
			     : "=&r"(busy) : "r"(&shared->lock), "r"(1) : "memory");
	while (busy);
}

GUEST static void unlock(void)
{
	asm volatile("stlr wzr, [%0]" :: "r"(&shared->lock) : "memory");
}

/* Leave it to another vCPU to deactivate the first shared one that was dropped. */
GUEST static void hand_over(struct area *a)
{
	u32 place = 0, intid;

	while (place < a->nr_dropped && a->dropped[place] < FIRST_SPI)
		place++;
	if (place == a->nr_dropped)
		return;
	intid = take_dropped(a, place);
	a->handed_over[word_of(intid)] |= bit_of(intid);
	lock();
	if (shared->nr_handed_over == DROPPED_MAX)
		a->full = 1;
	else
		shared->handed_over[shared->nr_handed_over++] = intid;
	unlock();
}

/* The place of the first that was handed over, by this vCPU alone if only its own count. */
GUEST static u32 place_of_handed_over(const struct area *a, u32 own)
{
	u32 place, intid;

	for (place = 0; place < shared->nr_handed_over; place++) {
		intid = shared->handed_over[place];
		if (!own || a->handed_over[word_of(intid)] & bit_of(intid))
			break;
	}
	return place;
}

GUEST static int waits_for_another(const struct area *a)
{
	int waits;

	lock();
	waits = place_of_handed_over(a, 1) < shared->nr_handed_over;
	unlock();
	return waits;
}

/* Deactivate the first that was handed over, or that this vCPU has handed over. */
GUEST static void take_over(struct area *a, u32 own)
{
	u32 place, intid = SPURIOUS;

	if (!(a->control & ICC_CTLR_EOIMODE))
		return;
	lock();
	place = place_of_handed_over(a, own);
	if (place < shared->nr_handed_over) {
		intid = shared->handed_over[place];
		shared->nr_handed_over--;
		for (; place < shared->nr_handed_over; place++)
			shared->handed_over[place] = shared->handed_over[place + 1];
	}
	unlock();
	if (intid != SPURIOUS)
		deactivate(a, intid);
}

#endif
