/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the rig agree on: the words of a program and of a log, the file that plays
 * come in, and where things are in a guest's memory.
 *
 * A word of a program is  op | intid << 8 | value << 18 ; that of OP_SIGNAL and OP_AWAIT is
 * op | cell << 8 , that of OP_LINGER  op | turns << 8 , and  op | number << 8  that of what a guest
 * does to its CPU interface.  A word of a log has the same form, and in it what was read: an
 * acknowledge's INTID, the value of a read, a number of exits.
 *
 * /plays.bin is made of little-endian words: PLAYS_MAGIC, the number of plays, flags of all of
 * them, then each play:
 *   its length in words, this one included; id, vcpus, irqs, devices, rounds, flags, seed;
 *   for each irq     intid | level << 16 | group 0 << 17 | resampled << 18, priority, vcpu;
 *   for each vcpu    number of words, the words of its program;
 *   for each device  number of pulses, for each  intid | vcpu << 16, level, pause.
 *
 * A line of the console is  VGS <crc32 of the rest> <rest> , numbers of rounds, ids and times being
 * decimal and words hexadecimal; the rest is one of
 *   hello <release> <cpus> <ms>            who is there, so long after the kernel began
 *   slow <0|1> <text>                      can the maintenance interrupt be masked, or why not
 *   play <id>                              begins
 *   v <id> <round> <vcpu> <word>...        what a vCPU did in a round
 *   d <id> <round> <device> <word>...      what a device did
 *   f <id> <round> <word>...               how the interrupts were at the end of a round:
 *                                          OP_FINAL | intid << 8 | pending << 18 |
 *                                          active << 19 | vcpu << 20
 *   hung <id> <round>                      nothing has happened for a long time; the play is over
 *   broken <id> <round> <text>             the kernel refused something; the play is over
 *   end <id> <rounds> <us> <KVM_RUN> <exits>
 *   kmsg <level> <text>                    what the kernel has said, warnings and worse: once
 *                                          before the first play, once behind the last
 *   fatal <text>                           nothing can be played
 *   bye <ms>
 */
#ifndef PROTO_H
#define PROTO_H

typedef unsigned int u32;
typedef unsigned long u64;

enum op {
	OP_STOP,	/* the program is over; in a log: it was full */
	OP_ACKNOWLEDGE,
	OP_END,		/* of the innermost handler */
	OP_END_AGAIN,	/* of what was ended last */
	OP_WORK,
	OP_EXIT,	/* for nothing: the kernel handles it itself */
	OP_PEND,
	OP_UNPEND,
	OP_ENABLE,
	OP_DISABLE,
	OP_ROUTE,	/* to vCPU value */
	OP_SGI,		/* to vCPU value */
	OP_RAISE,	/* touches a device, which raises its line */
	OP_LOWER,
	OP_QUIESCE,	/* log only: as OP_LOWER, by a handler before its end */
	OP_PENDING,	/* reads GICD_ISPENDR */
	OP_ACTIVE,	/* reads GICD_ISACTIVER */
	OP_PRIORITY,	/* writes value */
	OP_SIGNAL,	/* sets a cell */
	OP_AWAIT,	/* until a cell is set */
	OP_LINGER,	/* does nothing for a number of turns, drawn from 0..turns */
	OP_EXITS,	/* asks how often it exited since the last time */
	OP_IDLE,	/* log only: all have nothing to do */
	OP_EXITED,	/* log only: so again, after an exit and an entry */
	OP_FINAL,	/* console only */
	OP_MASK,	/* writes ICC_PMR_EL1; this and what follows is the guest's own affair */
	OP_ENABLE_GROUP,
	OP_DISABLE_GROUP,
	OP_BINARY_POINT_0,
	OP_BINARY_POINT_1,
	OP_COMMON_BINARY_POINT,
	OP_EOI_MODE,
	OP_DIR,		/* of the number-th of those only dropped; in a log: of that interrupt */
	OP_HAND_OVER,	/* has another vCPU deactivate the first shared one of those */
	OP_TAKE_OVER,	/* deactivates the first that anybody has handed over */
	OP_DROP,	/* log only: as OP_END, with EOImode 1 */
	OP_DISTRIBUTOR,	/* on or off; this and what follows exits again */
	OP_GROUP,	/* into group value */
	OP_SGI_LIST,	/* to the vCPUs whose bits value has */
	OP_SGI_OTHERS,	/* to all vCPUs but this one */
	OP_ACTIVATE,	/* vCPU value's, if it is a private one */
	OP_DEACTIVATE,
};

#define WORD(op, intid, value)	((u32)(op) | (u32)(intid) << 8 | (u32)(value) << 18)
#define VALUE_MAX	0x3fffU

#define PLAYS_MAGIC	0x35534756U	/* "VGS5" */
#define ALL_ALONE	1U	/* of the file: a play is on the console before it begins */
#define FLAG_SLOW	1U		/* the host's maintenance interrupt is masked */
#define FLAG_GROUP_0	2U		/* an interrupt is of group 0, or may come to be */

#define VCPUS_MAX	4
#define DEVICES_MAX	2
#define NR_IRQS		128		/* INTIDs below it */
#define IRQ_LEVEL	(1U << 16)
#define IRQ_GROUP_0	(1U << 17)
#define IRQ_RESAMPLED	(1U << 18)	/* its device is passed through */
#define CELLS		64
#define PROGRAM_MAX	8192		/* words of a program, OP_STOP included */
#define LOG_MAX		16384		/* words of a log */
#define NESTED_MAX	256		/* handlers that have not ended */
#define DROPPED_MAX	256		/* interrupts that were dropped and not deactivated */
#define PULSES_MAX	4096

#define FORCED_ENTRIES	2
#define POLLS		100		/* of nothing, after which nothing will come */
#define POLL_TURNS	1000		/* of OP_LINGER between two of them */
#define PAUSE_TURNS	64		/* of OP_LINGER in a device's step of other work */

/* The guest's addresses. */
#define RAM_BASE	0x40000000UL
#define RAM_SIZE	0x00200000UL
#define CODE_SIZE	0x4000UL
#define SHARED_BASE	(RAM_BASE + CODE_SIZE)
#define AREA_BASE	(RAM_BASE + 0x20000)
#define AREA_SIZE	0x20000UL
#define STACK_SIZE	0x1000UL

#define GICD_BASE	0x08000000UL
#define GICR_BASE	0x080a0000UL
#define GICR_STRIDE	0x20000UL
#define GICR_SGI	0x10000UL	/* the second frame of a redistributor */

/* Nothing is there: an access of it exits to the monitor. */
#define HOST_BASE	0x0a000000UL
#define HOST_LINE	0x00UL		/* write intid | level << 16: a device's line */
#define HOST_EXITS	0x04UL		/* read: exits of this vCPU since the last time */
#define HOST_PHASE	0x08UL		/* write: a phase is over */

/* The phases of a round. */
enum phase { PHASE_BEGUN, PHASE_IDLE, PHASE_EXITED };

/* How far a vCPU or a device is, for the others: its program goes on, is over, or awaits a cell. */
#define GOES_ON		0U
#define IS_THROUGH	1U
#define AWAITS(position, cell)	(2U | (u32)(cell) << 2 | (u32)(position) << 8)
#define AWAITED(state)	((state) >> 2 & (CELLS - 1))

/* What all vCPUs and the monitor see. */
struct shared {
	volatile u32 cell[CELLS];
	volatile u32 state[VCPUS_MAX + DEVICES_MAX];	/* devices behind vCPUs */
	volatile u32 reached[VCPUS_MAX];	/* the meeting that a vCPU has come to */
	u32 vcpus, devices, round, seed;
	u32 lowered[NR_IRQS / 32];		/* a bit for each whose line a handler lowers */
	u32 resampled[NR_IRQS / 32];		/* a bit for each whose device is passed through */
	volatile u32 asks[NR_IRQS];		/* such a device asks for its driver */
	u32 has_group_0;			/* an interrupt is of group 0, or may come to be */
	volatile u32 lock, nr_handed_over;	/* what the lock guards: */
	volatile u32 handed_over[DROPPED_MAX];	/* dropped, for another vCPU to deactivate */
};

/* What one vCPU and the monitor see. */
struct area {
	u32 vcpu;
	volatile u32 nr_log, full;
	u32 nr_nested, has_ended, last_ended;
	u32 quiesced[NR_IRQS / 32];
	u32 of_group_0[NR_IRQS / 32];		/* acknowledged in that group */
	u32 handed_over[NR_IRQS / 32];		/* by this vCPU */
	u32 control;				/* ICC_CTLR_EL1 */
	u32 nested[NESTED_MAX];
	u32 nr_dropped;
	u32 dropped[DROPPED_MAX];
	u32 program[PROGRAM_MAX];
	u32 log[LOG_MAX];
};

#define SHARED_FITS	(sizeof(struct shared) <= AREA_BASE - SHARED_BASE)
#define AREA_FITS	(sizeof(struct area) + STACK_SIZE <= AREA_SIZE)

#endif
