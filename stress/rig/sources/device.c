// SPDX-License-Identifier: GPL-2.0-only
/* What the thread of a device does: it drives its lines once the guests have begun a round. */
#include "monitor.h"

static void pause_for(u32 steps)
{
	for (u64 turns = (u64)steps * PAUSE_TURNS; turns; turns--)
		asm volatile("nop");
}

static int all_have_begun(const struct vm *vm)
{
	for (u32 i = 0; i < vm->play->nr_vcpus; i++)
		if (!shared->reached[i])
			return 0;
	return 1;
}

void device_play(struct vm *vm, struct device *device)
{
	const struct words *pulses = &vm->play->pulses[device->id];

	for (;;) {
		sem_wait(&device->go);
		while (!vm->stop && !vm->over && !all_have_begun(vm))
			;
		if (vm->stop || vm->over)
			return;
		for (u32 i = 0; i < pulses->nr && !vm->stop; i++) {
			u32 intid = pulses->at[i * 3] & 0xffff, vcpu = pulses->at[i * 3] >> 16;
			u32 level = pulses->at[i * 3 + 1] & 1;

			pause_for(pulses->at[i * 3 + 2]);
			gic_line(vm, vcpu, intid, level);
			device->log[device->nr_log++] =
				WORD(level ? OP_RAISE : OP_LOWER, intid, vcpu);
		}
		__sync_synchronize();
		shared->state[VCPUS_MAX + device->id] = IS_THROUGH;
	}
}
