# SPDX-License-Identifier: GPL-2.0-only
"""Does the fixture `schedules` explore what it is given, and say what is wrong, and whose fault?

These tests use it themselves; what is reported of a test is looked at from outside.
"""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness import Cell, Scheduler, SpinLock, Streams
from stress.plugin import HarnessAtFault, Schedules, SchedulesFailed
from stress.plugin.counts import COUNTS, Counts
from stress.plugin.fixture import Schedules as ForOneTest
from stress.plugin.names import test_id, undivided
from stress.plugin.options import Budget
from stress.plugin.programs import explore
from stress.plugin.replays import Replays
from stress.plugin.task import Task, seed_for
from stress.scenarios import SCENARIOS
from vgic import Parameters, Reference
from vgic.data.vcpu import Vcpu


class Leaky(Reference):
    def replug_overflow(self, vcpu: Vcpu) -> None:
        return


class Broken(Reference):
    def __init__(self, *of_the_machine: object) -> None:
        nothing: Any = None
        SpinLock(nothing, nothing, "what the harness raises itself")


class Spins(Reference):
    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        while True:
            pass


def loses(scheduler: Scheduler) -> None:
    """Two threads add one each to a counter, which they read and then write."""
    counter, ended = Cell(scheduler, "sum", "0", 0), []

    def add() -> None:
        counter.write(counter.read() + 1)
        ended.append(counter.value)
        assert len(ended) < 2 or counter.value == 2, "an update is lost"

    scheduler.thread("a", add)
    scheduler.thread("b", add)


def keeps(scheduler: Scheduler) -> None:
    counter = Cell(scheduler, "sum", "0", 0)
    for role in "ab":
        scheduler.thread(role, lambda: counter.write(1))


def waits_outside(scheduler: Scheduler) -> None:
    lock = threading.Lock()
    lock.acquire()

    def wait() -> None:
        lock.acquire()

    scheduler.thread("a", wait)


def waits_in_no_python(scheduler: Scheduler) -> None:
    lock = threading.Lock()
    lock.acquire()
    body: Any = lock.acquire
    scheduler.thread("a", body)


def never_adds_a_thread(scheduler: Scheduler) -> None:
    while True:
        pass


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path / "vgic-stress-findings")
    monkeypatch.setattr(pytestconfig.option, "vgic_findings", folder)


@pytest.fixture
def parameters() -> Parameters:
    return SCENARIOS["inject_while_eoicount"].draw(Streams(0, "inject_while_eoicount", 1))


@pytest.mark.schedules(executions=40)
def test_what_is_right_passes_and_says_how_much_was_tried(
    schedules: Schedules, request: pytest.FixtureRequest, parameters: Parameters
) -> None:
    assert schedules.explore(keeps).executions == 40
    assert schedules.scenario("one_interrupt").executions == 40
    result = schedules.machine(parameters)
    assert result.executions == 40
    assert result.windows
    tried = request.node.stash[COUNTS]
    assert tried.executions == 120
    assert tried.behaviours > 1
    assert tried.findings == ()
    assert not list(Path().iterdir())


@pytest.mark.schedules(executions=40)
def test_a_program_that_fails_is_shown_kept_and_replayed(
    schedules: Schedules, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(SchedulesFailed) as raised:
        schedules.explore(loses)
    failed = raised.value
    assert failed.text.startswith("loses: an assertion fails in add: an update is lost")
    name = request.node.name
    assert failed.text.splitlines()[-1].endswith(f"::{name} --vgic-replay {failed.tokens[0]}")
    (kept,) = Path("vgic-stress-findings").absolute().iterdir()
    assert f"kept in {kept}" in failed.text
    assert (kept / "token").read_text("utf-8").strip() == failed.tokens[0]
    assert "an update is lost" in (kept / "report.txt").read_text("utf-8")
    assert len(request.node.stash[COUNTS].findings) == 1

    replays = Replays(failed.tokens)
    task = Task(replays=replays)
    with pytest.raises(SchedulesFailed, match="failed again: replayed strictly"):
        explore(task, loses)
    assert explore(task, keeps).executions == 0  # it is not of that one
    assert not replays.settle()

    def loses_nothing(scheduler: Scheduler) -> None:
        keeps(scheduler)

    loses_nothing.__name__ = "loses"
    explore(task, loses_nothing)  # another call may be of the one that is meant
    with pytest.raises(SchedulesFailed, match=r"^cannot be judged: "):
        replays.settle()


@pytest.mark.schedules(executions=20)
def test_a_machine_that_fails_replays_on_what_is_mended(
    schedules: Schedules, parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SchedulesFailed, match=r"^I3 overflow left behind") as raised:
        schedules.machine(parameters, kernel=Leaky)
    assert f"--vgic-replay {raised.value.tokens[0]}" in raised.value.command
    assert "passes with the reference's replug_overflow" in raised.value.text
    (kept,) = Path("vgic-stress-findings").iterdir()
    assert (kept / "test_repro.py").exists()

    from stress.plugin.calls import machine, scenario

    replays = Replays(raised.value.tokens)
    task = Task(replays=replays)
    with pytest.raises(SchedulesFailed, match="failed again: replayed strictly"):
        machine(task, parameters, Leaky, ())
    assert scenario(task, "one_interrupt", Leaky, ()).executions == 0
    machine(task, parameters, "reference", ())  # it may be meant if no other is
    assert not replays.passed
    assert replays.settle()
    assert replays.passed


def test_what_the_harness_does_wrong_is_an_error(schedules: Schedules) -> None:
    with pytest.raises(HarnessAtFault, match=r"^HARNESS BUG: .*AttributeError"):
        schedules.scenario("one_interrupt", kernel=Broken)


HANG = {
    waits_outside: "test_fixture.py:",
    waits_in_no_python: "the body of a",
    never_adds_a_thread: "test_fixture.py:",
    Spins: "test_fixture.py:",
}


@pytest.mark.parametrize("program", HANG)
def test_what_hangs_is_named_with_its_line_and_the_next_call_works(
    schedules: Schedules, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VGIC_STRESS_SILENCE_S", "0.5")
    explore: Callable[[], object] = partial(schedules.explore, program)
    if program is Spins:
        explore = partial(schedules.scenario, "one_interrupt", kernel=Spins)
    with pytest.raises(SchedulesFailed, match=r"^blocks outside the harness at ") as raised:
        explore()
    assert f"blocks outside the harness at {HANG[program]}" in raised.value.text
    assert raised.value.tokens == ()
    monkeypatch.undo()
    assert schedules.scenario("one_interrupt").executions > 0


CALLS: dict[str, tuple[Any, Any]] = {
    "there is no scenario 'one_interupt'; did you mean one_interrupt?": ("one_interupt", "v1"),
    "there is no revision 'nosuch'": ("one_interrupt", "nosuch"),
    "kernel is a revision by name or a class, not 42": ("one_interrupt", 42),
    "Empty overrides nothing": ("one_interrupt", type("Empty", (), {})),
}


@pytest.mark.parametrize("words", CALLS)
def test_a_call_that_makes_no_sense_says_why(schedules: Schedules, words: str) -> None:
    name, kernel = CALLS[words]
    with pytest.raises(pytest.fail.Exception, match=r"^bad call of schedules: ") as raised:
        schedules.scenario(name, kernel=kernel)
    assert words in str(raised.value)


def test_neither_a_program_nor_a_machine_is_just_anything(schedules: Schedules) -> None:
    calls: tuple[Callable[[Any], object], ...] = (schedules.machine, schedules.explore)
    for call in calls:
        with pytest.raises(pytest.fail.Exception, match="not 42"):
            call(42)


@pytest.mark.schedules(strategy="mix", executions=3)
def test_a_strategy_of_scenarios_is_none_for_a_program(schedules: Schedules) -> None:
    assert schedules.scenario("one_interrupt").executions == 3
    with pytest.raises(pytest.fail.Exception, match="mix is for scenarios"):
        schedules.explore(keeps)


def test_schedules_follow_from_seed_and_id_and_not_from_calls(
    request: pytest.FixtureRequest,
) -> None:
    def tokens() -> list[str]:
        found: list[str] = []
        for _ in range(2):
            with pytest.raises(SchedulesFailed) as raised:
                ForOneTest(request.node, 0).explore(loses)
            found += raised.value.tokens
        return found

    first, second = tokens()
    assert first == second
    ids = [seed_for(root, nodeid) for root in (0, 1) for nodeid in ("a.py::b", "a.py::c")]
    assert len(set(ids)) == len(ids)
    assert seed_for(7, "test_it.py::test_it") == 0xAEC24E95B284B40C


def test_time_ends_it_and_never_before_the_first_execution() -> None:
    over: list[Counts] = []
    task = Task(budget=Budget(None, 1e-9), count=over.append)
    assert explore(task, keeps).executions == 100

    from stress.plugin.calls import scenario

    assert scenario(task, "one_interrupt", "reference", ()).executions == 1
    assert [tried.executions for tried in over] == [100, 1]


def test_parts_are_the_whole_and_of_one_size() -> None:
    parts = [Budget(100, shard=number, shards=8).numbers for number in range(8)]
    assert sorted(number for part in parts for number in part) == list(range(100))
    assert {len(part) for part in parts} == {12, 13}
    assert Budget(None, 5.0, 3, 8).numbers[:2] == range(3, 19, 8)


def test_all_shards_of_a_test_have_one_seed() -> None:
    ids = ("it.py::a[shard 1/8]", "it.py::a[shard 8/8]", "it.py::a", "it.py::a@group")
    assert len({seed_for(7, each) for each in ids}) == 1
    assert undivided("it.py::a[shard 2/3-reference]") == "it.py::a[reference]"
    assert undivided("it.py::a[x-shard 2/3-y]") == "it.py::a[x-y]"
    assert undivided("it.py::a[one shard]") == "it.py::a[one shard]"


def test_a_group_of_xdist_is_no_part_of_the_id() -> None:
    assert test_id("a@b/it.py::a@group") == "a@b/it.py::a"
    assert test_id("a@b/it.py::a") == "a@b/it.py::a"
    assert test_id("it.py::C::a[x@y]@group") == "it.py::C::a[x@y]"
    assert test_id("it.py::a[x@y]") == "it.py::a[x@y]"


def test_of_two_calls_a_token_is_replayed_in_the_one_that_it_is_of(
    schedules: Schedules, parameters: Parameters
) -> None:
    with pytest.raises(SchedulesFailed) as raised:
        schedules.machine(parameters, kernel=Leaky)

    from stress.plugin.calls import machine

    task = Task(replays=Replays(raised.value.tokens))
    assert machine(task, parameters, "reference", ()).executions == 0
    with pytest.raises(SchedulesFailed, match="failed again"):
        machine(task, parameters, Leaky, ())


def test_of_two_programs_of_one_name_the_one_that_fails_is_replayed(schedules: Schedules) -> None:
    def body(loses_some: bool) -> Callable[[Scheduler], None]:
        def program(scheduler: Scheduler) -> None:
            (loses if loses_some else keeps)(scheduler)

        return program

    with pytest.raises(SchedulesFailed) as raised:
        schedules.explore(body(True))
    task = Task(replays=Replays(raised.value.tokens))
    explore(task, body(False))
    with pytest.raises(SchedulesFailed, match="failed again"):
        explore(task, body(True))


def test_a_machine_that_hangs_at_first_fails_its_test(
    schedules: Schedules, parameters: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VGIC_STRESS_SILENCE_S", "0.5")
    with pytest.raises(SchedulesFailed, match=r"blocks outside the harness at .*test_fixture"):
        schedules.machine(parameters, kernel=Spins)
