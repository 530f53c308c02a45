# SPDX-License-Identifier: GPL-2.0-only
"""What a night and a finding leave behind, as values that can be read for years.

Each record is a file in a folder, written whole. Reading checks every field: a folder may have been
damaged, merged from another machine, or made to harm, and what is in it is printed.
"""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from harness.engine import NAME_MAX, TEXT_MAX, is_printable

FORMAT = 1
"""The version of the records; a record of another one is refused, and says so."""

_TOKEN_MAX = 2 << 20
_STRICT = ConfigDict(strict=True, extra="forbid")


def _printable(text: str) -> str:
    if not is_printable(text):
        raise ValueError("it is not one printable line")
    return text


Name = Annotated[str, Field(max_length=NAME_MAX), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=TEXT_MAX), AfterValidator(_printable)]
TokenText = Annotated[str, Field(max_length=_TOKEN_MAX), AfterValidator(_printable)]
Count = Annotated[int, Field(ge=0, lt=1 << 63)]
Seed = Annotated[int, Field(ge=0, lt=1 << 64)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class Sighting:
    """One night in which the search met a finding.

    Attributes:
        night: the night's name.
        at: when the night began, UTC, as an ISO date and time.
        model: the digest of the model's source.
        source: the hash of the user's class, "" for a revision of ours.
        seed: the night's seed.
        scenario: the scenario of the first execution that showed it.
        execution: its number within the scenario.
        strategy: the strategy that found it; `explore` if exploring did.
        token: replays that execution as it was found.
        count: how many executions of the night had its symptom on this target.
        executions: how many executions of this target the night had.
        to_find: how many of them there were up to the first.
    """

    __pydantic_config__ = _STRICT

    night: Name
    at: Name
    model: Name
    source: Name
    seed: Seed
    scenario: Name
    execution: Count
    strategy: Name
    token: TokenText
    count: Count
    executions: Count
    to_find: Count


@dataclass(frozen=True)
class Replayed:
    """One night in which a finding's token was replayed.

    Attributes:
        night: the night's name.
        at: when the night began, UTC, as an ISO date and time.
        model: the digest of the model's source.
        source: the hash of the user's class, "" for a revision of ours.
        outcome: `fails`, `passes` or `cannot be judged`.
    """

    __pydantic_config__ = _STRICT

    night: Name
    at: Name
    model: Name
    source: Name
    outcome: Name


@dataclass(frozen=True)
class FindingRecord:
    """A finding, over all nights: `finding.json` in its folder.

    Attributes:
        id: 12 hexadecimal digits over target and identity.
        target: what it was found on; a user's class by the base name of its file.
        identity: the symptom, with the functions at the preemptions that shrinking has left.
        symptom: how its executions fail.
        kind: what kind of failure that is.
        message: what goes wrong, in a line.
        races: it is only to be seen where data races are checked.
        token: replays it in its simplest form.
        others: the tokens of the other executions that it takes.
        confirmed: how often it came out alike on OS threads, of how many times.
        mended_by: what mends it, see stress/findings/mending.py.
        fails_on: the revisions that its token fails on.
        passes_on: the revisions that its token passes on.
        trailers: lines for a mend's commit message.
        sightings: the nights in which it was seen, the first one first.
        replays: the nights in which its token was replayed, the first one first.
    """

    __pydantic_config__ = _STRICT

    id: Name
    target: Text
    identity: Text
    symptom: Text
    kind: Name
    message: Text
    races: bool
    token: TokenText
    others: list[TokenText]
    confirmed: tuple[Count, Count]
    mended_by: list[Text]
    fails_on: list[Name]
    passes_on: list[Name]
    trailers: list[Text]
    sightings: list[Sighting]
    replays: list[Replayed]
    format: int = FORMAT


@dataclass(frozen=True)
class Mark:
    """What somebody has said of a finding: `mark.json` in its folder.

    Attributes:
        state: `known` or `invalid`.
        reason: why.
        until: the day after which it no longer holds, as an ISO date; "" for good.
        at: when it was said, UTC, as an ISO date and time.
    """

    __pydantic_config__ = _STRICT

    state: Name
    reason: Text
    until: Name
    at: Name
    format: int = FORMAT


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

    __pydantic_config__ = _STRICT

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

    __pydantic_config__ = _STRICT

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

    __pydantic_config__ = _STRICT

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

    __pydantic_config__ = _STRICT

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
    """

    __pydantic_config__ = _STRICT

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


@dataclass(frozen=True)
class Explored:
    """One small machine that was explored.

    Attributes:
        target: on what.
        scenario: the scenario.
        complete: every schedule was run, those that make no difference left out.
        executions: how many were run.
        failures: for each symptom, how many showed it.
    """

    __pydantic_config__ = _STRICT

    target: Text
    scenario: Name
    complete: bool
    executions: Count
    failures: dict[Text, Count]


@dataclass(frozen=True)
class Edge:
    """An order in which two locks were taken.

    Attributes:
        target: what was run.
        source: the hash of the user's class, "" for a revision of ours.
        before: the class that was held, with its subclass.
        after: the class that was wanted.
        role: the thread that did; "" if none did, and the order is documented.
        function: the model function in which it did.
        token: replays the first execution that showed it, "" if it is documented.
    """

    __pydantic_config__ = _STRICT

    target: Text
    source: Name
    before: Text
    after: Text
    role: Name
    function: Name
    token: TokenText


@dataclass(frozen=True)
class CanaryRecord:
    """A known bug that was looked for first.

    Attributes:
        bug: its name.
        executions: after how many executions it was found; 0 if it was not.
    """

    __pydantic_config__ = _STRICT

    bug: Name
    executions: Count


@dataclass(frozen=True)
class NightRecord:
    """What one night did: `summary.json` in its folder.

    What depends on the machine and the clock stands first; all from `seed` on is the same for the
    same night whatever the number of jobs, and however often it was killed and resumed.

    Attributes:
        night: its name.
        begun: when it began, UTC, as an ISO date and time.
        ended: when it last ended.
        seconds: for how long it has run, all together.
        version: of vgic-stress.
        python: of Python.
        platform: the machine's kind.
        commit: the git commit of the tree it was started in, "" if there is none.
        resumed: how often it was resumed.
        troubles: what happened to processes and files, in words.
        interrupted: it was stopped before its end.
        seed: its seed.
        model: the digest of the model's source.
        shard: which part of how many it was.
        asked: how many executions were asked for; None if only time limits it.
        duration_s: how long it was to take; None if only executions limit it.
        targets: what it did with each target.
        found: the ids of the findings that the search met.
        replayed: how the tokens of earlier findings came out, by id.
        explored: the small machines that were explored.
        edges: the orders of locks that were seen.
        canaries: the known bugs that were looked for.
        bugs: what was wrong with the harness itself.
        verdict: the verdict in a word or two.
        exit: the exit code.
    """

    __pydantic_config__ = _STRICT

    night: Name
    begun: Name
    ended: Name
    seconds: Seconds
    version: Name
    python: Name
    platform: Text
    commit: Name
    resumed: Count
    troubles: list[Text]
    interrupted: bool
    seed: Seed
    model: Name
    shard: tuple[Count, Count]
    asked: Count | None
    duration_s: Seconds | None
    targets: list[TargetRecord]
    found: list[Name]
    replayed: dict[Name, Name]
    explored: list[Explored]
    edges: list[Edge]
    canaries: list[CanaryRecord]
    bugs: list[Text]
    verdict: Name
    exit: int
    format: int = field(default=FORMAT)
