# SPDX-License-Identifier: GPL-2.0-only
"""The list registers are legal and counted right: I4, I5, I22."""

from collections.abc import Sequence
from typing import NoReturn

from vgic.data import LEVEL, Kvm, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.judging.judge import FLUSH, SYNC, Judge, belongs_on, fail, listed, names


class Registers(Judge):
    """Checks a vCPU's list registers when it has flushed, and when it has synced.

    Attributes:
        outside: for each vCPU, what of its own its last flush left outside.
        entered_at: for each vCPU, the step at which it entered its guest last, -1 before.
        listed: for each vCPU, what was on its lists after its last sync.
    """

    def __init__(self, kvm: Kvm) -> None:
        super().__init__(kvm)
        self.outside: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]
        self.entered_at = [-1] * len(kvm.vcpus)
        self.listed: list[list[VgicIrq]] = [[] for _ in kvm.vcpus]

    def entered(self, vcpu: int) -> None:
        """Look at what the guest is going to see."""
        self.entered_at[vcpu] = self._kvm.scheduler.steps
        self.outside[vcpu] = used_lrs_agree(self._kvm, self._kvm.vcpus[vcpu])

    def aborted(self, vcpu: int) -> None:
        """Look at what the guest would have seen."""
        self.outside[vcpu] = used_lrs_agree(self._kvm, self._kvm.vcpus[vcpu])

    def synced(self, vcpu: int) -> None:
        """Look whether everything has been folded."""
        kvm = self._kvm
        here = kvm.vcpus[vcpu]
        self.listed[vcpu] = irqs = listed(kvm, here)
        if irqs or here.vgic_cpu.used_lrs:
            no_lr_in_use(kvm, here, irqs)


def used_lrs_agree(kvm: Kvm, vcpu: Vcpu) -> list[VgicIrq]:
    """I4, I5 and I22: from flush to fold each used list register is one interrupt, and legal.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.

    Returns:
        What belongs to the vCPU and is in no list register.
    """
    used_lrs = vcpu.vgic_cpu.used_lrs
    irqs = listed(kvm, vcpu)
    if not (irqs or used_lrs):
        return irqs
    used = vcpu.vgic_cpu.vgic_lr[:used_lrs]
    loaded = [irq for irq in irqs if irq.on_lr]
    if len(loaded) != len(used):
        _miscounted(kvm, vcpu, used, loaded)
    seen = set()
    for lr in used:
        if lr.intid in seen:
            _in_two(kvm, vcpu, used)
        seen.add(lr.intid)
        if not (lr.pending or lr.active) or (lr.pending and lr.active and _is_level(kvm, vcpu, lr)):
            fail(kvm, "I22 illegal list register", f"{vcpu} is to run with {lr}", FLUSH)
    if len(irqs) == len(loaded):
        return []
    return [irq for irq in irqs if not irq.on_lr and belongs_on(kvm, irq) is vcpu]


def _miscounted(
    kvm: Kvm, vcpu: Vcpu, used: Sequence[ListRegister], loaded: Sequence[VgicIrq]
) -> NoReturn:
    if len({lr.intid for lr in used}) < len(used):
        _in_two(kvm, vcpu, used)
    fail(
        kvm,
        "I4 list registers miscounted",
        f"{vcpu} uses {len(used)} list registers, but {names(loaded)} say they are in one",
        FLUSH,
    )


def _in_two(kvm: Kvm, vcpu: Vcpu, used: Sequence[ListRegister]) -> NoReturn:
    fail(kvm, "I5 INTID in two list registers", f"{vcpu}: {', '.join(map(str, used))}", FLUSH)


def _is_level(kvm: Kvm, vcpu: Vcpu, lr: ListRegister) -> bool:
    """Tell whether a level is in a list register: what was an edge's does not ask for its end."""
    irq = kvm.get_vcpu_irq(vcpu, lr.intid)
    return irq is not None and irq.config is LEVEL and lr.eoi


def no_lr_in_use(kvm: Kvm, vcpu: Vcpu, irqs: Sequence[VgicIrq]) -> None:
    """I4: outside the window no list register is in use.

    Args:
        kvm: the VM.
        vcpu: the vCPU that has synced.
        irqs: what is on its lists.

    Locks: none needed: in the vCPU's own thread nobody else touches its list registers.
    """
    loaded = [irq for irq in irqs if irq.on_lr]
    if loaded or vcpu.vgic_cpu.used_lrs:
        fail(
            kvm,
            "I4 list registers not folded",
            f"{vcpu} has left the window with {vcpu.vgic_cpu.used_lrs} list registers in use; "
            f"in one: {names(loaded)}",
            SYNC,
        )
