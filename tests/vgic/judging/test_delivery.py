# SPDX-License-Identifier: GPL-2.0-only
"""Is each invariant of delivery silent on Reference, and is a kernel bug called by it?

I8, I9, I16, I21 and O4. A device sends an edge, a level and another edge to a guest that idles; or
a guest routes what it pended to another vCPU. What is lost or forgotten is judged in the drain.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Passed, Strategy
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, ROUTE, SGI, Access
from vgic.data.intids import Config
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.parameters import Irq

Judge = Callable[[Parameters, type[Mechanism]], str | None]


def irqs(vcpu: int) -> tuple[Irq, ...]:
    return (
        Irq(32, Config.EDGE, 0xA0, vcpu),
        Irq(33, Config.LEVEL, 0x80, vcpu),
        Irq(34, Config.EDGE, 0x60, vcpu),
    )


SENT = Parameters(
    nr_lr=1,
    irqs=irqs(0),
    guests=(Program.spelled("", (0,)),),
    devices=(tuple(Pulse(intid, True, 0) for intid in (32, 33, 34)),),
)

# vCPU 0 goes first, and idles in its guest when vCPU 1 begins.
ROUTED = Parameters(
    nr_lr=1,
    irqs=irqs(1),
    guests=(
        Program.spelled("", (0,)),
        Program.spelled("mmam", (0,), (Access(PEND, 32), Access(PEND, 34), Access(ROUTE, 32, 0))),
    ),
    devices=(),
)


# vCPU 0 serves an SGI after the write of IROUTER, and idles again before the interrupt is moved.
MOVED_LATE = Parameters(
    nr_lr=1,
    irqs=(*irqs(1), Irq(1, Config.EDGE, 0x40, 0)),
    guests=(
        Program.spelled("", (0,)),
        Program.spelled(
            "mammmnem",
            (0,),
            (Access(PEND, 32), Access(PEND, 32), Access(ROUTE, 32, 0), Access(SGI, 1, 0)),
        ),
    ),
    devices=(),
)
SGI_IS_SERVED = ("vcpu1", "work vcpu 1", "vcpu0")


class QueuesNothing(Reference):
    """An interrupt becomes pending, and that is all."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return False


class TellsNobody(Reference):
    """An interrupt is queued, and that is all."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        pass


class MovesSilently(Reference):
    """Nobody is told that a migrated interrupt has come."""

    def announce_migration(self, target: Vcpu) -> None:
        pass


class NeverMoves(Reference):
    """Prune looks again, and always finds that something else is right now."""

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        return False


class DropsUnacknowledged(Reference):
    """An edge that is still pending in its list register at the exit is gone."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        pass


class LeavesIdle(Reference):
    """Prune takes nothing off the list."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return super().prune_target(irq) or irq.vcpu


@pytest.mark.parametrize("parameters", [SENT, ROUTED], ids=["sent", "routed"])
def test_all_are_silent_where_everything_arrives(
    windows_of: Callable[[Parameters], set[str]], parameters: Parameters
) -> None:
    assert "overflow" in windows_of(parameters)


def test_a_prune_that_starts_again_because_it_moved_something_is_silent(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    assert "migration" in windows_of(ROUTED)


@pytest.mark.parametrize(
    ("bug", "parameters", "kind"),
    [
        (QueuesNothing, SENT, "I8 pending but not queued"),
        (TellsNobody, SENT, "I16 missed kick"),
        (NeverMoves, ROUTED, "I21 prune does not end"),
        (LeavesIdle, SENT, "I25 left behind"),
        (DropsUnacknowledged, ROUTED, "I9 lost edge"),
    ],
)
def test_a_bug_is_called_by_its_name(
    kind_of: Judge, bug: type[Mechanism], parameters: Parameters, kind: str
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, bug) == kind


def test_a_missed_kick_of_the_new_target_is_called_by_its_name(
    run_machine: Callable[..., tuple[Execution, Machine]], script: Callable[..., Strategy]
) -> None:
    right, machine = run_machine(MOVED_LATE, strategy=script(SGI_IS_SERVED))
    assert isinstance(right.outcome, Passed)
    assert "migration" in machine.windows
    wrong, _ = run_machine(MOVED_LATE, kernel=MovesSilently, strategy=script(SGI_IS_SERVED))
    assert isinstance(wrong.outcome, Failed)
    assert wrong.outcome.failure.kind == "I16 missed kick"
