# SPDX-License-Identifier: GPL-2.0-only
"""What a night leaves behind, as values that can be read for years.

A night is one file with all that it did; a part of a divided night is a night of its own.
"""

from dataclasses import dataclass, field

from stress.history.fields import (
    FORMAT,
    STRICT,
    Count,
    Name,
    Seconds,
    Seed,
    Text,
    TokenText,
)
from stress.history.target_records import TargetRecord


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

    __pydantic_config__ = STRICT

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

    __pydantic_config__ = STRICT

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

    __pydantic_config__ = STRICT

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
        own_scenarios: where scenarios of the user's own were from, each with its source's hash.
        points: where threads could be interleaved.
        judge: what judged.
    """

    __pydantic_config__ = STRICT

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
    own_scenarios: list[Text] = field(default_factory=list)
    points: Name = "standard"
    judge: Name = "invariants"
