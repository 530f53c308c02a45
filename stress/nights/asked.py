# SPDX-License-Identifier: GPL-2.0-only
"""What a night was asked for: `asked.json` in its folder, so that it can be gone on with."""

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

from stress.executions import Target
from stress.history import FORMAT, Count, Name, Seconds, Seed, Text
from stress.inputs import Points
from vgic import JudgedBy

ASKED = "asked.json"


@dataclass(frozen=True)
class Options:
    """The options that say what a night is, as they were given or drawn.

    Attributes:
        revisions: what is tested: names, and users' files with their classes.
        scenarios: names of the scenarios.
        seed: the seed.
        executions: how many executions; None if that is not limited.
        duration_s: for how long; None if that is not limited.
        shard: which part of how many.
        scenario_files: the user's own files of scenarios.
        points: where threads can be interleaved; nights that do not say it had standard ones.
        judge: what judges; nights that do not say it had the invariants.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")

    revisions: list[Text]
    scenarios: list[Name]
    seed: Seed
    executions: Count | None
    duration_s: Seconds | None
    shard: tuple[Count, Count]
    scenario_files: list[Text] = field(default_factory=list)
    points: Points = Points.STANDARD
    judge: JudgedBy = JudgedBy.INVARIANTS

    @property
    def targets(self) -> tuple[Target, ...]:
        """What is tested, as nights run and judge it."""
        return tuple(
            Target(name, races=True, points=self.points, judge=self.judge)
            for name in self.revisions
        )


@dataclass(frozen=True)
class Asked:
    """What a night was asked for, and where.

    Attributes:
        begun: when it began, UTC, as an ISO date and time.
        command: the command line.
        directory: the directory it was given in.
        platform: the machine's kind.
        commit: the git commit of that directory's tree, "" if there is none.
        options: the options that say what it is.
        values: what those mean, in words; a night is only gone on with if they mean the same.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")

    begun: Name
    command: Text
    directory: Text
    platform: Text
    commit: Name
    options: Options
    values: dict[Name, Text]
    format: int = FORMAT
