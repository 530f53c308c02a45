// SPDX-License-Identifier: GPL-2.0-only
/*
 * The phases of a round.
 *
 * A guest says when one is over, by an exit, and waits here for the others.  Whoever comes last
 * does what is to be done while all are out: unmask the maintenance interrupt, or look at how
 * the interrupts are, report the round and begin the next.
 */
#include <string.h>
#include "monitor.h"

void round_reset(struct vm *vm)
{
	const struct play *play = vm->play;

	memset((void *)shared, 0, sizeof(*shared));
	shared->vcpus = play->nr_vcpus;
	shared->devices = play->nr_devices;
	shared->round = vm->round;
	shared->seed = play->seed;
	for (u32 i = 0; i < play->nr_irqs; i++) {
		u32 intid = play->irqs[i * 3] & 0xffff;

		if (play->irqs[i * 3] & IRQ_RESAMPLED)
			shared->resampled[intid / 32] |= 1U << intid % 32;
		else if (play->irqs[i * 3] & IRQ_LEVEL)
			shared->lowered[intid / 32] |= 1U << intid % 32;
	}
	shared->has_group_0 = !!(play->flags & FLAG_GROUP_0);
	for (u32 i = 0; i < play->nr_vcpus; i++)
		vm->vcpu[i].area->nr_log = vm->vcpu[i].area->full = 0;
	passed_reset(vm);
	gic_reset(vm);
	vm->forced = 0;
	if (play->flags & FLAG_SLOW)
		slow_mask(1);
	for (u32 i = 0; i < play->nr_devices; i++) {
		vm->device[i].nr_log = 0;
		sem_post(&vm->device[i].go);
	}
}

/* Mark a log behind which more has happened, or more handlers nest than there is room for. */
static void say_is_full(struct area *area)
{
	u32 last = area->nr_log < LOG_MAX ? area->nr_log : LOG_MAX - 1;

	area->log[last] = OP_STOP;
	area->nr_log = last + 1;
}

/* Say what everybody did in this round; in one that is not whole, nothing of its end. */
void round_report(struct vm *vm, int whole)
{
	static u32 final[NR_IRQS * VCPUS_MAX];
	const struct play *play = vm->play;

	for (u32 i = 0; i < play->nr_vcpus; i++) {
		struct area *area = vm->vcpu[i].area;

		if (area->full)
			say_is_full(area);
		say_words(area->log, area->nr_log, "v %u %u %u", play->id, vm->round, i);
	}
	for (u32 i = 0; i < play->nr_devices; i++)
		say_words(vm->device[i].log, vm->device[i].nr_log, "d %u %u %u", play->id,
			  vm->round, i);
	if (!whole)
		return;
	gic_final(vm, final);
	if (vm->stop)
		return;		/* not all could be read */
	say_words(final, play->nr_irqs, "f %u %u", play->id, vm->round);
}

static void end_round(struct vm *vm)
{
	round_report(vm, 1);
	if (vm->stop)
		return;
	vm->round++;
	if (vm->round < vm->play->rounds) {
		if (console_is_due())
			console_flush(1);
		round_reset(vm);
		return;
	}
	vm->over = 1;
	for (u32 i = 0; i < vm->play->nr_devices; i++)
		sem_post(&vm->device[i].go);
}

static void everybody_is_out(struct vm *vm, enum phase phase)
{
	if (phase == PHASE_IDLE && vm->play->flags & FLAG_SLOW)
		slow_mask(0);
	if (phase == PHASE_EXITED && ++vm->forced == FORCED_ENTRIES)
		end_round(vm);
}

int round_phase(struct vm *vm, struct vcpu *vcpu, enum phase phase)
{
	u32 meeting;

	vm->progress++;
	if (phase == PHASE_BEGUN) {
		vcpu->exits_before = vcpu_exits(vcpu);
		return 1;
	}
	pthread_mutex_lock(&vm->lock);
	meeting = vm->meetings;
	if (++vm->arrived == vm->play->nr_vcpus) {
		vm->arrived = 0;
		vm->meetings++;
		everybody_is_out(vm, phase);
		pthread_cond_broadcast(&vm->met);
	}
	while (vm->meetings == meeting && !vm->stop)
		pthread_cond_wait(&vm->met, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
	return !vm->stop && !vm->over;
}
