# SPDX-License-Identifier: GPL-2.0-only
"""Where do two traces differ, by which name, and what does not count?"""

import pytest

from stress.agreement.comparing import first_difference
from stress.plays import Play
from stress.traces import SPURIOUS, Event, Trace
from stress.traces.event import NONE
from tests.fixtures.agreeing import AT_ONCE, SLOW, play_of
from vgic import Irq
from vgic.data import EDGE, LEVEL

IRQS = (Irq(32, EDGE, 0x80, 0), Irq(33, LEVEL, 0x40, 0), Irq(34, EDGE, 0x80, 0))
IDLE, EXITED = Event("all", "idle"), Event("all", "exited")


def vcpu(what: str, intid: int = NONE, value: int = NONE) -> Event:
    return Event("vcpu0", what, intid, value)


def a_play(lateness: tuple[int, ...] = AT_ONCE) -> Play:
    return play_of(irqs=IRQS, lateness=lateness)


def name(model: list[Event], kernel: list[Event], play: Play | None = None) -> str:
    found = first_difference(play or a_play(), Trace(tuple(model)), Trace(tuple(kernel)))
    return found.name if found else ""


@pytest.mark.parametrize(
    ("model", "kernel", "expected"),
    [
        (vcpu("acknowledge", 32), vcpu("acknowledge", 34), "an edge comes before an edge, as"),
        (vcpu("acknowledge", 32), vcpu("acknowledge", 33), "a level comes before an edge, more"),
        (vcpu("acknowledge", 33), vcpu("acknowledge", 32), "an edge comes before a level, less"),
        (vcpu("acknowledge", 32), vcpu("acknowledge", SPURIOUS), "an edge does not come"),
        (vcpu("acknowledge", SPURIOUS), vcpu("acknowledge", 33), "a level comes, and does not"),
        (vcpu("pending", 33, 1), vcpu("pending", 33, 0), "pending of a level reads 1 in the model"),
        (vcpu("active", 32, 0), vcpu("active", 32, 1), "active of an edge reads 0 in the model"),
        (
            Event("all", "final", 33, 2),
            Event("all", "final", 33, 3),
            "at the end a level is active",
        ),
        (vcpu("acknowledge", 32), IDLE, "an edge comes only with a forced exit"),
        (IDLE, vcpu("acknowledge", 32), "an edge comes without the forced exit of the model"),
        (vcpu("acknowledge", 32), Event("all", "final", 32, 1), "an edge does not come"),
        (vcpu("end", 32), vcpu("end", 34), "the model's guest does `end`, the kernel's `end`"),
    ],
)
def test_a_difference_has_a_name_without_numbers(
    model: Event, kernel: Event, expected: str
) -> None:
    assert name([vcpu("raise", 32), model], [vcpu("raise", 32), kernel]).startswith(expected)


def test_the_first_difference_counts_and_says_where() -> None:
    before = [vcpu("raise", 32), vcpu("acknowledge", 32)]
    one = [*before, vcpu("end", 32), Event("all", "final", 32, 0)]
    other = [*before, vcpu("acknowledge", SPURIOUS), Event("all", "final", 32, 2)]
    found = first_difference(a_play(), Trace(tuple(one)), Trace(tuple(other)))
    assert found is not None
    assert found.agreed == 2
    assert (found.model, found.kernel) == (one[2], other[2])


def test_what_was_disabled_before_is_said_to_be() -> None:
    before = [vcpu("disable", 33), vcpu("disable", 32), vcpu("enable", 33)]
    spurious = vcpu("acknowledge", SPURIOUS)
    assert ", disabled" in name([*before, spurious], [*before, vcpu("acknowledge", 32)])
    assert ", disabled" not in name([*before, spurious], [*before, vcpu("acknowledge", 33)])


def test_how_urgent_they_are_goes_by_what_was_written_last() -> None:
    before = [vcpu("priority", 32, 0x20)]
    one, other = vcpu("acknowledge", 33), vcpu("acknowledge", 32)
    assert "more urgent" in name([*before, one], [*before, other])
    assert "less urgent" in name([one], [other])


def test_exits_do_not_count() -> None:
    one = [vcpu("exit"), vcpu("acknowledge", 32), IDLE]
    other = [vcpu("acknowledge", 32), vcpu("exits", NONE, 3), IDLE]
    assert not name(one, other)


def test_phases_count_where_the_maintenance_interrupt_comes_at_once() -> None:
    served = vcpu("acknowledge", 32)
    early, late = [served, IDLE, EXITED, EXITED], [IDLE, served, EXITED, EXITED]
    assert name(early, late) == "an edge comes only with a forced exit"
    assert not name(early, late, a_play(SLOW))


@pytest.mark.parametrize("who", ["model", "kernel"])
def test_a_trace_that_ends_early_differs(who: str) -> None:
    short = [vcpu("raise", 32)]
    whole = [*short, IDLE]
    found = name(short, whole) if who == "model" else name(whole, short)
    assert found == f"the {who} does not come to the end"
