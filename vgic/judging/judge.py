# SPDX-License-Identifier: GPL-2.0-only
"""What a judge is: how it hears, how an invariant fails, and what it may ask of an interrupt.

A judge is a listener with a memory of its own for one family of invariants. Beside what is
announced it hears of lists, locks and requests, from outside, whatever code it was that changed
them; and it reads the VM, without asking the kernel.
"""

from collections.abc import Iterable
from typing import NoReturn

from harness import Failure
from vgic.data import Kvm, Vcpu, VgicIrq, irq_is_pending
from vgic.tracepoints import Tracepoints

SYNC = "kvm_vgic_sync_hwstate"
FLUSH = "kvm_vgic_flush_hwstate"


class Judge(Tracepoints):
    """One family of invariants over one VM."""

    def __init__(self, kvm: Kvm) -> None:
        self._kvm = kvm

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Hear that an interrupt is put on a vCPU's list, from nowhere or from another's.

        The list's lock and the interrupt's are held; `irq.vcpu` may have been set already.
        """

    def list_unlocked(self, vcpu: Vcpu) -> None:
        """Hear that somebody is about to release the lock of a vCPU's lists."""

    def irq_unlocked(self, irq: VgicIrq) -> None:
        """Hear that somebody is about to release an interrupt's lock."""

    def requested(self, vcpu: Vcpu, request: int) -> None:
        """Hear that somebody has made a request of a vCPU."""

    def kicking(self, vcpu: Vcpu) -> None:
        """Hear that somebody is about to send a vCPU the IPI that makes it leave its guest."""

    def woken(self, vcpu: Vcpu) -> None:
        """Hear that somebody wakes a vCPU that sleeps."""


def fail(kvm: Kvm, kind: str, message: str, *functions: str) -> NoReturn:
    """Fail the execution.

    Args:
        kvm: the VM.
        kind: the number of the invariant and a few words.
        message: which interrupt is wrong, and how.
        functions: the kernel functions after which it was seen, for the signature.
    """
    kvm.scheduler.fail(Failure(kind, message, functions))


def names(irqs: Iterable[VgicIrq]) -> str:
    """Return the names of interrupts, for a message."""
    return ", ".join(irq.name for irq in irqs) or "none"


def listed(kvm: Kvm, vcpu: Vcpu) -> list[VgicIrq]:
    """Return the interrupts that say they are on a vCPU's lists."""
    found = []
    for irq in kvm.irqs:
        if irq.vcpu is vcpu:
            found.append(irq)  # noqa: PERF401  a comprehension is a call more on 3.11
    return found


def belongs_on(kvm: Kvm, irq: VgicIrq) -> Vcpu | None:
    """Say on whose list an interrupt belongs, by the architecture and not by any kernel's code."""
    if irq.active:
        return irq.vcpu or irq.target_vcpu
    if irq.enabled and irq_is_pending(irq) and kvm.dist.enabled:
        return irq.target_vcpu
    return None


def deliverable(kvm: Kvm, vcpu: Vcpu, irq: VgicIrq) -> bool:
    """Tell whether an interrupt is pending and could be taken by this vCPU if it looked."""
    return (
        irq.enabled
        and not irq.active
        and irq_is_pending(irq)
        and irq.target_vcpu is vcpu
        and kvm.dist.enabled
        and vcpu.cpuif.vmcr.group_enabled[irq.group]
    )


def would_take(vcpu: Vcpu, irq: VgicIrq) -> bool:
    """Tell whether a guest would be interrupted by what is routed to it, as it is now."""
    cpuif, vmcr = vcpu.cpuif, vcpu.cpuif.vmcr
    return (
        irq.target_vcpu is vcpu
        and vmcr.group_enabled[irq.group]
        and irq.priority < vmcr.pmr
        and vmcr.group_priority(irq.group, irq.priority) < cpuif.running_for(irq.group)
    )


def sorted_by(vcpu: Vcpu, irq: VgicIrq) -> tuple[bool, int]:
    """Return what a flush sorts an active interrupt by, if it goes by how handlers nest."""
    vmcr = vcpu.cpuif.vmcr
    return not vmcr.group_enabled[irq.group], vmcr.group_priority(irq.group, irq.priority)


def may_be_counted_first(vcpu: Vcpu, irq: VgicIrq, ended: VgicIrq) -> bool:
    """Tell whether the end of one active interrupt may be taken off another in no list register.

    The count takes what the last flush has sorted first: by how handlers nest, or by the whole
    priority, as kernels do that do not look at binary points.
    """
    nests_first = sorted_by(vcpu, irq) <= sorted_by(vcpu, ended)
    return nests_first or irq.priority <= ended.priority


def is_masked(irq: VgicIrq) -> bool:
    """Tell whether the priority mask of the guest that an interrupt is routed to keeps it out."""
    target = irq.target_vcpu
    return target is not None and irq.priority >= target.cpuif.vmcr.pmr
