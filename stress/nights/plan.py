# SPDX-License-Identifier: GPL-2.0-only
"""What a night is to do, as values: what was asked for, and what is kept of it for a resumption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stress.executions import Target, model_digest
from stress.nights.lane import LANES
from stress.shrinking import REPLAYS

CONFIRMATIONS = 10
"""So often a finding has to come out alike on OS threads before it is reported."""

EXPLORED_MAX = 20_000
"""After so many executions exploring a small machine gives up."""

EXPLORES = ("one_interrupt", "one_disable", "one_reroute")
"""The scenarios whose machines are small enough to be explored."""

EXPLORING_SHARE = 0.1
"""So much of a night that only time limits is left for exploring."""


@dataclass(frozen=True)
class NightPlan:
    """What a night is to do.

    Attributes:
        targets: what is tested, checked for data races.
        scenarios: names of the scenarios.
        seed: the seed.
        executions: how many executions the whole night has, not counting replays and exploring;
            None for no limit.
        duration_s: when to stop at the latest; None for no limit.
        shard: which part of how many is done here, from (1, 1).
        shrink_replays: how many replays shrinking one finding may take.
    """

    targets: tuple[Target, ...]
    scenarios: tuple[str, ...]
    seed: int
    executions: int | None
    duration_s: float | None
    shard: tuple[int, int] = (1, 1)
    shrink_replays: int = REPLAYS

    @property
    def lanes(self) -> list[int]:
        """The lanes that are run here."""
        part, parts = self.shard
        return [lane for lane in range(LANES) if lane % parts == part - 1]

    @property
    def explores(self) -> list[tuple[int, str]]:
        """What is explored here: the target's place, and the scenario."""
        part, parts = self.shard
        spaces = [
            (target, scenario)
            for target in range(len(self.targets))
            for scenario in EXPLORES
            if scenario in self.scenarios
        ]
        return [space for n, space in enumerate(spaces) if n % parts == part - 1]

    def values(self) -> dict[str, object]:
        """Return it as it is written down, and compared when it is resumed."""
        return {
            "model": model_digest(),
            "seed": f"{self.seed:#x}",
            "revisions": [named(target) for target in self.targets],
            "scenarios": list(self.scenarios),
            "executions": self.executions,
            "duration": self.duration_s,
            "shard": "/".join(map(str, self.shard)),
            "shrink": self.shrink_replays,
        }


def name_of(target: Target) -> str:
    """Return how a target is called in what nights leave behind: a file by its base name."""
    if target.patch is None:
        return str(target)
    path, _ = target.patch
    identity = target.patch_identity()
    assert identity is not None
    return "+".join([f"{Path(path).name}:{identity[0]}", *target.bugs])


def source_of(target: Target) -> str:
    """Return the hash of a user's class, "" for a revision of ours."""
    identity = target.patch_identity()
    return "" if identity is None else identity[1]


def named(target: Target) -> str:
    """Return a target's name, and its hash if it is a user's class."""
    return " ".join(filter(None, [name_of(target), source_of(target)]))


def changed(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """Return in words what is not as it was when a night began."""
    return [
        f"{name} was {_said(before.get(name))} and is {_said(value)}"
        for name, value in now.items()
        if before.get(name) != value
    ]


def _said(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "none"
    return "not limited" if value is None else str(value)
