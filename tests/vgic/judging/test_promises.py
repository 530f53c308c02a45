# SPDX-License-Identifier: GPL-2.0-only
"""Is a wrong answer of a kernel function found when it returns, and a right one not? I30.

Each class answers one question of a caller otherwise than is promised; those that are right answer
what is left to them.
"""

from collections.abc import Callable

import pytest

from harness import Failure
from vgic import BUGS, REVISIONS, Mechanism, Reference, compose, with_returns_announced
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq, irq_is_pending
from vgic.hardware.list_registers import ListRegister
from vgic.judging.promises import PROMISING
from vgic.kernel.summary import ApListSummary
from vgic.kernel.table import Kernel

FirstFailure = Callable[..., Failure | None]


def test_each_function_that_promises_is_one_of_the_kernels() -> None:
    assert set(PROMISING) < Kernel.__abstractmethods__


@pytest.mark.parametrize("name", REVISIONS)
def test_what_is_of_here_announces_nothing_and_costs_nothing(name: str) -> None:
    revision = REVISIONS[name].cls
    assert with_returns_announced(revision) is revision
    for bug in BUGS.values():
        if name in bug.revisions:
            kernel = compose(revision, [bug.name])
            assert with_returns_announced(kernel) is kernel


class SaysQueued(Reference):
    """Says that it has put on a list what was on one already."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        super().vgic_queue_irq_unlock(irq, irqs_were_off)
        return True


class SaysNotQueued(Reference):
    """Says nothing, which is no."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        super().vgic_queue_irq_unlock(irq, irqs_were_off)
        return False


class SaysWhetherInjected(Reference):
    """Returns what a C programmer takes for yes."""

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        return 1 + super().kvm_vgic_inject_irq(vcpu, intid, level)


class PassesEveryEdge(Reference):
    """Takes the end of an edge's pulse in as well."""

    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        if irq.config is Config.LEVEL:
            return super().vgic_validate_injection(irq, level)
        return not (irq.pending_latch and level)


class OracleLooksAtThePriority(Reference):
    """The least urgent interrupts belong nowhere."""

    def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
        vcpu = super().vgic_target_oracle(irq)
        return None if irq.priority >= 0xA0 and not irq.active else vcpu


class CountsActiveTwice(Reference):
    """An interrupt that is active and pending is counted as both."""

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        summary = super().summarize_ap_list(vcpu)
        for irq in vcpu.vgic_cpu.ap_list_head.entries():
            with irq.irq_lock:
                summary.nr_pend += irq.active and irq_is_pending(irq)
        return summary


class CountsTheRouted(Reference):
    """What is routed elsewhere by now is counted where it still is."""

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        summary = super().summarize_ap_list(vcpu)
        for irq in vcpu.vgic_cpu.ap_list_head.entries():
            with irq.irq_lock:
                summary.nr_pend += irq.target_vcpu is not vcpu and irq.enabled
        return summary


class SortsNewestFirst(Reference):
    """Two that are as urgent change their places; so do one and itself."""

    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        return super().vgic_irq_cmp(vcpu, a, b) or 1


class PendingWhileActive(Reference):
    """A level that is active and up is both in its register."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        value = super().vgic_v3_compute_lr(vcpu, irq)
        value.pending = irq_is_pending(irq)
        return value


class ComputesGroupZero(Reference):
    """Every interrupt is one of group 0."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        value = super().vgic_v3_compute_lr(vcpu, irq)
        value.group = 0
        return value


class QueuesWhatWasDisabled(Reference):
    """Only the routing is looked at again."""

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        return irq.vcpu is None and irq.target_vcpu is vcpu


class MovesWhatHasGone(Reference):
    """Only where it goes is looked at again."""

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        return irq.target_vcpu is target


class LoadsWhatIsHere(Reference):
    """What is on the list and pending is loaded, wherever it is routed."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return irq.active or (irq.enabled and irq_is_pending(irq))


WRONG: list[tuple[type[Mechanism], str]] = [
    (SaysQueued, "inject_before_entry"),
    (SaysNotQueued, "inject_before_entry"),
    (SaysWhetherInjected, "inject_before_entry"),
    (PassesEveryEdge, "inject_before_entry"),
    (OracleLooksAtThePriority, "overflow_nested_deeply"),
    (CountsActiveTwice, "migration_ping_pong"),
    (CountsTheRouted, "migration_ping_pong"),
    (SortsNewestFirst, "many_interrupts"),
    (PendingWhileActive, "level_lines_toggle"),
    (ComputesGroupZero, "inject_before_entry"),
    (QueuesWhatWasDisabled, "random_program"),
    (MovesWhatHasGone, "reroute_while_pruning"),
    (LoadsWhatIsHere, "migration_ping_pong"),
]


@pytest.mark.parametrize(("kernel", "scenario"), WRONG)
def test_a_wrong_answer_is_found_when_it_is_given(
    first_failure: FirstFailure, kernel: type[Mechanism], scenario: str
) -> None:
    failure = first_failure(kernel, scenario, 300)
    assert failure is not None
    assert failure.kind == "I30 wrong return value"
    assert failure.functions[0] in vars(kernel)


class SameAnswers(Reference):
    """Right: everything is answered by other code, and as promised; some by one more try."""

    def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
        if not irq.active and not (irq.enabled and irq_is_pending(irq)):
            return None
        return (irq.vcpu if irq.active else None) or irq.target_vcpu

    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        return level or irq.config is Config.LEVEL

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        return super().kvm_vgic_inject_irq(vcpu=vcpu, intid=intid, level=level)

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        return super().vgic_queue_irq_unlock(irq, irqs_were_off)

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        return super().summarize_ap_list(vcpu)

    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        return 8 * super().vgic_irq_cmp(vcpu, a, b)

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        value = super().vgic_v3_compute_lr(vcpu, irq)
        value.eoi = True
        return value

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        self._asked = not getattr(self, "_asked", False)
        return self._asked and super().still_to_queue(irq, vcpu)

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        return super().still_to_migrate(irq, vcpu, target)

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return super().takes_lr(vcpu, irq)


@pytest.mark.parametrize(
    "scenario", ["migration_ping_pong", "level_lines_toggle", "random_program", "misbehaving_guest"]
)
def test_what_is_answered_as_promised_is_right(first_failure: FirstFailure, scenario: str) -> None:
    assert set(PROMISING) <= set(vars(SameAnswers))
    assert first_failure(SameAnswers, scenario, 100) is None
