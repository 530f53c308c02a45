# SPDX-License-Identifier: GPL-2.0-only
"""Does a night come to the same however it comes to it, and find what is there?"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from stress.executions import Target
from stress.history import History, Kept, NightRecord, merge
from stress.jobs.executor import Executor
from stress.nights import (
    Around,
    NightPlan,
    Opened,
    Options,
    Tonight,
    begin,
    file_counts,
    folder,
    join_parts,
    judged,
    morning_of,
    night_record,
    resume,
    run_night,
    unfinished,
    write_morning,
)
from stress.nights.entries import Leg, Sought
from stress.nights.night import NightSoFar
from stress.system import Exit
from tests.fixtures.campaign import inside

SCENARIOS = ("handlers_held_open", "inject_while_eoicount")
OPTIONS = Options(["head-walk"], list(SCENARIOS), 7, 96, None, (1, 1))

MACHINES = {
    "night", "begun", "ended", "seconds", "version", "python", "platform", "commit", "resumed",
    "troubles",
}  # fmt: skip
"""What of a night's record depends on the machine and the clock."""


class Killed(BaseException):
    """Stands for a kill: nothing that runs may catch it."""


def plan(**more: object) -> NightPlan:
    values: dict[str, object] = {
        "targets": (Target("head-walk").races_checked(True),),
        "scenarios": SCENARIOS,
        "seed": 7,
        "executions": 96,
        "duration_s": None,
        "shrink_replays": 40,
    }
    return NightPlan(**(values | more))  # type: ignore[arg-type]


class Nights:
    """Runs nights in one folder."""

    def __init__(self, folder: Path, executor: Executor) -> None:
        self.folder = folder
        self._executor = executor

    def opened(self, plan: NightPlan, *, go_on: bool = False, options: Options = OPTIONS) -> Opened:
        last = unfinished(self.folder) if go_on else None
        if last is None:
            opened = begin(plan, options, self.folder, ("vgic-stress", "nightly"))
            opened.journal.add(Sought([], []))  # that canaries are found is the command's test
            return opened
        return resume(plan, last)

    def run(
        self,
        plan: NightPlan,
        *,
        go_on: bool = False,
        options: Options = OPTIONS,
        progress: Callable[[NightSoFar], None] = lambda so_far: None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> NightRecord:
        opened = self.opened(plan, go_on=go_on, options=options)
        with History.open(self.folder) as history:
            night = Tonight(
                opened.plan,
                opened.place,
                opened.asked.begun,
                history,
                opened.journal,
                self._executor,
                interrupted,
            )
            run_night(night, progress)
            file_counts(night)
            record = night_record(night, Around("", [], opened.asked.begun))
            history.night_ended(record)
            write_morning(morning_of(record, history), opened.place)
        return record


@pytest.fixture
def nights(tmp_path: Path, inside_pool: Executor) -> Callable[[str], Nights]:
    """Return a maker of folders of nights, by name."""
    return lambda name: Nights(tmp_path / name, inside_pool)


def values(record: NightRecord) -> dict[str, object]:
    return {name: value for name, value in asdict(record).items() if name not in MACHINES}


def kills_after(executions: int) -> Callable[[NightSoFar], None]:
    """Return what kills the night when it has so many executions, some of a leg under way."""

    def progress(so_far: NightSoFar) -> None:
        if so_far.executions >= executions:
            raise Killed

    return progress


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nights, NightRecord]:
    """Return a folder with a night that nobody has killed, and its record."""
    with inside() as pool:
        nights = Nights(tmp_path_factory.mktemp("whole"), pool)
        return nights, nights.run(plan())


@pytest.fixture
def whole(uninterrupted: tuple[Nights, NightRecord]) -> NightRecord:
    """Return the record of a night that nobody has killed."""
    return uninterrupted[1]


def test_it_runs_what_was_asked_for_and_finds_the_bug(whole: NightRecord) -> None:
    (target,) = whole.targets
    assert target.target == "head-walk"
    assert target.executions == 96
    assert sum(cell.executions for cell in target.cells) == 96
    assert whole.found
    assert not whole.interrupted
    assert whole.bugs == []


def test_killed_and_resumed_it_comes_to_the_same(
    nights: Callable[[str], Nights], whole: NightRecord
) -> None:
    killed = nights("killed")
    for executions in (1, 30, 60):
        with pytest.raises(Killed):
            killed.run(plan(), go_on=True, progress=kills_after(executions))
    record = killed.run(plan(), go_on=True)
    assert values(record) == values(whole)
    assert record.resumed == 3


def test_a_finding_is_filed_with_all_that_is_to_be_said_of_it(
    uninterrupted: tuple[Nights, NightRecord],
) -> None:
    one, record = uninterrupted
    kept = one_of(one, record.found[0])
    names = {
        "token", "original.token", "report.txt", "commit.txt", "trace.txt", "timeline.json",
        "test_repro.py", "finding.json", "description.md",
    }  # fmt: skip
    assert {each.name for each in kept.folder.iterdir()} == names
    assert kept.record.confirmed == (10, 10)
    assert "reference" in kept.record.passes_on
    (sighting,) = kept.record.sightings
    assert sighting.night == record.night
    assert 1 <= sighting.to_find <= 96
    assert 1 <= sighting.count <= sighting.executions == 96


def one_of(nights: Nights, id_: str) -> Kept:
    with History.open(nights.folder) as history:
        return history.findings()[id_]


def test_the_next_night_replays_what_the_last_has_found(nights: Callable[[str], Nights]) -> None:
    both = nights("both")
    first = both.run(plan(executions=24))
    mended = plan(targets=(Target("reference").races_checked(True),), executions=24)
    second = both.run(plan(executions=24))
    assert second.replayed == dict.fromkeys(first.found, "fails")
    assert both.run(mended).replayed == {}  # they were found on something else


class JumpingClock(datetime):
    """Says another year each time, earlier or later, as one does whose battery is empty."""

    years = (2031, 1970, 2026, 2001)
    asked = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "JumpingClock":
        cls.asked += 1
        return cls(cls.years[cls.asked % len(cls.years)], 2, 3, tzinfo=tz)


def test_a_clock_that_jumps_changes_neither_a_night_nor_the_order_of_nights(
    nights: Callable[[str], Nights], whole: NightRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "datetime", JumpingClock)
    jumping = nights("jumping")
    with pytest.raises(Killed):
        jumping.run(plan(), progress=kills_after(30))
    first = jumping.run(plan(), go_on=True)
    assert values(first) == values(whole)
    records = [first, *(jumping.run(plan(executions=24)) for _ in range(3))]
    assert sorted({each.begun for each in records}) != [each.begun for each in records]
    with History.open(jumping.folder) as history:
        assert [each.night for each in history.nights()] == [each.night for each in records]
        morning = morning_of(records[-1], history)
        assert morning.last == records[-2]
        for finding in history.findings().values():
            seen = [sight.night for sight in finding.record.sightings]
            assert seen == [each.night for each in records if finding.record.id in each.found]
            assert morning.states[finding.record.id] != "fixed"


def test_interrupted_it_is_not_at_its_end_and_can_be_gone_on_with(
    nights: Callable[[str], Nights], whole: NightRecord
) -> None:
    stopped = nights("stopped")
    reached = 0

    def progress(so_far: NightSoFar) -> None:
        nonlocal reached
        reached = so_far.executions

    record = stopped.run(plan(), progress=progress, interrupted=lambda: reached >= 60)
    assert record.interrupted
    assert unfinished(stopped.folder) is not None
    with History.open(stopped.folder) as history:
        assert judged(record, history, only_new=False)[1].code in (Exit.INTERRUPTED, Exit.FINDINGS)
    assert values(stopped.run(plan(), go_on=True)) == values(whole)
    assert unfinished(stopped.folder) is None


def test_two_parts_joined_are_the_whole(
    nights: Callable[[str], Nights], whole: NightRecord, tmp_path: Path
) -> None:
    machines = [nights(f"part{part}") for part in (1, 2)]
    parts = [each.run(plan(shard=(part, 2))) for part, each in enumerate(machines, 1)]
    assert sum(part.targets[0].executions for part in parts) == whole.targets[0].executions
    assert {id_ for part in parts for id_ in part.found} == set(whole.found)
    cells = [part.targets[0].cells for part in parts]
    for one, other, both in zip(*cells, whole.targets[0].cells, strict=True):
        assert one.executions + other.executions == both.executions
    merge([each.folder for each in machines], tmp_path / "merged")
    with History.open(tmp_path / "merged") as history:
        assert len(join_parts(history)) == 1
        (joined,) = history.nights()
        kept = history.findings()[joined.found[0]]
        assert [each.night for each in kept.record.sightings] == [joined.night]
        assert join_parts(history) == []
    merge([machines[0].folder], tmp_path / "merged")
    with History.open(tmp_path / "merged") as history:
        assert join_parts(history) == []
        assert history.nights() == [joined]
        assert history.findings()[joined.found[0]].record == kept.record
    ended = {"verdict": joined.verdict, "exit": joined.exit}
    assert values(joined) == values(whole) | ended


PATCH = """
from vgic.revisions.head_walk import HeadWalk


class Mine(HeadWalk):
    never_crosses = frozenset({"overflow"})

    def announce_pending(self, vcpu):
        super().announce_pending(vcpu)
"""


def test_parts_are_joined_without_running_the_users_file(
    nights: Callable[[str], Nights], tmp_path: Path
) -> None:
    """It is that of another machine: what is to be known of its class is in the records."""
    file = tmp_path / "mine.py"
    file.write_text(PATCH, "utf-8")
    options = replace(OPTIONS, revisions=[f"{file}:Mine"])

    def mine(**more: object) -> NightPlan:
        return plan(targets=(Target(f"{file}:Mine").races_checked(True),), **more)

    whole = nights("of mine").run(mine(), options=options)
    machines = [nights(f"mine {part}") for part in (1, 2)]
    for part, each in enumerate(machines, 1):
        each.run(mine(shard=(part, 2)), options=options)
    merge([each.folder for each in machines], tmp_path / "merged")
    file.write_text("raise SystemExit('it is run')", "utf-8")
    for copy in (tmp_path / "merged").rglob("mine.py"):
        copy.write_text("raise SystemExit('it is run')", "utf-8")
    with History.open(tmp_path / "merged") as history:
        assert len(join_parts(history)) == 1
        (joined,) = history.nights()
    ended = {"verdict": joined.verdict, "exit": joined.exit}
    assert values(joined) == values(whole) | ended
    assert joined.targets[0].overrides == ["announce_pending"]


def test_a_leg_is_journalled_when_it_is_done(nights: Callable[[str], Nights]) -> None:
    killed = nights("killed")
    with pytest.raises(Killed):
        killed.run(plan(), progress=kills_after(60))
    last = unfinished(killed.folder)
    assert last is not None
    opened = killed.opened(plan(), go_on=True)
    done = [entry for entry in opened.journal.entries if isinstance(entry, Leg)]
    assert 0 < sum(leg.executions for leg in done) < 96


def test_small_machines_are_explored_and_what_fails_there_is_filed(
    nights: Callable[[str], Nights],
) -> None:
    small = nights("small")
    kernels = Target("reference"), Target("reference", ("kick_without_request",))
    record = small.run(plan(targets=kernels, scenarios=("one_interrupt",), executions=1))
    right, wrong = record.explored
    assert (right.target, right.complete, right.failures) == ("reference", True, {})
    assert "I16 missed kick" in wrong.failures
    filed = [one_of(small, id_) for id_ in record.found]
    assert [kept.record.symptom for kept in filed] == ["I16 missed kick"]
    assert filed[0].record.sightings[0].strategy == "explore"
