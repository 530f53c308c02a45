# SPDX-License-Identifier: GPL-2.0-only
"""Is each invariant of the list registers silent on Reference, and is a kernel bug called by it?

I4, I5, I22 and O10. The guest is alone with three interrupts, of which it handles one while it
exits, disables another and enables it again.
"""

from collections.abc import Callable

import pytest

from vgic import Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, ENABLE, PEND, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.parameters import Irq

Judge = Callable[[Parameters, type[Mechanism]], str | None]

ACCESSES = (
    Access(PEND, 32),
    Access(PEND, 33),
    Access(DISABLE, 33),
    Access(PEND, 34),
    Access(ENABLE, 33),
)


def alone(nr_lr: int, config: Config = Config.EDGE) -> Parameters:
    return Parameters(
        nr_lr=nr_lr,
        irqs=tuple(Irq(32 + n, config, 0xA0 - 0x20 * n, 0) for n in range(3)),
        guests=(Program.spelled("mammmnm", (0,), ACCESSES),),
        devices=(),
    )


class UsesNone(Reference):
    """Flush forgets how many list registers it has filled."""

    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        super().vgic_flush_lr_state(vcpu)
        vcpu.vgic_cpu.used_lrs = 0


class FoldsNothing(Reference):
    """The exit leaves the list registers as they are."""

    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        pass


class StaysInRegister(Reference):
    """The fold does not say that the interrupt is in none any more."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.on_lr = irq.active


class SameName(Reference):
    """Every list register gets the first interrupt's INTID."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        lr = super().vgic_v3_compute_lr(vcpu, irq)
        lr.intid = 32
        return lr


class TakesAnything(Reference):
    """What cannot be delivered gets a list register as well."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return True

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return super().prune_target(irq) or irq.vcpu


class PendingAndActive(Reference):
    """A level that is up is loaded pending while it is active."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        lr = super().vgic_v3_compute_lr(vcpu, irq)
        lr.pending = lr.pending or lr.active
        return lr


class WorstFirst(Reference):
    """The sort takes 0 for the least urgent."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        *flags, priority = super().sort_key(vcpu, irq)
        return (*flags, -priority)


class ActiveFirst(Reference):
    """The order of kernels until 6.18."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        elsewhere, group_off, not_pending, priority = super().sort_key(vcpu, irq)
        return elsewhere, group_off, not not_pending, priority


class LeavesOneEmpty(Reference):
    """What is pending by software gets no list register."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return super().takes_lr(vcpu, irq) and irq.intid != 34


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("nr_lr", [1, 2, 3, 16])
def test_all_are_silent_with_few_and_with_many_list_registers(
    windows_of: Callable[[Parameters], set[str]], nr_lr: int, config: Config
) -> None:
    """O10 too: the disabled one waits outside, though a list register may be empty."""
    assert "split" in windows_of(alone(nr_lr, config))


@pytest.mark.parametrize(
    ("bug", "parameters", "kind"),
    [
        (UsesNone, alone(4), "I4 list registers miscounted"),
        (FoldsNothing, alone(4), "I4 list registers not folded"),
        (StaysInRegister, alone(4), "I4 list registers not folded"),
        (SameName, alone(4), "I5 INTID in two list registers"),
        (TakesAnything, alone(4), "I22 undeliverable loaded"),
        (PendingAndActive, alone(4, Config.LEVEL), "I22 illegal list register"),
        (WorstFirst, alone(1), "O10 best pending left out"),
        (ActiveFirst, alone(1), "O10 best pending left out"),
        (LeavesOneEmpty, alone(4), "O10 best pending left out"),
    ],
)
def test_a_bug_is_called_by_its_name(
    kind_of: Judge, bug: type[Mechanism], parameters: Parameters, kind: str
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, bug) == kind
