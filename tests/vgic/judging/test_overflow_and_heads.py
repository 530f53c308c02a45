# SPDX-License-Identifier: GPL-2.0-only
"""Whole machines: what may join the overflow list, and heads that are no lists. I27, I28."""

from collections.abc import Callable

import pytest

from harness import Failed, Failure, OsThreads
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import Mechanism, Reference
from vgic.data.vcpu import Vcpu, VgicIrq

Failures = Callable[..., list[Failure]]


ENDS = "closed_while_injecting"
"""Where a vCPU that is destroyed also frees its own interrupts."""


@pytest.fixture(scope="module")
def failures(pinned: OsThreads) -> Failures:
    """Run some executions of each scenario, and return the failures."""

    def run(kernel: type[Mechanism], but: str = "") -> list[Failure]:
        found = []
        for scenario in SCENARIOS.values():
            if scenario.name == but:
                continue
            for index in range(6):
                single = run_index(scenario, 3, index, "burst", Target(cls=kernel), pinned)
                if isinstance(single.execution.outcome, Failed):
                    found.append(single.execution.outcome.failure)
        return found

    return run


class ArrivesAside(Reference):
    """Where there is an overflow list, what arrives is moved on to it."""

    to_the_end = True

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        """Queue, and move it."""
        queued = super().vgic_queue_irq_unlock(irq, irqs_were_off)
        vcpu = irq.vcpu
        if queued and vcpu is not None:
            vgic_cpu = vcpu.vgic_cpu
            irqs_off = vgic_cpu.ap_list_lock.lock_irqsave()
            if irq.ap_list.linked and irq.vcpu is vcpu and not irq.on_lr:
                self.move(vcpu, irq)
            vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_off)
        return queued

    def move(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Move it from one list of the vCPU to the other."""
        vgic_cpu = vcpu.vgic_cpu
        if not vgic_cpu.overflow_ap_list_head.empty:
            vgic_cpu.ap_list_head.delete(irq.ap_list)
            vgic_cpu.overflow_ap_list_head.add_tail(irq.ap_list)


class ArrivesAtTheEnd(ArrivesAside):
    """What arrives is moved to the end of the list that it is on."""

    def move(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Move it to where it is already, or behind later ones."""
        ap_list = vcpu.vgic_cpu.ap_list_head
        irq.irq_lock.lock()
        here = irq in list(ap_list.entries()) and self.vgic_target_oracle(irq) is vcpu
        if here and not irq.active:
            ap_list.delete(irq.ap_list)
            ap_list.add_tail(irq.ap_list)
        irq.irq_lock.unlock()


def test_an_arrival_that_joins_the_overflow_list_is_found_as_that(failures: Failures) -> None:
    assert "I27 arrival on the overflow list" in {each.kind for each in failures(ArrivesAside)}


def test_an_arrival_that_is_moved_on_the_ap_list_is_not(failures: Failures) -> None:
    assert failures(ArrivesAtTheEnd) == []


class SplitsEntryByEntry(Reference):
    """Moves the overflow one by one, in a section of its own, as another kernel may."""

    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        """Split once the lock was dropped and taken again, before the guest goes in."""
        self._last: VgicIrq | None = None
        super().kvm_vgic_flush_hwstate(vcpu)

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Move what comes after the last one, each by itself."""
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.unlock()
        vgic_cpu.ap_list_lock.lock()
        entries = list(vgic_cpu.ap_list_head.entries())
        for irq in entries[entries.index(last) + 1 :]:
            vgic_cpu.ap_list_head.delete(irq.ap_list)
            vgic_cpu.overflow_ap_list_head.add_tail(irq.ap_list)


def test_a_split_by_the_vcpu_itself_puts_aside_what_it_likes(failures: Failures) -> None:
    assert not {each.kind for each in failures(SplitsEntryByEntry)} & {
        "I27 arrival on the overflow list"
    }


class InitsOne(Reference):
    """Makes a list of one of a new vCPU's heads only."""

    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        """Forget the overflow list."""
        vcpu.vgic_cpu.ap_list_head.init()


class InitsTheOther(Reference):
    """Makes a list of the other one only."""

    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        """Forget the AP-list."""
        vcpu.vgic_cpu.overflow_ap_list_head.init()


class DestroysOne(Reference):
    """Forgets what is on one list of a vCPU that ends."""

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Leave the overflow list as it is, but for LPIs."""
        self.vgic_flush_pending_lpis(vcpu)
        vcpu.vgic_cpu.ap_list_head.init()


class DestroysTheOther(Reference):
    """Forgets what is on the other list only."""

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Leave the AP-list as it is, but for LPIs."""
        self.vgic_flush_pending_lpis(vcpu)
        vcpu.vgic_cpu.overflow_ap_list_head.init()


class DestroysEntryByEntry(Reference):
    """Takes each entry off under the locks, as the kernel does with LPIs."""

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Empty both lists."""
        vgic_cpu, died = vcpu.vgic_cpu, False
        irqs_off = vgic_cpu.ap_list_lock.lock_irqsave()
        for head in (vgic_cpu.ap_list_head, vgic_cpu.overflow_ap_list_head):
            for irq in head.entries_safe():
                irq.irq_lock.lock()
                head.delete(irq.ap_list)
                irq.vcpu = None
                irq.irq_lock.unlock()
                if irq.refcount is not None:
                    died |= self.put_listed(irq)
        vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_off)
        if died:
            self.vgic_release_deleted_lpis()


@pytest.mark.parametrize(
    ("kernel", "kind", "head"),
    [
        (InitsOne, "list corruption", "overflow_ap_list_head[vcpu 0] is used before its init()"),
        (InitsTheOther, "list corruption", "ap_list_head[vcpu 0] is used before its init()"),
        (DestroysOne, "I28 list head dangles", "overflow_ap_list_head[vcpu "),
        (DestroysTheOther, "I28 list head dangles", "ap_list_head[vcpu "),
    ],
)
def test_each_of_four_missing_inits_is_found_as_that(
    failures: Failures, kernel: type[Mechanism], kind: str, head: str
) -> None:
    found = failures(kernel, ENDS)
    assert {each.kind for each in found} == {kind}
    assert any(each.message.startswith(head) for each in found), found[0].message


def test_a_vcpu_that_empties_its_lists_as_it_ends_is_right(failures: Failures) -> None:
    assert failures(DestroysEntryByEntry, ENDS) == []
