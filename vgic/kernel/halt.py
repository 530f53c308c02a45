# SPDX-License-Identifier: GPL-2.0-only
"""Halt and resume: nobody is in his guest while somebody changes what list registers have copied.

Who halts the VM pauses every vCPU, asks it to sleep, and waits until those that were in their
guests have left them. A vCPU that finds the request sleeps for as long as anybody has it paused.
"""

from typing import final

from harness.engine import unnamed
from vgic.data import KVM_REQ_SLEEP, Vcpu
from vgic.kernel.table import Kernel


class Halt(Kernel):
    """arm.c: kvm_arm_halt_guest, kvm_arm_resume_guest, kvm_vcpu_sleep."""

    def kvm_arm_halt_guest(self) -> None:
        """Get every vCPU out of its guest, its list registers folded, and keep it out.

        The vCPU in whose thread this runs is paused like any other; it is outside.

        Models: arm.c, kvm_arm_halt_guest.
        Locking: called with interrupts on; may sleep. Most callers hold the config_lock.
        """
        for vcpu in self.kvm.vcpus:
            self.add_to_pause(vcpu, 1)
        self.kvm_make_all_cpus_request(KVM_REQ_SLEEP, wait=True, wakes=False)

    def kvm_arm_resume_guest(self) -> None:
        """Let the vCPUs into their guests again that nobody else has halted.

        Models: arm.c, kvm_arm_resume_guest.
        Locking: called with interrupts on. Most callers hold the config_lock.
        """
        for vcpu in self.kvm.vcpus:
            if self.add_to_pause(vcpu, -1):
                self.kvm_vcpu_wake_up(vcpu)

    @final
    @unnamed
    def halt(self) -> None:
        """Call kvm_arm_halt_guest, and announce it, whoever has written that."""
        self.kvm_arm_halt_guest()
        self.trace.halted()

    @final
    @unnamed
    def resume(self) -> None:
        """Call kvm_arm_resume_guest, and announce it, whoever has written that."""
        self.trace.resuming()
        self.kvm_arm_resume_guest()

    @unnamed
    def add_to_pause(self, vcpu: Vcpu, amount: int) -> bool:
        """Pause a vCPU once more, or take one pause back; return whether none is left.

        Locking: called with interrupts on.

        Args:
            vcpu: the vCPU.
            amount: 1 or -1.

        Decision: whether those who have paused it are counted.
        """
        return vcpu.pause.fetch_add(amount) + amount == 0

    def kvm_vcpu_sleep(self, vcpu: Vcpu) -> None:
        """Sleep until nobody has the vCPU paused; ask it to look again if somebody has by then.

        Models: arm.c, kvm_vcpu_sleep.
        Locking: called from the vCPU's own thread with nothing held, interrupts on.
        Differs: no vCPU is powered off, and no signal ends the sleep.
        """
        vcpu.wait.wait_event(lambda: not vcpu.pause.read())
        if vcpu.pause.read():
            self.kvm_make_request(KVM_REQ_SLEEP, vcpu)

    def kvm_vcpu_wake_up(self, vcpu: Vcpu) -> bool:
        """Wake a vCPU that sleeps or blocks; return whether it did.

        Models: kvm_main.c, kvm_vcpu_wake_up.
        Locking: none; called from any context.
        """
        if not vcpu.wait.asleep:
            return False
        vcpu.wait.wake_up()
        return bool(vcpu.wait.woken)
