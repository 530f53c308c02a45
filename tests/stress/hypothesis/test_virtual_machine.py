# SPDX-License-Identifier: GPL-2.0-only
"""Do calls made to a VM become the execution that they describe, and its failure a token?"""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test

from harness import OsThreads
from harness.engine.threads import Thread
from stress.executions import Target, follow, run
from stress.hypothesis import MachineFailed, VirtualMachine
from stress.hypothesis.calls import Call, Following
from vgic import BadParameters, Irq, Parameters
from vgic.data import ACKNOWLEDGE, EDGE, END, FIRST_SPI, LEVEL, WORK, Instruction, Program, Pulse

SEARCHING = settings(
    max_examples=30,
    stateful_step_count=12,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
FIRST, SECOND, _ = VirtualMachine.irqs


class NoSplice(VirtualMachine):
    bugs: ClassVar[str | Sequence[str]] = "no_splice"


class NoKick(VirtualMachine):
    bugs: ClassVar[str | Sequence[str]] = "no_kick_after_migration"


def raised_by(vm: VirtualMachine) -> MachineFailed:
    with pytest.raises(MachineFailed) as raised:
        vm.teardown()
    return raised.value


# Calls one by one, as the rules make them.


def overflowing(vm: VirtualMachine) -> VirtualMachine:
    vm.inject(device=0, irq=FIRST, rises=True, steps=0)
    vm.inject(device=0, irq=SECOND, rises=True, steps=0)
    return vm


def test_a_bug_is_found_by_the_calls_that_need_it() -> None:
    assert raised_by(overflowing(NoSplice())).failure.kind == "I3 overflow left behind"


def test_the_reference_passes_and_fewer_calls_do() -> None:
    overflowing(VirtualMachine()).teardown()
    vm = NoSplice()
    vm.inject(device=0, irq=FIRST, rises=True, steps=0)
    vm.teardown()
    NoSplice().teardown()


def test_the_order_of_calls_is_the_schedule() -> None:
    """The other vCPU has to be in its guest before the interrupt comes to it, or need no kick."""

    def calls(vm: VirtualMachine, *, ready: bool) -> VirtualMachine:
        if ready:
            vm.acknowledge(vcpu=1, steps=0)
        vm.pend(vcpu=0, intid=FIRST.intid, steps=0)
        vm.route(vcpu=0, intid=FIRST.intid, to=1, steps=0)
        vm.kick(vcpu=0, intid=0, to=0, steps=0)
        return vm

    assert raised_by(calls(NoKick(), ready=True)).failure.kind == "I16 missed kick"
    calls(NoKick(), ready=False).teardown()
    calls(VirtualMachine(), ready=True).teardown()


def test_its_token_replays_without_hypothesis(pinned: OsThreads) -> None:
    failed = raised_by(overflowing(NoSplice()))
    token = failed.token
    assert token.scenario == "NoSplice"
    followed = follow(token, Target(bugs=("no_splice",)), pinned, strict=True)
    assert followed.failure is not None
    assert followed.failure.signature == failed.failure.signature
    assert str(failed).endswith(f"replay: vgic-stress replay {token.encode()}")


@pytest.mark.parametrize(("where", "version"), [(None, "vs2-"), ("all", "vs3-")])
def test_its_threads_are_interleaved_where_it_says(where: str | None, version: str) -> None:
    class AtPoints(NoSplice):
        points = where

    failed = raised_by(overflowing(AtPoints()))
    assert failed.failure.kind == "I3 overflow left behind"
    assert failed.token.encode().startswith(version)


def test_what_nobody_calls_is_not_in_the_token() -> None:
    vm = NoSplice()
    vm.kick(vcpu=1, intid=3, to=0, steps=5)
    parameters = raised_by(overflowing(vm)).token.parameters
    assert [irq.intid for irq in parameters.irqs] == [FIRST.intid, SECOND.intid, 3]
    assert len(parameters.devices) == 1


# How calls are followed: who goes on, and for how many steps.


def threads_in_turn(calls: Sequence[Call], irq: Irq, carriers: OsThreads) -> list[tuple[str, int]]:
    """Return who went on for how many steps, one after the other."""
    guests = [[call.item for call in calls if call.role == f"vcpu{n}"] for n in (0, 1)]
    pulses = [call.item for call in calls if isinstance(call.item, Pulse)]
    parameters = Parameters(
        nr_lr=1,
        irqs=(irq,),
        guests=tuple(
            Program(tuple(item for item in guest if isinstance(item, Instruction)), (0,))
            for guest in guests
        ),
        devices=(tuple(pulses),),
    )
    single = run(parameters, Target(), Following(calls), carriers)
    turns: list[tuple[str, int]] = []
    for entry in single.execution.trace:
        if isinstance(entry, Thread):
            turns.append((entry.role, 0))
        elif turns and hasattr(entry, "kind"):
            turns[-1] = (turns[-1][0], turns[-1][1] + 1)
    return turns


def inject(steps: int) -> Call:
    return Call("dev0", Pulse(FIRST_SPI, level=True, pause=1), steps)


def test_a_call_is_begun_and_then_goes_on_for_its_steps(pinned: OsThreads) -> None:
    calls = [inject(2), Call("vcpu1", WORK, 3, at_once=True), inject(0)]
    device, vcpu, again, *_ = threads_in_turn(calls, FIRST, pinned)
    # A thread's first step is that it starts; what begins the pulse is none of those asked for.
    assert (device, vcpu) == (("dev0", 1 + 2), ("vcpu1", 3 - 1))
    assert again[0] == "dev0"


def test_a_thread_begins_nothing_that_it_was_not_called_for(pinned: OsThreads) -> None:
    """However many steps it may go on for: the second pulse is called for later."""
    calls = [inject(1_000), Call("vcpu0", ACKNOWLEDGE, 0), inject(0)]
    first, second, *_ = threads_in_turn(calls, FIRST, pinned)
    assert first[0] == "dev0"
    assert 3 < first[1] < 15
    assert second[0] == "vcpu0"


def test_a_handler_lowers_its_line_as_part_of_its_end(pinned: OsThreads) -> None:
    """Which takes one more exit, and is not the next call."""
    level = FIRST._replace(config=LEVEL)
    ended = [inject(1_000), Call("vcpu0", ACKNOWLEDGE, 0), Call("vcpu0", END, 0)]
    before_end = [*ended[:2], Call("vcpu0", WORK, 0), *ended[2:]]
    for calls in (ended, before_end):
        assert threads_in_turn(calls, level, pinned)[0][0] == "dev0"


def test_a_call_of_a_thread_that_cannot_go_on_is_over(pinned: OsThreads) -> None:
    """A device stands in the middle of a pulse with a lock, for which the vCPU then waits."""
    calls = [
        Call("vcpu1", WORK, 200, at_once=True),
        Call("vcpu1", WORK, 200, at_once=True),
        inject(4),
        Call("vcpu0", WORK, 200, at_once=True),
        inject(0),
    ]
    assert "dev0" in [role for role, _ in threads_in_turn(calls, FIRST, pinned)]


# Under Hypothesis.


def test_the_state_machine_finds_a_bug_and_shrinks_it_to_the_calls_it_needs() -> None:
    with pytest.raises(MachineFailed) as raised:
        run_state_machine_as_test(NoSplice, settings=SEARCHING)
    assert raised.value.failure.kind == "I3 overflow left behind"
    assert raised.value.example.after.operations <= 3


def test_the_state_machine_of_the_reference_passes() -> None:
    run_state_machine_as_test(
        VirtualMachine, settings=settings(SEARCHING, max_examples=10, phases=[Phase.generate])
    )


def test_what_a_rule_raises_is_not_hidden_by_the_judgement() -> None:
    class Mine(NoSplice):
        @rule()
        def fails(self) -> None:
            overflowing(self)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run_state_machine_as_test(Mine, settings=settings(SEARCHING, stateful_step_count=3))


def test_a_class_that_says_nonsense_is_told_so() -> None:
    class Bad(VirtualMachine):
        irqs: ClassVar[Sequence[Irq]] = (Irq(FIRST_SPI, EDGE, 3, 0),)

    vm = Bad()
    vm.run(vcpu=0, steps=1)
    with pytest.raises(BadParameters, match="a priority is a multiple of 8"):
        vm.teardown()


def test_the_line_in_its_text_replays_it_in_another_process() -> None:
    words = str(raised_by(overflowing(NoSplice()))).splitlines()[-1].split()
    assert words[:3] == ["replay:", "vgic-stress", "replay"]
    replay = subprocess.run(
        [sys.executable, "-m", "stress", *words[2:]],
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert replay.returncode == 1, replay.stderr
    assert "(same digest)" in replay.stdout
