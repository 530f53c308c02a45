# SPDX-License-Identifier: GPL-2.0-only
"""What a night writes down while it runs, one entry at a time, so that it can be resumed.

From the entries alone follows all that a night comes to (summing.py), and what is next (lane.py).
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from stress.history import CanaryRecord, Count, Edge, Explored, Lost, Name, Seconds, Text

_STRICT = ConfigDict(strict=True, extra="forbid")

BEHAVIOUR_DIGITS = 12
"""So many digits of a behaviour are written down."""


@dataclass(frozen=True)
class Met:
    """A failure that was looked into.

    Attributes:
        id: the finding it is one of.
        symptom: how it fails.
        scenario: its scenario.
        execution: its number within the scenario.
        strategy: the strategy that found it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: Name
    symptom: Text
    scenario: Name
    execution: Count
    strategy: Name


@dataclass(frozen=True)
class Ran:
    """The executions of one scenario under one strategy in a leg.

    Attributes:
        scenario: the scenario.
        strategy: the strategy.
        executions: how many there were.
        failed: how many failed.
        windows: for each window, how many crossed it.
        behaviours: those of the executions that were looked at, so many digits each, in order.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    scenario: Name
    strategy: Name
    executions: Count
    failed: Count
    windows: dict[Name, Count]
    behaviours: str


@dataclass(frozen=True)
class Ordered:
    """An order of two locks, and the execution that showed it first."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    before: Text
    after: Text
    role: Name
    function: Name
    scenario: Name
    execution: Count


@dataclass(frozen=True)
class Leg:
    """The executions of one target in one round of a lane: what is run, or run again, whole.

    Attributes:
        lane: the lane.
        round: the round.
        target: the target's place in the plan.
        executions: how many there were.
        steps: for each scenario, their steps.
        seconds: how long it took.
        runs: the executions by scenario and strategy.
        failures: for each scenario and symptom, how many showed it.
        firsts: for each symptom, the place in the leg of the first that showed it, from 1.
        progress: for each scenario, window and number of its steps, how many came so far.
        called: what was called of what the kernel overrides.
        met: the failures that were looked into.
        orders: orders of locks that no earlier leg of the lane on this target had.
        lost: executions that are neither pass nor fail.
        out: why the lane goes on without this target, "" if it does not.
        bugs: what was wrong with the harness itself.
        manners: each symptom with each manner in which it failed; [] if a journal is older.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    lane: Count
    round: Count
    target: Count
    executions: Count
    steps: dict[Name, Count]
    seconds: Seconds
    runs: list[Ran]
    failures: list[tuple[Name, Text, Count]]
    firsts: dict[Text, Count]
    progress: list[tuple[Name, Name, Count, Count]]
    called: list[Name]
    met: list[Met]
    orders: list[Ordered]
    lost: list[Lost]
    out: Text
    bugs: list[Text]
    manners: list[tuple[Text, Text]] = field(default_factory=list)
    kind: Literal["leg"] = "leg"


@dataclass(frozen=True)
class Sought:
    """The known bugs that were looked for first, and what was wrong with the harness."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    canaries: list[CanaryRecord]
    bugs: list[Text]
    kind: Literal["sought"] = "sought"


@dataclass(frozen=True)
class Tried:
    """An earlier finding whose tokens were replayed.

    Attributes:
        id: the finding.
        outcome: how it came out, see stress/findings/elsewhere.py.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    id: Name
    outcome: Name
    kind: Literal["tried"] = "tried"


@dataclass(frozen=True)
class SpaceEntry:
    """A small machine that was explored.

    Attributes:
        explored: how far.
        met: the failures that were looked into.
        fault: why the user's class could not be judged, "" if it could.
        bugs: what was wrong with the harness itself.
        seconds: how long it took.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    explored: Explored
    met: list[Met]
    fault: Text
    bugs: list[Text]
    seconds: Seconds
    kind: Literal["space"] = "space"


@dataclass(frozen=True)
class Orders:
    """The orders of locks of the whole night, each with the token of an execution that shows it.

    Attributes:
        edges: the orders.
        met: the cycles that they close, alone or with those of earlier nights.
        bugs: why what looked like one does not hold.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    edges: list[Edge]
    met: list[Met]
    bugs: list[Text]
    kind: Literal["orders"] = "orders"


@dataclass(frozen=True)
class Begun:
    """The night was begun, or resumed."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    at: Name
    kind: Literal["begun"] = "begun"


@dataclass(frozen=True)
class Trouble:
    """Something happened to a process or a file, in words."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    what: Text
    kind: Literal["trouble"] = "trouble"


@dataclass(frozen=True)
class Ended:
    """The night came to its end by itself."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    at: Name
    kind: Literal["ended"] = "ended"


Entry = Annotated[
    Begun | Sought | Tried | Leg | SpaceEntry | Orders | Trouble | Ended,
    Field(discriminator="kind"),
]
