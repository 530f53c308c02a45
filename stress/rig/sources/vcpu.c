// SPDX-License-Identifier: GPL-2.0-only
/* What the thread of a vCPU does: it runs the guest, and answers what that exits for. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "monitor.h"

/* The number of exits since the last time this was asked, the one to ask not counted. */
static u32 exits_since(struct vcpu *vcpu)
{
	u64 exits = vcpu_exits(vcpu), since = exits - vcpu->exits_before - 1;

	vcpu->exits_before = exits;
	return since < VALUE_MAX ? since : VALUE_MAX;
}

/* Answer an access; false if the guest is not to go on. */
static int answer(struct vm *vm, struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	u64 offset = run->mmio.phys_addr - HOST_BASE;
	u32 value = 0;

	memcpy(&value, run->mmio.data, sizeof(value));
	if (run->mmio.is_write && offset == HOST_LINE) {
		vm->progress++;
		gic_line(vm, vcpu->id, value & 0xffff, value >> 16);
		return 1;
	}
	if (run->mmio.is_write && offset == HOST_PHASE)
		return round_phase(vm, vcpu, value);
	if (!run->mmio.is_write && offset == HOST_EXITS) {
		vm->progress++;
		value = exits_since(vcpu);
		memcpy(run->mmio.data, &value, sizeof(value));
		return 1;
	}
	workers_broken(vm, "vCPU %u accesses %llx, where nothing is", vcpu->id,
		       run->mmio.phys_addr);
	return 0;
}

void vcpu_play(struct vm *vm, struct vcpu *vcpu)
{
	while (!vm->stop) {
		vcpu->runs++;
		if (ioctl(vcpu->fd, KVM_RUN, 0)) {
			if (errno == EINTR)
				continue;
			workers_broken(vm, "vCPU %u cannot run: %s", vcpu->id, strerror(errno));
			return;
		}
		if (vcpu->run->exit_reason != KVM_EXIT_MMIO) {
			workers_broken(vm, "vCPU %u exits for reason %u", vcpu->id,
				       vcpu->run->exit_reason);
			return;
		}
		if (!answer(vm, vcpu))
			return;
	}
}
