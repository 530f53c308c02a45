# SPDX-License-Identifier: GPL-2.0-only
"""Is each invariant of the lists silent on Reference, and is a kernel bug called by it?

I1, I2, I3, I7 and I23. Two guests alone. The first takes three interrupts over one list register,
so that its list is split at each entry, and exits from within a handler; it routes two of them to
the second guest: the pending one migrates, the one being handled does not.
"""

from collections.abc import Callable

import pytest

from vgic import Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, ENABLE, PEND, ROUTE, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.parameters import Irq

Judge = Callable[[Parameters, type[Mechanism]], str | None]

ACCESSES = (
    Access(PEND, 32),
    Access(PEND, 33),
    Access(PEND, 34),
    Access(ROUTE, 32, 1),
    Access(ROUTE, 34, 1),
    Access(DISABLE, 33),
    Access(ENABLE, 33),
)

TWO_GUESTS = Parameters(
    nr_lr=1,
    irqs=tuple(Irq(32 + n, Config.EDGE, 0xA0 - 0x20 * n, 0) for n in range(3)),
    guests=(Program.spelled("mmmammmme", (0,), ACCESSES), Program.spelled("", (0,))),
    devices=(),
)


class SaysNobody(Reference):
    """An interrupt is queued, and is not told on whose list."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        for irq in self.kvm.irqs:
            irq.vcpu = None
        super().announce_pending(vcpu)


class KeepsVcpu(Reference):
    """What the last prune took off the list goes on saying that it is there."""

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        before = [irq for irq in self.kvm.irqs if irq.vcpu is vcpu]
        super().kvm_vgic_sync_hwstate(vcpu)
        for irq in before:
            irq.vcpu = irq.vcpu or vcpu


class CutsWithoutTail(Reference):
    """The overflow list's tail goes on pointing at the AP-list's head."""

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        overflow = vcpu.vgic_cpu.overflow_ap_list_head
        overflow.copy_from(vcpu.vgic_cpu.ap_list_head)
        vcpu.vgic_cpu.ap_list_head.cut_position(overflow, last.ap_list)


class NeverSplices(Reference):
    """m06."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        pass


class PrunesActive(Reference):
    """m14."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return None if irq.active else super().prune_target(irq)


class MovesActive(Reference):
    """Prune moves an interrupt to where it is routed, active or not."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return irq.target_vcpu if irq.active else super().prune_target(irq)

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        return True


class QueuesAtHome(Reference):
    """What is rerouted and pended again goes back to where it was."""

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        irq.target_vcpu = self.kvm.vcpus[1 - vcpu.vcpu_id]
        return True


def test_all_are_silent_on_a_list_that_is_split_pruned_and_moved(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    assert {"split", "overflow", "migration"} <= windows_of(TWO_GUESTS)


@pytest.mark.parametrize(
    ("bug", "kind"),
    [
        (SaysNobody, "I1 list without vcpu"),
        (KeepsVcpu, "I1 vcpu without list"),
        (CutsWithoutTail, "list corruption"),
        (NeverSplices, "I3 overflow left behind"),
        (PrunesActive, "I7 active interrupt unlisted"),
        (MovesActive, "I7 active interrupt moved"),
        (QueuesAtHome, "I23 put on the wrong list"),
    ],
)
def test_a_bug_is_called_by_its_name(kind_of: Judge, bug: type[Mechanism], kind: str) -> None:
    assert kind_of(TWO_GUESTS, Reference) is None
    assert kind_of(TWO_GUESTS, bug) == kind
