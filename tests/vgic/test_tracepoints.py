# SPDX-License-Identifier: GPL-2.0-only
"""Does everybody hear of every event who wants to, in order, and does hearing change nothing?"""

import pytest

from harness import Failed, OsThreads
from harness.engine.strategy import Quiet
from stress.executions import run, run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import Irq, Parameters, Reference, machine
from vgic.accesses import PENDING, Access
from vgic.data.intids import Config
from vgic.data.program import ACCESS, ACKNOWLEDGE, AWAIT, SIGNAL, Instruction, Program
from vgic.data.vcpu import Vcpu
from vgic.data.vm import Kvm
from vgic.judging.judges import Judges
from vgic.tracepoints import EVENTS, Announcer, Tracepoints, announcer


class Hears(Tracepoints):
    """Writes down what it hears of the run loop, with its own name."""

    def __init__(self, name: str, heard: list[str]) -> None:
        self.name = name
        self.heard = heard

    def flushing(self, vcpu: int) -> None:
        self.heard.append(f"{self.name} flushing {vcpu}")

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        self.heard.append(f"{self.name} driven {vcpu} {intid} {level}")


class HearsOfTheEnd(Hears):
    def prune_restarted(self, vcpu: int, moved: bool) -> None:
        self.heard.append(f"{self.name} prune_restarted {vcpu} {moved}")

    def drained(self) -> None:
        self.heard.append(f"{self.name} drained")


def test_all_who_want_it_hear_of_an_event_in_their_order_and_others_do_not() -> None:
    heard: list[str] = []
    trace = announcer((HearsOfTheEnd("a", heard), Hears("b", heard)))
    trace.flushing(1)
    trace.driven(0, 32, True)
    trace.prune_restarted(1, False)
    trace.drained()
    trace.synced(1)
    assert heard == [
        *("a flushing 1", "b flushing 1", "a driven 0 32 True", "b driven 0 32 True"),
        *("a prune_restarted 1 False", "a drained"),
    ]


ARGUMENTS: dict[str, tuple[object, ...]] = {
    event: (0, 32, True)[: getattr(Tracepoints, event).__code__.co_argcount - 1] for event in EVENTS
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_that_nobody_wants_is_announced_all_the_same(event: str) -> None:
    getattr(announcer(), event)(*ARGUMENTS[event])
    getattr(announcer((Hears("a", []),)), event)(*ARGUMENTS[event])


class Nobody:
    """In place of the judges: nobody listens."""

    def __init__(self, kvm: Kvm, **how: bool) -> None:
        self.listeners = ()
        self.windows: set[str] = set()
        self.steps: set[str] = set()


@pytest.mark.parametrize("strategy", ["random-walk", "pct", "burst", "delays"])
def test_without_any_listener_an_execution_takes_the_same_steps(
    strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digests(carriers: OsThreads) -> list[str]:
        return [
            run_index(SCENARIOS[name], 3, index, strategy, Target(), carriers).execution.digest
            for name in ("random_program", "migration_ping_pong", "overflow_nested_deeply")
            for index in range(3)
        ]

    with OsThreads(pinned=False) as carriers:
        judged = digests(carriers)
        monkeypatch.setattr(machine, "Judges", Nobody)
        assert digests(carriers) == judged


class TellsNobody(Reference):
    """Leaves neither a request nor a kick behind."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        pass


def test_without_any_listener_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(carriers: OsThreads) -> bool:
        target = Target(cls=TellsNobody)
        single = run_index(SCENARIOS["inject_before_entry"], 3, 0, "burst", target, carriers)
        return isinstance(single.execution.outcome, Failed)

    with OsThreads(pinned=False) as carriers:
        assert fails(carriers)
        monkeypatch.setattr(machine, "Judges", Nobody)
        assert not fails(carriers)


def test_an_announcer_is_made_once_for_the_same_kinds_of_listeners() -> None:
    first, second = (announcer((Hears(name, []),)) for name in "ab")
    assert type(first) is type(second)
    assert issubclass(type(first), Announcer)


AWAITS_AND_READS = Parameters(
    nr_lr=1,
    irqs=(Irq(32, Config.EDGE, 0x80, 0),),
    guests=(
        Program((Instruction(AWAIT, number=1), Instruction(ACCESS, Access(PENDING, 32))), (0,)),
        Program((Instruction(SIGNAL, number=1), ACKNOWLEDGE, Instruction(ACCESS)), (0,)),
    ),
    devices=(),
)


def hears_of_all(heard: set[str]) -> Tracepoints:
    events = {event: lambda self, *values, event=event: heard.add(event) for event in EVENTS}
    listener: Tracepoints = type("HearsOfAll", (Tracepoints,), events)()
    return listener


def test_every_event_is_announced_by_some_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: set[str] = set()

    class Hearing(Judges):
        def __init__(self, kvm: Kvm, **how: bool) -> None:
            super().__init__(kvm, **how)
            self.listeners = (*self.listeners, hears_of_all(heard))

    monkeypatch.setattr(machine, "Judges", Hearing)
    with OsThreads(pinned=False) as carriers:
        for name in (
            "migration_ping_pong",
            "inject_while_eoicount",
            "reroute_while_pruning",
            "misbehaving_guest",
            "active_written_from_beside",
            "guests_that_wait",
            "deactivated_apart",
            "messages_redirected",
            "ioctls_beside_vcpus",
            "mapped_to_physical",
            "sgis_of_several",
        ):
            for index in range(12):
                run_index(SCENARIOS[name], 3, index, "random-walk", Target(), carriers)
        # Only who flushes before he looks at his requests aborts an entry.
        assert "aborted" not in heard
        flushes_first = Target("halting")
        for index in range(4):
            scenario = SCENARIOS["migration_ping_pong"]
            run_index(scenario, 3, index, "random-walk", flushes_first, carriers)
        run(AWAITS_AND_READS, Target(), Quiet(), carriers)
    assert heard == set(EVENTS) - {"crossed", "returned"}, "only patches announce these"
