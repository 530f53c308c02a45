# SPDX-License-Identifier: GPL-2.0-only
"""Where does a trace part from the architecture, and where does it leave that open?"""

import pytest

from harness import OsThreads, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target
from stress.executions.tracing import traced
from stress.plays import judged_alone, read_script
from stress.scenarios import SCENARIOS
from stress.traces import BadTrace, read_trace
from vgic import Parameters

ONE = "interrupt 40 edge priority 0x80\nvcpu 0\n  exit\n"
TWO = ONE + "vcpu 1\n  exit\ndevice 0\n  raise 40\n"
END = ("all idle", "all exited", "all exited")


def machine(script: str) -> Parameters:
    return read_script(f"title a machine\n{script}", "machine").parameters


def bad(script: str, *events: str) -> str:
    """Return what is wrong with a trace, by its kind; "" if nothing is."""
    text = "\n".join(["# vgic-stress trace 1", *events, ""])
    found = judged_alone(machine(script), read_trace(text))
    assert found.judged == len(machine(script).irqs)
    return found.bad[0].split(": ")[1] if found.bad else ""


PARTS = {
    "what nobody sent": (ONE, "phantom", ["vcpu0 acknowledge 40"]),
    "one edge twice": (
        ONE, "phantom",
        ["vcpu0 raise 40", "vcpu0 acknowledge 40", "vcpu0 end 40", "vcpu0 acknowledge 40"],
    ),
    "one in its handler": (
        ONE, "phantom",
        ["vcpu0 raise 40", "vcpu0 acknowledge 40", "vcpu0 raise 40", "vcpu0 acknowledge 40"],
    ),
    "what was disabled before the guest went in": (
        ONE, "phantom", ["vcpu0 disable 40", "vcpu0 raise 40", "vcpu0 acknowledge 40"],
    ),
    "what the other disabled and told of": (
        TWO, "phantom",
        ["vcpu0 raise 40", "vcpu0 disable 40", "vcpu0 signal 1", "vcpu1 await 1",
         "vcpu1 route 40 vcpu1", "vcpu1 acknowledge 40"],
    ),
    "what is read": (ONE, "wrong read", ["vcpu0 active 40 is 1"]),
    "what does not come": (
        ONE, "lost", ["vcpu0 raise 40", *END, "all final 40 pending 1 active 0"],
    ),
    "what is gone": (
        ONE, "wrong at the end",
        ["vcpu0 disable 40", "vcpu0 raise 40", *END, "all final 40 pending 0 active 0"],
    ),
    "what stays active": (
        ONE, "wrong at the end",
        ["vcpu0 raise 40", "vcpu0 acknowledge 40", "vcpu0 end 40", *END,
         "all final 40 pending 0 active 1"],
    ),
}  # fmt: skip

OPEN = {
    "what the device may have sent before": (TWO, ["vcpu0 acknowledge 40", "dev0 raise 40"]),
    "what the other may have disabled later": (
        TWO, ["vcpu1 disable 40", "dev0 raise 40", "vcpu0 acknowledge 40", "vcpu0 end 40"],
    ),
    "two edges are one": (
        ONE, ["vcpu0 raise 40", "vcpu0 raise 40", "vcpu0 acknowledge 40", "vcpu0 end 40", *END],
    ),
    "two edges are two": (
        TWO,
        ["vcpu1 raise 40", "dev0 raise 40", "vcpu0 acknowledge 40", "vcpu0 end 40",
         "vcpu0 acknowledge 40", "vcpu0 end 40", *END, "all final 40 pending 0 active 0"],
    ),
    "a guest in its handler takes nothing else": (
        "interrupt 41 edge priority 0x90\n" + ONE,
        ["vcpu0 raise 41", "vcpu0 raise 40", "vcpu0 acknowledge 40", *END],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PARTS)
def test_a_trace_that_parts_is_said_to(what: str) -> None:
    script, kind, events = PARTS[what]
    assert bad(script, *events) == kind


@pytest.mark.parametrize("what", OPEN)
def test_a_trace_that_may_be_is_let_pass(what: str) -> None:
    script, events = OPEN[what]
    assert bad(script, *events) == ""


def test_it_is_said_where_it_parts_and_what_could_be() -> None:
    text = "# vgic-stress trace 1\nvcpu0 acknowledge none\nvcpu0 acknowledge 40\n"
    (said,) = judged_alone(machine(ONE), read_trace(text)).bad
    assert said == (
        "architecture: phantom: event 2, `vcpu0 acknowledge 40`: spi 40 is inactive, to vcpu 0, "
        "priority 0x80"
    )


@pytest.mark.parametrize(
    "why", ["vcpu0 end again 40", "vcpu0 activate 40 vcpu0", "vcpu0 group 40 is 0"]
)
def test_what_a_guest_has_lost_count_of_is_not_judged(why: str) -> None:
    text = f"# vgic-stress trace 1\nvcpu0 acknowledge 40\n{why}\n"
    assert judged_alone(machine(ONE), read_trace(text)) == ((), 0)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ("vcpu1 exit\n", "event 1 is of vcpu1, and its machine has none"),
        ("dev0 raise 40\n", "event 1 is of dev0, and its machine has none"),
        ("vcpu0 exit\n" * 10_001, "more than 10000 events"),
    ],
)
def test_a_trace_of_another_machine_or_too_long_a_one_is_refused(events: str, said: str) -> None:
    with pytest.raises(BadTrace, match=said):
        judged_alone(machine(ONE), read_trace(f"# vgic-stress trace 1\n{events}"))


@pytest.mark.parametrize("scenario", ["random_program", "many_interrupts", "deactivated_apart"])
def test_no_trace_of_the_reference_parts(scenario: str, pinned: OsThreads) -> None:
    judged = 0
    for index in range(6):
        streams = Streams(11, scenario, index)
        parameters = SCENARIOS[scenario].draw(streams)
        strategy = STRATEGIES["random-walk"](streams.stream("schedule"), 500)
        trace = traced(parameters, Target().kernel, strategy, pinned).trace
        found = judged_alone(parameters, trace)
        assert found.bad == ()
        judged += found.judged
    assert judged


def test_a_trace_of_a_bug_does(pinned: OsThreads) -> None:
    kernel = Target(bugs=("prune_active",)).kernel
    said: list[str] = []
    for index in range(12):
        streams = Streams(5, "inject_while_eoicount", index)
        parameters = SCENARIOS["inject_while_eoicount"].draw(streams)
        strategy = STRATEGIES["random-walk"](streams.stream("schedule"), 500)
        trace = traced(parameters, kernel, strategy, pinned, judged=False).trace
        said += judged_alone(parameters, trace).bad
    assert said
