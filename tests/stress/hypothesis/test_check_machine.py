# SPDX-License-Identifier: GPL-2.0-only
"""Is a machine judged alike wherever it is, and does what fails say how to see it again?"""

import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from harness import Deviation
from stress.executions import Hung, Token
from stress.hypothesis import MachineFailed, check_machine, deviations, machines
from stress.hypothesis.checking import running_test
from stress.inputs import BadArgument
from vgic import CANARY_OF_POINTS, BadParameters, CompositionError, Irq, Parameters, Reference
from vgic.accesses import ROUTE, Access
from vgic.data import EDGE, FIRST_SPI, Program, Pulse, Vcpu

IRQS = tuple(Irq(FIRST_SPI + number, EDGE, 0x80, 0) for number in range(2))
BOTH = tuple(Pulse(irq.intid, level=True, pause=0) for irq in IRQS)
IDLE = Program((), (0,))
OVERFLOW = Parameters(nr_lr=1, irqs=IRQS, guests=(IDLE,), devices=(BOTH,))
"""Two interrupts and one list register: just what `no_splice` gets wrong."""
FITS = OVERFLOW._replace(nr_lr=2)
"""The near miss: with one more, nothing overflows."""
REROUTE = Parameters(
    nr_lr=1,
    irqs=IRQS[:1],
    guests=(IDLE, Program.spelled("m", (0,), (Access(ROUTE, FIRST_SPI, 1),))),
    devices=(BOTH[:1],),
)


class NoSplice(Reference):
    """A class of the user's own that leaves the overflow list behind."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        pass


class Loops(Reference):
    """A class of the user's own that comes to no scheduling point any more."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        while True:
            pass


def failing(machine: Parameters, bug: str = "no_splice", **asked: object) -> MachineFailed:
    with pytest.raises(MachineFailed) as raised:
        check_machine(machine, bugs=bug, **asked)  # type: ignore[arg-type]
    return raised.value


def test_a_right_kernel_passes_and_a_wrong_one_where_its_bug_does_nothing() -> None:
    check_machine(OVERFLOW)
    check_machine(FITS, bugs="no_splice")
    with pytest.raises(MachineFailed, match="I3 overflow left behind"):
        check_machine(OVERFLOW, bugs="no_splice")


@pytest.mark.parametrize("points", [None, "standard", "all"])
def test_it_is_interleaved_at_plain_accesses_if_that_is_asked_for(points: str | None) -> None:
    asked: dict[str, Any] = {"executions": 100, "strategy": "random-walk", "name": "announced"}
    if points != "all":
        check_machine(REROUTE, bugs=CANARY_OF_POINTS, points=points, **asked)
        return
    failed = failing(REROUTE, CANARY_OF_POINTS, points=points, **asked)
    assert failed.failure.kind == "I16 arrival unannounced"
    assert failed.token.encode().startswith("vs3-")


def test_the_text_has_the_columns_and_a_line_that_replays_it() -> None:
    failed = failing(OVERFLOW)
    text = str(failed)
    assert text.startswith("I3 overflow left behind")
    assert "CPU 0: vcpu0" in text
    line = text.splitlines()[-1]
    assert line == f"replay: vgic-stress replay {failed.token.encode()}"
    replay = subprocess.run(
        [sys.executable, "-m", "stress", *line.split()[2:]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert replay.returncode == 1, replay.stderr
    assert "found as: I3 overflow left behind" in replay.stdout
    assert "(same digest)" in replay.stdout


def test_the_token_has_the_program_as_it_was_and_the_schedule_alone_is_shrunk() -> None:
    idle = OVERFLOW._replace(guests=(IDLE, Program.spelled("nn", (3,))))
    failed = failing(idle)
    assert failed.token.parameters == idle
    assert len(failed.token.deviations) <= 1
    assert failed.token.signature == failed.failure.signature


def test_a_class_of_the_users_own_is_named_by_its_file() -> None:
    with pytest.raises(MachineFailed) as raised:
        check_machine(OVERFLOW, kernel=NoSplice)
    assert f" --revision {__file__}:NoSplice" in str(raised.value)


# The token says under which schedule it fails: that depends on machine and test, and nothing else.


def test_what_was_checked_before_changes_nothing() -> None:
    first = failing(REROUTE, "no_kick_after_migration").token
    for machine in (OVERFLOW, FITS, REROUTE):
        check_machine(machine)
    assert failing(REROUTE, "no_kick_after_migration").token == first


def test_another_process_comes_to_the_same() -> None:
    program = (
        "from tests.stress.hypothesis.test_check_machine import REROUTE, failing\n"
        "failed = failing(REROUTE, 'no_kick_after_migration', name='a test')\n"
        "print(failed._failing.deviations, failed.token.encode())"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = failing(REROUTE, "no_kick_after_migration", name="a test")
    assert there.stdout == f"{here._failing.deviations} {here.token.encode()}\n"


def test_two_tests_try_other_schedules() -> None:
    found = {
        failing(REROUTE, "no_kick_after_migration", name=name)._failing.deviations
        for name in "abcdefgh"
    }
    assert len(found) > 1


def test_a_test_is_named_by_pytest_and_not_by_who_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert running_test().endswith("::test_a_test_is_named_by_pytest_and_not_by_who_runs_it")
    for name, test in [
        ("a.py::test_b[x@y (call)] (call)", "a.py::test_b[x@y (call)]"),
        ("a.py::test_b@group (call)", "a.py::test_b"),
        ("a.py::test_b[x@y]@group (setup)", "a.py::test_b[x@y]"),
        ("", ""),
    ]:
        monkeypatch.setenv("PYTEST_CURRENT_TEST", name)
        assert running_test() == test


@settings(max_examples=2, deadline=timedelta(milliseconds=100), database=None)
@given(machines())
def test_the_deadline_does_not_count_executions(machine: Parameters) -> None:
    """So many take longer than the deadline; what else there is takes far less, however busy."""
    check_machine(machine, executions=500)


def test_a_schedule_that_is_given_is_the_only_one() -> None:
    check_machine(REROUTE, bugs="no_kick_after_migration", schedule=())
    token = failing(REROUTE, "no_kick_after_migration").token
    failed = failing(REROUTE, "no_kick_after_migration", schedule=token.deviations)
    assert failed.failure.signature == token.signature


def test_a_deviation_that_has_no_place_changes_nothing() -> None:
    nowhere = (Deviation("vcpu0", 10_000, "dev0"), Deviation("vcpu7", 1, "dev7"))
    check_machine(REROUTE, bugs="no_kick_after_migration", schedule=nowhere)


@settings(max_examples=20, deadline=None, database=None)
@given(deviations(REROUTE))
def test_a_right_kernel_passes_under_every_schedule(schedule: tuple[Deviation, ...]) -> None:
    check_machine(REROUTE, schedule=schedule)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"kernel": "v9"}, CompositionError, "v9"),
        ({"bugs": ("no_slice",)}, CompositionError, "no_splice"),
        ({"strategy": "pctt"}, BadArgument, "pct"),
        ({"check": "race"}, BadArgument, "races"),
        ({"executions": 0}, BadArgument, "executions is a number from 1, not 0"),
        ({"executions": True}, BadArgument, "executions is a number from 1, not True"),
    ],
)
def test_what_makes_no_sense_is_refused(
    asked: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        check_machine(OVERFLOW, **asked)  # type: ignore[arg-type]


def test_a_machine_that_is_none_is_refused() -> None:
    with pytest.raises(BadParameters, match="nr_lr must be"):
        check_machine(OVERFLOW._replace(nr_lr=0))


def test_a_token_is_none_of_hypothesis() -> None:
    assert Token.decode(failing(OVERFLOW).token.encode()).scenario.startswith("test_a_token_is")


def test_a_hang_ends_its_test_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VGIC_STRESS_SILENCE_S", "1")
    with pytest.raises(
        Hung, match=r"blocks outside the harness at .*test_check_machine.py"
    ) as hung:
        check_machine(OVERFLOW, kernel=Loops)
    assert "replug_overflow" in hung.value.__notes__[0]
    check_machine(OVERFLOW)
