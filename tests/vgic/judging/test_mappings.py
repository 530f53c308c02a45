# SPDX-License-Identifier: GPL-2.0-only
"""Is an ITS seen that maps, or routes, otherwise than its guests have asked for: I37 and I38?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed
from tests.fixtures.judged import judged
from vgic import Mechanism
from vgic.accesses import (
    DISCARD,
    INV,
    MAPC,
    MAPC_OFF,
    MAPD,
    MAPD_OFF,
    MAPI,
    MAPTI,
    MOVALL,
    MOVI,
    Access,
)
from vgic.data import EDGE, FIRST_LPI, Lpi, LpiTable
from vgic.judging.bookkeeping import Bookkeeping

Call = Callable[..., Execution]
EVENT = FIRST_LPI
COMMANDS = (
    Access(MOVI, EVENT, 1),
    Access(MOVI, EVENT + 3, 1),
    Access(MAPC, 1, 2),
    Access(MAPC_OFF, 0, 1),
    Access(MOVI, EVENT, 0),
    Access(DISCARD, EVENT),
    Access(MAPC, 1, 0),
    Access(MOVALL, 0, 1),
    Access(DISCARD, EVENT + 1),
    Access(MAPTI, EVENT, 2),
    Access(MAPI, EVENT + 1, 0),
    Access(MAPI, EVENT + 2, 2),
    Access(MAPD_OFF, EVENT),
    Access(MAPI, EVENT, 0),
    Access(MAPD, EVENT),
    Access(MAPD, EVENT),
    Access(MAPI, EVENT, 0),
    Access(MAPC, 0, 2),
    Access(MOVALL, 2, 1),
    Access(MAPI, EVENT + 1, 7),
    Access(INV, EVENT, 0x41),
)
"""One after the other, each of them: some are refused."""


class Scene:
    """Two events of vCPU 0 and 1, and judges that hear what a test announces."""

    def __init__(self, kernel: Mechanism) -> None:
        self.kernel, self.kvm = kernel, kernel.kvm
        for vcpu in (0, 1):
            kernel.kvm.add_irq(EVENT + vcpu, EDGE, 0x80, vcpu)
        self.lpis.is_rearranged = True
        self.trace = judged(kernel.kvm)

    @property
    def lpis(self) -> LpiTable:
        assert self.kvm.dist.lpis is not None
        return self.kvm.dist.lpis

    @property
    def irq(self) -> Lpi:
        return self.lpis.events[EVENT].irq

    def command(self, access: Access, instead: Callable[[], None] | None = None) -> None:
        """Have vCPU 0 write a command, which the kernel carries out, or something instead."""
        self.trace.accessing(0, access)
        if instead is None:
            access.emulate(self.kernel, self.kvm.vcpus[0])
        else:
            with self.lpis.its_lock:
                instead()
        self.trace.accessed(0, access)


def found(call: Call, body: Callable[[Scene], None]) -> str:
    """Return the kind of what has failed, "" if nothing has."""
    execution = call(lambda kernel: body(Scene(kernel)), nr_vcpus=3, irqs_off=False)
    outcome = execution.outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else ""


def test_the_kernel_does_as_it_is_told(call: Call) -> None:
    def body(scene: Scene) -> None:
        for access in COMMANDS:
            scene.command(access)

    assert not found(call, body)


@pytest.mark.parametrize(
    "access",
    [Access(MOVI, EVENT, 1), Access(MAPC, 0, 1), Access(MOVALL, 0, 1)],
    ids=lambda access: access.kind,
)
def test_one_that_is_not_moved_is_seen(access: Access, call: Call) -> None:
    assert found(call, lambda scene: scene.command(access, lambda: None)) == "I37 LPI misrouted"


@pytest.mark.parametrize(
    "access",
    [Access(DISCARD, EVENT), Access(MAPD_OFF, EVENT), Access(MAPI, EVENT + 2, 1)],
    ids=lambda access: access.kind,
)
def test_one_that_stays_mapped_or_is_not_mapped_is_seen(access: Access, call: Call) -> None:
    assert found(call, lambda scene: scene.command(access, lambda: None)) == "I37 mapping differs"


def test_one_that_is_moved_beside_another_is_seen(call: Call) -> None:
    """MOVALL of what goes to vCPU 2 takes what goes to vCPU 0."""

    def body(scene: Scene) -> None:
        scene.command(
            Access(MOVALL, 2, 1),
            lambda: scene.kernel.update_affinity(scene.irq, scene.kvm.vcpus[1]),
        )

    assert found(call, body) == "I37 LPI misrouted"


def test_one_that_two_events_are_mapped_to_is_seen(call: Call) -> None:
    def body(scene: Scene) -> None:
        events = scene.lpis.events
        scene.command(Access(MAPI, EVENT + 2, 0), lambda: events.update({EVENT + 2: events[EVENT]}))

    assert found(call, body) == "I38 mapped twice"


def test_what_other_threads_do_with_the_lock_is_no_command(call: Call) -> None:
    def body(scene: Scene) -> None:
        with scene.lpis.its_lock:
            scene.irq.target_vcpu = scene.kvm.vcpus[2]

    assert not found(call, body)


def test_one_that_goes_nowhere_need_not_be_queued(call: Call) -> None:
    """Quirk Q3: who gives it a vCPU again does not queue what is pending."""

    def body(scene: Scene) -> None:
        books = next(each for each in scene.trace.listeners if isinstance(each, Bookkeeping))  # type: ignore[attr-defined]  # it is an announcer
        irq = scene.irq
        assert not books.ledger[irq].shut_out
        scene.command(Access(MAPC_OFF, 0, 0))
        scene.command(Access(MAPD, EVENT))
        kept = scene.kernel.vgic_add_lpi(EVENT, None)
        scene.command(Access(MAPI, EVENT, 0))
        assert books.ledger[kept].shut_out
        scene.kernel.vgic_put_irq(kept)

    assert not found(call, body)


def test_a_message_is_for_what_its_event_is_mapped_to_by_then(call: Call) -> None:
    """It began when the event was mapped to nothing, or to another LPI."""

    def body(scene: Scene) -> None:
        books = next(each for each in scene.trace.listeners if isinstance(each, Bookkeeping))  # type: ignore[attr-defined]  # it is an announcer
        events = scene.lpis.events
        ite = events[EVENT]
        for event in (EVENT + 1, EVENT + 2):
            scene.trace.driving(0, event, True)
            before = events.pop(event, None)
            events[event] = ite
            scene.kernel.vgic_get_irq_ref(ite.irq)
            scene.kernel.vgic_its_inject_msi(event)
            assert books.ledger[ite.irq].unserved
            scene.trace.driven(0, event, True)
            account = books.ledger[ite.irq]
            assert (account.busy, account.drivers, account.setting) == (0, 0, 0)
            if before is not None:
                other = books.ledger[before.irq]
                assert (other.busy, other.drivers, other.unserved) == (0, 0, False)
                events[event] = before
            else:
                del events[event]
            scene.kernel.vgic_put_irq(ite.irq)
            scene.kernel.vgic_its_invalidate_cache()

    assert not found(call, body)
