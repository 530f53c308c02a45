# SPDX-License-Identifier: GPL-2.0-only
"""The machine: a VM built from parameters, and the threads that bring it to life."""

from collections.abc import Callable, Sequence
from functools import partial

from harness import Scheduler
from harness.engine import Operation, operation
from harness.primitives import remember_places
from vgic.accesses import (
    DIR_PAGE,
    DISTRIBUTOR,
    QUIESCE,
    TRAPPED_DIR,
    Access,
    drive,
    drive_from,
    send,
)
from vgic.composition import note_calls, on_gicv2, stop_noting
from vgic.data import (
    ATTRIBUTES,
    CLOSE,
    IOCTLS,
    ROUTES,
    UNREGISTER,
    V2,
    Ioctls,
    Kvm,
    Lifetime,
    Pulse,
    Vcpu,
    VgicIrq,
    have_gicv2,
    is_lpi,
)
from vgic.drain import Drain
from vgic.forwarding import FORWARDING_CPU, Forwarding
from vgic.guest import Exits, Guest
from vgic.host import Host
from vgic.judging import (
    Judges,
    all_lists_are_forgotten,
    check_races,
    leave_listed,
    lists_are_forgotten,
    stop_at_unguarded,
)
from vgic.kernel import Mechanism
from vgic.overseer import Overseer
from vgic.parameters import Parameters
from vgic.tracepoints import Tracepoints, announcer

_ENDS = operation("write", "users", "users[vm]")
"""A vCPU is no more: who is the last to end takes apart what all had."""


class Machine:
    """One VM with its guests and devices, on one scheduler.

    Attributes:
        kvm: the VM.
        kernel: the kernel that runs it.
        trace: where all of it announces what it does.
        windows: the windows crossed so far, by name.
        steps: what else was reached so far of what leads to windows.
        guests: what runs on each vCPU.
        called: what was called so far of what the kernel overrides beyond a revision.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        parameters: Parameters,
        kernel: type[Mechanism],
        *,
        lock_order: bool = True,
        listeners: Sequence[Tracepoints] = (),
        judged: bool = True,
    ) -> None:
        """Build a machine.

        Args:
            scheduler: the scheduler of the execution, still without threads.
            parameters: the machine and its programs.
            kernel: what runs it.
            lock_order: report what could deadlock; without it only a real deadlock is one.
            listeners: who else hears of each event, before it is judged.
            judged: judge what happens, by what the kernel says; else one that is wrong goes on.
        """
        self.kvm = Kvm(
            scheduler,
            nr_lr=parameters.nr_lr,
            nr_vcpus=len(parameters.guests),
            lock_order=lock_order,
            implementation=parameters.hardware,
        )
        if parameters.gic == V2:
            kernel = self._on_gicv2(kernel)
        _add_user_space(self.kvm, parameters)
        for irq in parameters.irqs:
            self.kvm.add_irq(*irq)
        self._say_what_changes(parameters)
        self.windows, self.steps = set[str](), set[str]()
        if judged and kernel.judged_by.invariants:
            judges = Judges(self.kvm, kicks=kernel.checks_kicks, breaks_rings=kernel.breaks_rings)
            self.windows, self.steps = judges.windows, judges.steps
            listeners = (*listeners, *judges.listeners)
        if judged and kernel.judged_by.architecture:
            listeners = (*listeners, Overseer(scheduler, len(self.kvm.vcpus), parameters.irqs))
        self.trace = announcer(listeners)
        self.kernel = kernel(self.kvm, self.trace)
        self.called = set[str]()
        note_calls(self.kernel, self.called)
        self.guests = []
        self._running = len(self.kvm.vcpus)
        exits = Exits(
            partial(Access, QUIESCE), partial(Access, DIR_PAGE if self.kvm.is_v2 else TRAPPED_DIR)
        )
        for vcpu, program in zip(self.kvm.vcpus, parameters.guests, strict=True):
            guest = Guest(self.kvm, vcpu, program, self.trace, exits)
            self.guests.append(guest)
            self.kernel.kvm_vgic_vcpu_init(vcpu)
            scheduler.thread(vcpu.role, partial(self.vcpu, vcpu, guest))
        self._forwarding = (
            Forwarding(self.kernel) if any(irq.mapped for irq in parameters.irqs) else None
        )
        for number, pulses in enumerate(parameters.devices):
            work = operation("work", "", f"dev {number}")
            scheduler.thread(f"dev{number}", partial(self.device, pulses, work))
        if parameters.host:
            host = Host(self.kvm, self.trace, self._called())
            scheduler.thread("host0", partial(host.run, parameters.host))
        if self._forwarding is not None and self._forwarding.shared:
            scheduler.thread(FORWARDING_CPU, self._forwarding.run)
        scheduler.on_quiescence = Drain(self.kvm, self.trace)
        self._watch(kernel)

    def _on_gicv2(self, kernel: type[Mechanism]) -> type[Mechanism]:
        """Give the VM a GICv2, and return the kernel as it is with one."""
        have_gicv2(self.kvm)
        return on_gicv2(kernel)

    def _watch(self, kernel: type[Mechanism]) -> None:
        """Have looked at from outside what the kernel is to be checked for."""
        if kernel.stops_at_unguarded:
            stop_at_unguarded(self.kvm, check=kernel.checks_races)
        elif kernel.checks_races:
            check_races(self.kvm)
        if kernel.remembers_places:
            for lock in self.kvm.all_locks():
                remember_places(lock)
            self.kvm.on_join.append(lambda irq: remember_places(irq.irq_lock))

    def _say_what_changes(self, parameters: Parameters) -> None:
        """Say what guests turn or rearrange, which costs something only where they do."""
        dist = self.kvm.dist
        accesses = [each for guest in parameters.guests for each in guest.accesses]
        dist.is_turned = any(each.kind == DISTRIBUTOR for each in accesses)
        if dist.lpis is not None:
            dist.lpis.is_rearranged = any(each.asks.rearranges for each in accesses)

    def vcpu(self, vcpu: Vcpu, guest: Guest) -> None:
        """Run a vCPU for as long as the VM lives, as its thread in user space does."""
        runs = guest if self._forwarding is None else self._forwarding.on(vcpu, guest)
        self.kernel.kvm_vcpu_ioctl(vcpu, runs)
        if self.kvm.lifetime is not None:
            self.kernel.kvm_put_kvm()
            all_lists_are_forgotten(self.kvm)
            return
        left = leave_listed(self.kvm, vcpu)
        self.kernel.kvm_vgic_vcpu_destroy(vcpu)
        lists_are_forgotten(self.kvm, vcpu, left)
        lpis, ioctls = self.kvm.dist.lpis, self.kvm.ioctls
        if lpis is None and ioctls is None:
            return
        self.kvm.scheduler.touch(_ENDS)
        self._running -= 1
        if not self._running:
            if lpis is not None:
                self.kernel.vgic_its_destroy()
            if ioctls is not None:
                self.kernel.kvm_io_bus_destroy()

    def _called(self) -> dict[str, Callable[[], int | None]]:
        """Return what user space calls, by the kind of event."""
        return {
            CLOSE: self.close,
            ATTRIBUTES: self.kernel.vgic_v3_attr_regs_access,
            UNREGISTER: self.kernel.kvm_deassign_ioeventfd,
            ROUTES: self.kernel.kvm_set_irq_routing,
        }

    def close(self) -> None:
        """Close the VM for user space."""
        self.kernel.kvm_vm_release()
        all_lists_are_forgotten(self.kvm)

    def retire(self) -> None:
        """Take the machine apart when nothing of it is wanted any more.

        All that refers to itself lets go, so that it goes at once. It would take the collector a
        twentieth of the time to find it.
        """
        stop_noting(self.kernel)
        if self._forwarding is not None:
            self._forwarding.retire()
        self.kvm.retire()
        self.kvm.scheduler.retire()

    def device(self, pulses: tuple[Pulse, ...], work: Operation) -> None:
        """Work a device's lines, and write its messages, as its model in user space would."""
        for pulse in pulses:
            for _ in range(pulse.pause):
                self.kvm.scheduler.point(work)
            vcpu = self.kvm.vcpus[pulse.vcpu]
            is_message = is_lpi(pulse.intid)
            irq = None if is_message else self.kvm.get_vcpu_irq(vcpu, pulse.intid)
            if irq is None and not (is_message and pulse.level):
                continue
            if self.kvm.lifetime is None:
                self._drive(vcpu, irq, pulse)
                continue
            with self.kvm.lifetime.of_irqfd() as is_there:
                if is_there:
                    self._drive(vcpu, irq, pulse)

    def _drive(self, vcpu: Vcpu, irq: VgicIrq | None, pulse: Pulse) -> None:
        if irq is None:
            send(self.kernel, vcpu, pulse.intid)
        elif pulse.context:
            drive_from(pulse.context, self.kernel, vcpu, irq)
        else:
            drive(self.kernel, vcpu, irq, level=pulse.level)


def _add_user_space(kvm: Kvm, parameters: Parameters) -> None:
    """Give a VM an end, and locks of ioctls, if user space does anything that they are for."""
    kinds = {event.kind for event in parameters.host}
    if CLOSE in kinds:
        kvm.lifetime = Lifetime(kvm.order, len(kvm.vcpus))
    if not kinds.isdisjoint(IOCTLS):
        sections = None if kvm.lifetime is None else kvm.lifetime.injecting
        kvm.ioctls = Ioctls(kvm.locks, len(kvm.vcpus), sections)
