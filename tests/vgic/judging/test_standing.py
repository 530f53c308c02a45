# SPDX-License-Identifier: GPL-2.0-only
"""Which of several writes may stand, and is a write lost that none of them explains? I26.

A write may be left to another vCPU to carry out, by a request; then it is judged when everybody
idles. Those that overlap may take effect in any order.
"""

from collections.abc import Callable

import pytest

from harness import Failed, Failure, OsThreads, Scheduler, execute
from harness.engine.strategy import Quiet
from tests.fixtures.judged import judged
from vgic import Reference
from vgic.accesses import DISABLE, ENABLE, ROUTE, Access
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.judging.standing import NOT_YET, Standing

FirstFailure = Callable[..., Failure | None]


def route(target: int) -> Access:
    return Access(ROUTE, 32, target)


def test_the_last_of_writes_one_after_the_other_stands() -> None:
    standing = Standing()
    for began, target in ((0, 1), (3, 2)):
        standing.begin()
        standing.end(route(target), began, began + 2)
    assert standing.values() == [2]


def test_any_of_those_that_overlap_may_stand() -> None:
    standing = Standing()
    standing.begin()
    standing.begin()
    standing.end(route(1), 0, 5)
    assert standing.under_way == 1
    standing.end(route(2), 3, 9)
    assert standing.values() == [1, 2]


def test_one_that_is_still_to_be_carried_out_overlaps_all_later_ones_until_it_settles() -> None:
    standing = Standing()
    standing.begin()
    standing.end(route(1), 0, NOT_YET)
    standing.begin()
    standing.end(route(2), 7, 8)
    assert (standing.values(), standing.late) == ([1, 2], True)
    standing.settle(1, 10)
    assert (standing.values(), standing.late) == ([1], False)
    standing.begin()
    standing.end(route(0), 11, 12)
    assert standing.values() == [0]


class Two:
    """Three vCPUs and one interrupt; two of them write, and the test says what comes of it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=3)
        self.irq = self.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        self.trace = judged(self.kvm)
        self.scheduler = scheduler

    def begin(self, vcpu: int, access: Access) -> None:
        self.trace.accessing(vcpu, access)
        self.scheduler.steps += 1

    def end(self, vcpu: int, access: Access) -> None:
        self.trace.accessed(vcpu, access)
        self.scheduler.steps += 1

    def route(self, target: int) -> None:
        self.irq.target_vcpu = self.kvm.vcpus[target]


Script = Callable[[Two], None]


def kind_of(script: Script) -> str | None:
    def program(scheduler: Scheduler) -> None:
        two = Two(scheduler)
        scheduler.thread("vcpu0", lambda: script(two))

    with OsThreads(pinned=False) as carriers:
        outcome = execute(program, Quiet(), carriers).outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


def both_route(two: Two, stands: int) -> None:
    two.begin(0, route(1))
    two.begin(1, route(2))
    two.route(stands)
    two.end(0, route(1))
    two.end(1, route(2))


@pytest.mark.parametrize(
    ("stands", "kind"), [(1, None), (2, None), (0, "I26 write lost")], ids=["one", "other", "none"]
)
def test_of_two_writes_at_once_one_stands(stands: int, kind: str | None) -> None:
    assert kind_of(lambda two: both_route(two, stands)) == kind


def test_a_send_meanwhile_explains_no_lost_write() -> None:
    def script(two: Two) -> None:
        two.irq.enabled = False
        two.trace.driving(0, 32, True)
        two.begin(1, route(2))
        two.end(1, route(2))

    assert kind_of(script) == "I26 write lost"


def left_to_somebody(two: Two, *, carried_out: bool) -> None:
    two.begin(0, route(1))
    two.kvm.vcpus[2].requests.make(KVM_REQ_IRQ_PENDING)
    two.end(0, route(1))
    two.kvm.vcpus[2].requests.check(KVM_REQ_IRQ_PENDING)
    if carried_out:
        two.route(1)
    two.trace.idled()


def test_a_write_that_is_left_to_a_vcpu_is_judged_when_everybody_idles() -> None:
    assert kind_of(lambda two: left_to_somebody(two, carried_out=True)) is None
    assert kind_of(lambda two: left_to_somebody(two, carried_out=False)) == "I26 write lost"


def test_a_request_before_the_write_leaves_it_to_nobody() -> None:
    def script(two: Two) -> None:
        two.kvm.vcpus[2].requests.make(KVM_REQ_IRQ_PENDING)
        two.begin(0, Access(DISABLE, 32))
        two.end(0, Access(DISABLE, 32))

    assert kind_of(script) == "I26 write lost"


def test_an_enable_that_announces_and_holds_is_not_left_to_anybody() -> None:
    def script(two: Two) -> None:
        two.begin(0, Access(ENABLE, 32))
        two.kvm.vcpus[0].requests.make(KVM_REQ_IRQ_PENDING)
        two.end(0, Access(ENABLE, 32))
        two.begin(1, Access(DISABLE, 32))
        two.end(1, Access(DISABLE, 32))

    assert kind_of(script) == "I26 write lost"


class LeavesRoutes(Reference):
    """Right: a route is left to the vCPU whose list the interrupt is on, in order."""

    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        super().kvm_vgic_vcpu_init(vcpu)
        self._left: dict[Vcpu, list[tuple[VgicIrq, Vcpu]]] = getattr(self, "_left", {})
        self._left[vcpu] = []

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        irqs_were_off = irq.irq_lock.lock_irqsave()
        owner = irq.vcpu
        if owner is None or owner.role == self.scheduler.current.role:
            irq.target_vcpu = target
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if owner is not None and owner.role != self.scheduler.current.role:
            self._left[owner].append((irq, target))
            self.announce_pending(owner)

    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        super().check_vcpu_requests(vcpu)
        while self._left[vcpu]:
            self._carry_out(*self._left[vcpu].pop(0))

    def _carry_out(self, irq: VgicIrq, target: Vcpu) -> None:
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.target_vcpu = target
        self.vgic_queue_irq_unlock(irq, irqs_were_off)


class LeavesAndForgets(LeavesRoutes):
    def _carry_out(self, irq: VgicIrq, target: Vcpu) -> None:
        pass


@pytest.mark.parametrize("scenario", ["migration_ping_pong", "reroute_while_pruning"])
def test_a_route_that_is_carried_out_later_is_right_and_one_that_never_is_is_lost(
    first_failure: FirstFailure, scenario: str
) -> None:
    assert first_failure(LeavesRoutes, scenario, 150) is None
    failure = first_failure(LeavesAndForgets, scenario, 150)
    assert failure is not None
    assert failure.kind == "I26 write lost"
