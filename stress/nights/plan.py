# SPDX-License-Identifier: GPL-2.0-only
"""What a night is to do, as values: what was asked for, and what is kept of it for a resumption."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from harness.engine import printable_text
from stress.executions import Target, model_digest
from stress.inputs import Points
from stress.nights.lane import LANES, share_of
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS
from vgic import JudgedBy

CONFIRMATIONS = 10
"""So often a finding has to come out alike on OS threads before it is reported."""

POINTS = Points.ALL
"""Where threads can be interleaved if nothing is said."""

JUDGE = JudgedBy.BOTH
"""What judges if nothing is said."""

EXPLORED_MAX = 20_000
"""After so many executions exploring a small machine gives up."""

EXPLORES = ("one_interrupt", "one_disable", "one_reroute")
"""The scenarios whose machines are small enough to be explored."""

EXPLORING_SHARE = 0.1
"""So much of a night that only time limits is left for exploring."""

_POINTS, _JUDGE = "--points", "--judge"
_UNSAID = {_POINTS: str(Points.STANDARD), _JUDGE: str(JudgedBy.INVARIANTS)}
"""What nights were that began before they wrote it down."""


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
    def total(self) -> int | None:
        """How many executions this part of the night has; None for no limit."""
        if self.executions is None:
            return None
        return sum(share_of(self.executions, lane) for lane in self.lanes)

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

    @property
    def points(self) -> str:
        """Where threads can be interleaved: the same for all targets of a night."""
        return ", ".join(dict.fromkeys(target.points for target in self.targets))

    @property
    def judge(self) -> str:
        """What judges: the same for all targets of a night."""
        return ", ".join(dict.fromkeys(target.judge for target in self.targets))

    @property
    def own_scenarios(self) -> list[str]:
        """Where scenarios of the user's own are from, each with the hash of its source."""
        return list(map(str, SCENARIOS.origins(self.scenarios)))

    def values(self) -> dict[str, str]:
        """Return in words all that decides what it does."""
        executions, duration_s = self.executions, self.duration_s
        values = {
            "the version": metadata.version("vgic-stress"),
            "the model": model_digest(),
            "--seed": f"{self.seed:#x}",
            "--revision": ", ".join(map(_named, self.targets)),
            _POINTS: self.points,
            _JUDGE: self.judge,
            "the scenarios": ", ".join(self.scenarios),
            "--scenarios": ", ".join(self.own_scenarios) or "none",
            "--executions": "not limited" if executions is None else str(executions),
            "--duration": "not limited" if duration_s is None else f"{duration_s:.10g}s",
            "--shard": "/".join(map(str, self.shard)),
        }
        return {name: printable_text(value) for name, value in values.items()}


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


def _named(target: Target) -> str:
    return " ".join(filter(None, [name_of(target), source_of(target)]))


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return in words what is not as it was when a night began."""
    return [
        f"{name} was {was} and is {value}"
        for name, value in now.items()
        if (was := before.get(name, _UNSAID.get(name, "not known"))) != value
    ]
