# SPDX-License-Identifier: GPL-2.0-only
"""Do the parts of a divided night come to what the undivided night comes to?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import permutations
from random import Random
from typing import Any, NamedTuple

import pytest

from stress.history import (
    ArmRecord,
    CellRecord,
    Explored,
    Lost,
    NightRecord,
    TargetRecord,
    WindowRecord,
    missing_parts,
    one_night,
    parts_together,
)
from tests.stress.history.records import TARGET, edge, night, target

SCENARIOS, ARMS, TARGETS = ("many", "one"), ("pct", "walk"), (TARGET, "mine.py:Mine")
SPACES = [Explored(TARGET, f"small_{number}", True, number, {}) for number in range(5)]


class Ran(NamedTuple):
    """An execution, as far as a night's record counts it."""

    target: str
    scenario: str
    number: int
    arm: str
    steps: int
    symptom: str
    windows: int


def executions(random: Random) -> list[Ran]:
    return [
        Ran(
            random.choice(TARGETS),
            random.choice(SCENARIOS),
            number,
            random.choice(ARMS),
            random.randrange(500),
            random.choice(["", "", "lost", "hang"]),
            random.randrange(4),
        )
        for number in range(80)
    ]


def target_of(name: str, runs: Sequence[Ran]) -> TargetRecord:
    """Return what these executions come to; none of them was looked at for its behaviour."""
    runs = [run for run in runs if run.target == name]
    return target(
        target=name,
        executions=len(runs),
        looked=0,
        distinct=0,
        cells=[_cell(name, [run for run in runs if run.scenario == name]) for name in SCENARIOS],
        arms=[_arm(name, [run for run in runs if run.arm == name]) for name in ARMS],
        windows=[_window([run.windows for run in runs])],
        lost=[
            Lost(run.scenario, run.number, "it died") for run in sorted(runs) if run.number % 7 == 0
        ],
    )


def _cell(scenario: str, runs: Sequence[Ran]) -> CellRecord:
    failures = Counter(run.symptom for run in runs if run.symptom)
    steps = sum(run.steps for run in runs)
    return CellRecord(scenario, len(runs), steps, 0, 0, dict(sorted(failures.items())))


def _arm(strategy: str, runs: Sequence[Ran]) -> ArmRecord:
    return ArmRecord(strategy, len(runs), 0, 0, sum(run.symptom != "" for run in runs))


def _window(reached: Sequence[int]) -> WindowRecord:
    best = max(reached, default=0)
    crossed = reached.count(3)
    return WindowRecord("window", crossed, best, 3, f"{best} of 3", [] if crossed else ["below"])


def night_of(runs: Sequence[Ran], part: int = 1, parts: int = 1) -> NightRecord:
    runs = [run for run in runs if run.number % parts == part - 1]
    return night(
        part,
        shard=(part, parts),
        targets=[target_of(name, runs) for name in TARGETS],
        found=sorted({f"{run.symptom:a>12}" for run in runs if run.symptom}),
        replayed={f"{number:012}": "fails" for number in range(9) if number % parts == part - 1},
        explored=SPACES[part - 1 :: parts],
        exit=1 if any(run.symptom for run in runs) else 0,
    )


def from_seed_on(record: NightRecord) -> dict[str, Any]:
    values = asdict(record)
    names = list(values)
    return {name: values[name] for name in names[names.index("seed") :]}


@pytest.mark.parametrize("parts", [2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_parts_add_up_to_the_whole(seed: int, parts: int) -> None:
    runs = executions(Random(seed))
    some = [night_of(runs, part, parts) for part in range(1, parts + 1)]
    whole = from_seed_on(night_of(runs))
    for shuffled in list(permutations(some))[:6]:
        assert from_seed_on(one_night(shuffled)) == whole


def test_what_a_part_did_not_do_is_missing_in_the_sum() -> None:
    runs = executions(Random(1))
    one, other = night_of(runs, 1, 2), night_of(runs, 2, 2)
    assert from_seed_on(one_night([one, other])) == from_seed_on(night_of(runs))
    less = night_of(runs[:-1], 2, 2)
    assert from_seed_on(one_night([one, less])) != from_seed_on(night_of(runs))


def test_what_only_the_journals_have_is_given() -> None:
    seen = target(looked=10, distinct=6)
    parts = [
        night(number, shard=(number, 2), targets=[seen], edges=[edge("a", "b", f"vs2-{number}")])
        for number in (1, 2)
    ]
    assert one_night(parts).targets == [
        target(executions=2000, looked=20, distinct=12, cells=[], arms=[])
    ]
    assert one_night(parts).edges == [edge("a", "b", "vs2-1")]
    known = [target(looked=20, distinct=7)]
    told = one_night(parts, known, [edge("a", "b", "vs2-2")])
    assert (told.targets, told.edges) == (known, [edge("a", "b", "vs2-2")])


def test_what_is_missing_is_named() -> None:
    parts = [night(1, shard=(2, 4)), night(2, shard=(4, 4))]
    assert missing_parts(parts) == [1, 3]
    with pytest.raises(ValueError, match="of the 4 parts of night-0001-aaaaaaaa, 1, 3 is missing"):
        one_night(parts)
    assert missing_parts([night(1)]) == []
    assert one_night([night(1)]) == night(1)


def test_parts_of_two_nights_are_not_added() -> None:
    parts = [night(1, shard=(1, 2)), night(2, shard=(2, 2), seed=8)]
    with pytest.raises(ValueError, match="not parts of one night: night-0001"):
        one_night(parts)
    with pytest.raises(ValueError, match="not parts of one night"):
        one_night([*parts[:1], night(2, shard=(2, 2)), night(3, shard=(2, 2))])


def test_the_worst_end_is_that_of_the_night() -> None:
    parts = [
        night(1, shard=(1, 3), verdict="SUCCESS", exit=0),
        night(2, shard=(2, 3), verdict="HARNESS BUG", exit=3, interrupted=True),
        night(3, shard=(3, 3), verdict="FINDINGS", exit=1),
    ]
    whole = one_night(parts)
    assert (whole.verdict, whole.exit, whole.interrupted) == ("HARNESS BUG", 3, True)
    strange = [replace(part, exit=77) for part in parts]
    assert one_night(strange).verdict == "SUCCESS"


def test_parts_stand_together_and_nights_apart() -> None:
    first = [night(1, "a", shard=(1, 2)), night(1, "b", shard=(2, 2))]
    again = [night(2, "a", shard=(1, 2)), night(2, "b", shard=(2, 2))]
    others = [night(3), night(4), night(5, seed=8, shard=(1, 2))]
    together = parts_together([*others, *again, *first])
    assert together == [first, again, *([other] for other in others)]
