// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest: bare metal, one on each vCPU, an interpreter of a program.
 *
 * It does what the model's guest does (vgic/guest): it follows its program, and serves whatever
 * comes when that is over.  It exits only where the program says so: its MMU is
 * off, its interrupts are masked and it polls, and all of its memory is touched before.
 *
 * This file is copied into the guest's memory as it was linked: it calls nothing outside, and has
 * no data.  So everything in it is in one section, which the monitor finds by name.
 */
#include "guest_accesses.h"
#include "guest_handlers.h"
#include "guest_registers.h"
#include "guest_settings.h"

/*
 * End a handler that was called for nothing, after an exit.  A host that does not hear of ends
 * keeps such a line up, and would interrupt its guest for ever; it hears of those that it has seen
 * active.
 */
GUEST static void leave_and_end(struct area *a)
{
	mmio_read(GICD_BASE + GICD_CTLR);
	end(a);
}

/* Do one thing that is to be done when the program is over; false if there is none. */
GUEST static int serve(struct area *a)
{
	u32 intid = acknowledge(a);

	if (intid != SPURIOUS)
		note(a, WORD(OP_ACKNOWLEDGE, intid, 0));
	else if (!a->nr_nested)
		return deactivate_left(a);
	else if (is_for_nothing(a))
		leave_and_end(a);
	else
		end(a);
	return 1;
}

/*
 * Tell whether nobody's program can go on: each is over, or awaits a cell that is not set.  Who
 * stands at the same place in two looks has stood there between them, too, so all do at once.
 */
GUEST static int all_through(void)
{
	u32 nr = VCPUS_MAX + shared->devices, seen[VCPUS_MAX + DEVICES_MAX], look, i, state;

	for (look = 0; look < 2; look++) {
		for (i = 0; i < nr; i++) {
			if (i >= shared->vcpus && i < VCPUS_MAX)
				continue;
			state = shared->state[i];
			if (state == GOES_ON)
				return 0;
			if (state != IS_THROUGH && shared->cell[AWAITED(state)])
				return 0;
			if (look && seen[i] != state)
				return 0;
			seen[i] = state;
		}
		asm volatile("dsb sy" ::: "memory");
	}
	return 1;
}

/* Come to a meeting in memory; true when all have come. */
GUEST static int all_reached(struct area *a, u32 meeting)
{
	u32 i;

	shared->reached[a->vcpu] = meeting;
	for (i = 0; i < shared->vcpus; i++)
		if (shared->reached[i] < meeting)
			return 0;
	return 1;
}

/* Await a cell.  False if nobody will ever set it. */
GUEST static int await(struct area *a, u32 position, u32 cell)
{
	while (!shared->cell[cell]) {
		shared->state[a->vcpu] = AWAITS(position, cell);
		if (all_through())
			return 0;
	}
	asm volatile("dsb sy" ::: "memory");
	shared->state[a->vcpu] = GOES_ON;
	return 1;
}

GUEST_INLINE void turn(u32 turns)
{
	while (turns--)
		asm volatile("nop");
}

/* Do nothing for a number of turns that follows from the play, the round and the place. */
GUEST static void linger(const struct area *a, u32 position, u32 turns)
{
	u32 place = a->vcpu << 16 | position;
	u32 drawn = shared->seed ^ shared->round * 0x9e3779b1U ^ place * 0x85ebca6bU;

	drawn = (drawn ^ drawn >> 16) * 0x21f0aaadU;
	drawn = (drawn ^ drawn >> 15) * 0x735a2d97U;
	drawn ^= drawn >> 15;
	turn((u64)drawn * (turns + 1) >> 32);
}

/* Follow the program.  False if it awaits what never comes. */
GUEST static int follow(struct area *a)
{
	u32 position, word, op;

	for (position = 0;; position++) {
		word = a->program[position];
		op = word & 0xff;
		if (op == OP_STOP)
			return 1;
		if (op == OP_ACKNOWLEDGE) {
			note(a, WORD(op, acknowledge(a), 0));
		} else if (op == OP_END) {
			while (a->nr_nested && !end(a))
				;
		} else if (op == OP_END_AGAIN) {
			if (a->has_ended) {
				note(a, WORD(op, a->last_ended, 0));
				write_eoir(a, a->last_ended);
			}
		} else if (op == OP_SIGNAL) {
			note(a, word);
			asm volatile("dsb sy" ::: "memory");
			shared->cell[word >> 8 & (CELLS - 1)] = 1;
			asm volatile("dsb sy" ::: "memory");
		} else if (op == OP_AWAIT) {
			if (!await(a, position, word >> 8 & (CELLS - 1)))
				return 0;
			note(a, word);
		} else if (op == OP_LINGER) {
			linger(a, position, word >> 8);
		} else if (op == OP_DIR) {
			deactivate_dropped(a, word >> 8);
		} else if (op == OP_HAND_OVER) {
			hand_over(a);
		} else if (op == OP_TAKE_OVER) {
			take_over(a, 0);
		} else if (op >= OP_MASK && op <= OP_EOI_MODE) {
			write_setting(a, op, word >> 8);
		} else if (op != OP_WORK) {
			note(a, with_what_is_read(a, word));
			access(a, word);
		}
	}
}

/*
 * Serve whatever comes until all have come to the meeting and nothing comes any more.  Not as fast
 * as can be: the emulator has one lock for all reads of ICC_IAR1_EL1.
 */
GUEST static void settle(struct area *a, u32 meeting)
{
	u32 polls = 0, all = 0;

	while (polls < POLLS) {
		if (serve(a)) {
			polls = 0;
			continue;
		}
		turn(POLL_TURNS);
		if (all)
			polls++;
		else
			all = meeting ? all_reached(a, meeting) : all_through();
	}
}

/* Where a vCPU begins, with its area and its own stack. */
GUEST __attribute__((noreturn)) void guest_main(struct area *a)
{
	u64 page;
	u32 forced, goes_on;

	mmio_read(SHARED_BASE);
	for (page = (u64)a; page < (u64)a + AREA_SIZE; page += 0x1000)
		mmio_read(page);
	for (;;) {
		forget_handlers(a);
		reset_interface(a);
		/* two exits: nothing of the round before is loaded */
		mmio_read(GICD_BASE + GICD_CTLR);
		mmio_write(HOST_BASE + HOST_PHASE, PHASE_BEGUN);
		while (!all_reached(a, 1))
			;
		goes_on = follow(a);
		if (goes_on) {
			shared->state[a->vcpu] = IS_THROUGH;
			settle(a, 0);
		}
		note(a, WORD(OP_IDLE, 0, 0));
		mmio_write(HOST_BASE + HOST_PHASE, PHASE_IDLE);
		open_up();
		/* an exit: what was masked is loaded anew, by those that are signalled now */
		mmio_read(GICD_BASE + GICD_CTLR);
		for (forced = 0; forced < FORCED_ENTRIES; forced++) {
			if (goes_on)
				settle(a, forced + 2);
			else
				all_reached(a, forced + 2);
			note(a, WORD(OP_EXITED, 0, 0));
			mmio_write(HOST_BASE + HOST_PHASE, PHASE_EXITED);
		}
	}
}
