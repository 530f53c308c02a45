# SPDX-License-Identifier: GPL-2.0-only
"""The machine: a VM built from parameters, and the threads that bring it to life."""

from functools import partial

from harness import Scheduler
from harness.threads import Operation
from vgic.drain import Drain
from vgic.guest import Guest
from vgic.parameters import Parameters, Pulse
from vgic.revisions.v1 import V1
from vgic.vm import Kvm
from vgic.watch import Watch


class Machine:
    """One VM with its guests and devices, on one scheduler.

    Attributes:
        kvm: the VM.
        kernel: the kernel that runs it.
        watch: what looks on.
        guests: what runs on each vCPU.
    """

    def __init__(self, scheduler: Scheduler, parameters: Parameters, kernel: type[V1]) -> None:
        self.kvm = Kvm(scheduler, nr_lr=parameters.nr_lr, nr_vcpus=len(parameters.guests))
        for spi in parameters.spis:
            self.kvm.add_spi(spi.config, spi.priority, spi.target)
        self.watch = Watch(self.kvm)
        self.kernel = kernel(self.kvm, self.watch)
        self.guests = []
        for vcpu, program in zip(self.kvm.vcpus, parameters.guests, strict=True):
            guest = Guest(
                self.kvm, vcpu, program.instructions, program.lateness, self.watch.acknowledged
            )
            self.guests.append(guest)
            self.watch.has_guest(vcpu, guest)
            scheduler.thread(vcpu.role, partial(self.kernel.kvm_arch_vcpu_ioctl_run, vcpu, guest))
        for number, pulses in enumerate(parameters.devices):
            work = Operation("work", "", f"dev {number}")
            scheduler.thread(f"dev{number}", partial(self._device, pulses, work))
        scheduler.on_quiescence = Drain(self.kvm, self.watch)

    def _device(self, pulses: tuple[Pulse, ...], work: Operation) -> None:
        """Work a device's interrupt lines, as its model in user space or vhost would."""
        for pulse in pulses:
            for _ in range(pulse.pause):
                self.kvm.scheduler.point(work)
            irq = self.kvm.get_irq(pulse.intid)
            if irq is not None and pulse.level:
                self.watch.injecting(irq)
            self.kernel.kvm_vgic_inject_irq(pulse.intid, pulse.level)
