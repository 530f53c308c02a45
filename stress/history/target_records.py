# SPDX-License-Identifier: GPL-2.0-only
"""What a night did with one target: its scenarios, strategies and windows."""

from dataclasses import dataclass, field

from stress.history.fields import STRICT, Count, Name, Text


@dataclass(frozen=True)
class CellRecord:
    """The executions of one scenario on one target in one night.

    Attributes:
        scenario: the scenario.
        executions: how many.
        steps: their steps together.
        looked: how many were looked at for their behaviour.
        new: how many of those showed one that none before them had.
        failures: for each symptom, how many showed it.
    """

    __pydantic_config__ = STRICT

    scenario: Name
    executions: Count
    steps: Count
    looked: Count
    new: Count
    failures: dict[Text, Count]


@dataclass(frozen=True)
class ArmRecord:
    """The executions of one strategy on one target in one night.

    Attributes:
        strategy: the strategy.
        executions: how many.
        looked: how many were looked at for their behaviour.
        distinct: how many different behaviours those showed.
        failed: how many failed.
    """

    __pydantic_config__ = STRICT

    strategy: Name
    executions: Count
    looked: Count
    distinct: Count
    failed: Count


@dataclass(frozen=True)
class WindowRecord:
    """How far the executions of one target came towards one window.

    Attributes:
        window: the window.
        executions: how many crossed it.
        reached: how many of its steps were reached at most.
        steps: how many steps it has.
        towards: the best progress, in words.
        below: where it was crossed more rarely than its floor asks, in words.
    """

    __pydantic_config__ = STRICT

    window: Name
    executions: Count
    reached: Count
    steps: Count
    towards: Text
    below: list[Text]


@dataclass(frozen=True)
class Lost:
    """An execution that is neither pass nor fail: the process that ran it died, twice.

    Attributes:
        scenario: its scenario.
        execution: its number within the scenario.
        why: what happened to the process.
    """

    __pydantic_config__ = STRICT

    scenario: Name
    execution: Count
    why: Text


@dataclass(frozen=True)
class TargetRecord:
    """What one night did with one target.

    Attributes:
        target: what it was; a user's class by the base name of its file.
        source: the hash of the user's class, "" for a revision of ours.
        executions: how many executions there were.
        looked: how many were looked at for their behaviour.
        distinct: how many different behaviours those showed.
        cells: its scenarios.
        arms: its strategies.
        windows: the windows.
        lost: executions that are neither pass nor fail.
        faults: why the user's class could not be judged any further.
        reasons: why there were too few executions to judge.
        overrides: what the user's class overrides beyond a revision.
        changes_nothing: it is a user's class without anything that the kernel would call.
        never_crosses: the windows that it says it rightly never comes through.
    """

    __pydantic_config__ = STRICT

    target: Text
    source: Name
    executions: Count
    looked: Count
    distinct: Count
    cells: list[CellRecord]
    arms: list[ArmRecord]
    windows: list[WindowRecord]
    lost: list[Lost]
    faults: list[Text]
    reasons: list[Text]
    overrides: list[Name] = field(default_factory=list)
    changes_nothing: bool = False
    never_crosses: list[Name] = field(default_factory=list)
