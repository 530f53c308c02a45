# SPDX-License-Identifier: GPL-2.0-only
"""Is an LPI seen that stays on the list of a vCPU whose LPIs were disabled: I35, and quirk Q14?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed
from tests.fixtures.judged import judged
from vgic import Mechanism
from vgic.accesses import LPIS_OFF, LPIS_ON, MOVI, Access
from vgic.data import EDGE, FIRST_LPI, LpisOf
from vgic.data.lpis import references
from vgic.data.vcpu import VgicIrq
from vgic.judging.bookkeeping import Bookkeeping
from vgic.tracepoints import Tracepoints

Call = Callable[..., Execution]
Enlist = Callable[..., None]
OFF, ON = Access(LPIS_OFF, 0, 0), Access(LPIS_ON, 0, 0)


class Scene:
    """An LPI of vCPU 0, and judges that hear what a test announces."""

    def __init__(self, kernel: Mechanism) -> None:
        self.irq: VgicIrq = kernel.kvm.add_irq(FIRST_LPI, EDGE, 0x80, 0)
        self.trace: Tracepoints = judged(kernel.kvm)
        self.kvm = kernel.kvm

    def list_it(self, enlist: Enlist) -> None:
        """Put it on the list, as somebody does who queues it."""
        irq, vcpu = self.irq, self.kvm.vcpus[0]
        references(irq).value += 1
        irq.pending_latch = True
        with vcpu.vgic_cpu.ap_list_lock, irq.irq_lock:
            enlist(vcpu, irq)

    def off(self) -> None:
        assert self.kvm.dist.lpis is not None
        self.kvm.dist.lpis.ctlr[0].write(LpisOf.DISABLED)

    def some_step(self) -> None:
        self.kvm.vcpus[0].mode.read()


def found(call: Call, body: Callable[[Scene], None], *, irqs_off: bool = True) -> str:
    """Return the kind of what has failed, "" if nothing has."""
    how = {"nr_vcpus": 2, "watched": True, "irqs_off": irqs_off}
    outcome = call(lambda kernel: body(Scene(kernel)), **how).outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else ""


def test_one_that_was_listed_before_and_is_still(call: Call, enlist: Enlist) -> None:
    def body(scene: Scene) -> None:
        scene.list_it(enlist)
        scene.some_step()
        scene.trace.accessing(1, OFF)
        scene.off()
        scene.trace.accessed(1, OFF)

    assert found(call, body) == "I35 LPI kept"


def test_one_that_is_put_there_meanwhile_may_stay(call: Call, enlist: Enlist) -> None:
    """Q14: a message is under way."""

    def body(scene: Scene) -> None:
        scene.trace.driving(0, FIRST_LPI, True)
        scene.trace.accessing(1, OFF)
        scene.off()
        scene.list_it(enlist)
        scene.trace.accessed(1, OFF)
        scene.trace.driven(0, FIRST_LPI, True)

    assert not found(call, body)


def test_who_finds_them_disabled_leaves_what_has_come_since(call: Call, enlist: Enlist) -> None:
    def body(scene: Scene) -> None:
        scene.off()
        scene.list_it(enlist)
        scene.some_step()
        scene.trace.accessing(1, OFF)
        scene.trace.accessed(1, OFF)

    assert not found(call, body)


@pytest.mark.parametrize("access", [OFF, ON])
@pytest.mark.parametrize("another", [False, True])
def test_a_write_that_is_lost_unless_there_was_another(
    access: Access, another: bool, call: Call
) -> None:
    def body(scene: Scene) -> None:
        if access is ON:
            scene.off()
        scene.trace.accessing(1, access)
        if another:
            scene.trace.accessing(0, OFF if access is ON else ON)
        scene.trace.accessed(1, access)

    assert found(call, body) == ("" if another else "I26 write lost")


@pytest.mark.parametrize("is_off", [False, True])
def test_a_message_is_missed_unless_its_vcpu_takes_none(is_off: bool, call: Call) -> None:
    def body(scene: Scene) -> None:
        if is_off:
            scene.off()
        scene.trace.driving(0, FIRST_LPI, True)
        scene.trace.driven(0, FIRST_LPI, True)
        scene.trace.drained()

    assert found(call, body) == ("" if is_off else "I9 lost edge")


@pytest.mark.parametrize("is_off", [False, True])
def test_a_message_that_is_refused_announces_nothing(is_off: bool, call: Call) -> None:
    """What waits here by a write of its routing waits on (quirk Q3)."""

    def body(scene: Scene) -> None:
        books = next(
            each
            for each in scene.trace.listeners  # type: ignore[attr-defined]  # it has several
            if isinstance(each, Bookkeeping)
        )
        account = books.ledger[scene.irq]
        account.routed_home_at = 7
        if is_off:
            scene.off()
        scene.trace.driving(0, FIRST_LPI, True)
        scene.trace.driven(0, FIRST_LPI, True)
        assert (account.routed_home_at >= 0) is is_off

    found(call, body)


def test_what_was_sent_before_is_not_missed(call: Call) -> None:
    def body(scene: Scene) -> None:
        scene.trace.driving(0, FIRST_LPI, True)
        scene.trace.driven(0, FIRST_LPI, True)
        scene.trace.accessing(1, OFF)
        scene.off()
        scene.trace.accessed(1, OFF)
        scene.trace.drained()

    assert not found(call, body)


def test_what_waits_there_to_be_moved_may_stay(call: Call, enlist: Enlist) -> None:
    def body(scene: Scene) -> None:
        scene.list_it(enlist)
        scene.irq.target_vcpu = scene.kvm.vcpus[1]
        scene.some_step()
        scene.trace.accessing(1, OFF)
        scene.off()
        scene.trace.accessed(1, OFF)

    assert not found(call, body)


@pytest.mark.parametrize("lost", [False, True])
def test_what_was_moved_before_is_another_s_and_is_missed(
    lost: bool, call: Call, enlist: Enlist
) -> None:
    """On the list it may be, but not its pending state is what is disabled (F15)."""

    def body(scene: Scene) -> None:
        scene.trace.driving(0, FIRST_LPI, True)
        scene.list_it(enlist)
        scene.trace.driven(0, FIRST_LPI, True)
        if lost:
            scene.irq.target_vcpu = scene.kvm.vcpus[1]
        scene.trace.accessing(1, OFF)
        scene.off()
        scene.irq.pending_latch = False
        with scene.kvm.vcpus[0].vgic_cpu.ap_list_lock, scene.irq.irq_lock:
            scene.kvm.vcpus[0].vgic_cpu.ap_list_head.delete(scene.irq.ap_list)
            scene.irq.vcpu = None
        references(scene.irq).value -= 1
        scene.trace.accessed(1, OFF)
        scene.trace.drained()

    assert found(call, body) == ("I9 lost edge" if lost else "")


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_what_comes_by_and_goes_on_meanwhile_may_be_dropped(when: str, call: Call) -> None:
    """Two commands in one write: it may have been taken off between them."""

    def body(scene: Scene) -> None:
        scene.irq.target_vcpu = scene.kvm.vcpus[1]
        lpis = scene.kvm.dist.lpis
        assert lpis is not None
        scene.trace.driving(0, FIRST_LPI, True)
        scene.trace.driven(0, FIRST_LPI, True)

        def to(vcpu: int) -> None:
            scene.trace.accessing(0, command := Access(MOVI, FIRST_LPI, vcpu))
            with lpis.its_lock:
                ite = lpis.events[FIRST_LPI]
                ite.collection = lpis.collections[vcpu]
                ite.irq.target_vcpu = scene.kvm.vcpus[vcpu]
            scene.trace.accessed(0, command)

        if when == "before":
            to(0)
            to(1)
        scene.trace.accessing(1, OFF)
        if when == "meanwhile":
            to(0)
            to(1)
        scene.off()
        scene.trace.accessed(1, OFF)
        scene.trace.drained()

    seen = found(call, body, irqs_off=False)
    assert seen == ("I9 lost edge" if when == "before" else "")
