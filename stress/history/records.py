# SPDX-License-Identifier: GPL-2.0-only
"""What a finding leaves behind over many nights, as values that can be read for years.

Each record is a file in a folder, written whole. Reading checks every field: a folder may have been
damaged, merged from another machine, or made to harm, and what is in it is printed.
"""

from dataclasses import dataclass

from stress.history.fields import FORMAT, STRICT, Count, Name, Seed, Text, TokenText


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

    __pydantic_config__ = STRICT

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

    __pydantic_config__ = STRICT

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

    __pydantic_config__ = STRICT

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

    __pydantic_config__ = STRICT

    state: Name
    reason: Text
    until: Name
    at: Name
    format: int = FORMAT
