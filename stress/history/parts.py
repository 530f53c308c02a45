# SPDX-License-Identifier: GPL-2.0-only
"""Parts of one night that was divided between machines, and the night that they are together."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, zip_longest

from stress.history.adding import added_targets
from stress.history.naming import place_of
from stress.history.night_records import Edge, Explored, NightRecord
from stress.history.target_records import TargetRecord
from stress.system import Exit, worst


def parts_together(nights: Sequence[NightRecord]) -> list[list[NightRecord]]:
    """Return nights with the parts of each together, the oldest night first.

    An undivided night is its own only part. Where a part comes a second time a new night begins:
    the same seed may be run again.

    Args:
        nights: nights and parts of nights, in any order.
    """
    groups: list[list[NightRecord]] = []
    open_: dict[Hashable, list[NightRecord]] = {}
    for night in sorted(nights, key=place_of):
        tested = tuple((each.target, each.source) for each in night.targets)
        limits = night.asked, night.duration_s, night.shard[1]
        how = night.points, night.judge
        of_what = night.seed, night.model, how, tested, tuple(night.own_scenarios), limits
        group = open_.get(of_what)
        if night.shard[1] < 2 or group is None or night.shard in {each.shard for each in group}:
            group = open_[of_what] = []
            groups.append(group)
        group.append(night)
    return groups


def missing_parts(parts: Sequence[NightRecord]) -> list[int]:
    """Return which parts of a divided night are not among these, by number from 1."""
    there = {night.shard[0] for night in parts}
    return [number for number in range(1, parts[0].shard[1] + 1) if number not in there]


def one_night(
    parts: Sequence[NightRecord],
    targets: Sequence[TargetRecord] = (),
    edges: Sequence[Edge] = (),
) -> NightRecord:
    """Add up the parts of a divided night.

    From `seed` on the result is that of the undivided night, if what cannot be added up is given.
    Different behaviours and what follows from all executions of a target together are in the
    journals only: without `targets`, a behaviour that two parts have seen counts twice, and a
    window is below its floor if it is so in every part. Which execution was the first to show an
    order of locks is there, too: without `edges`, it is that of the first part to show it.

    Args:
        parts: all the parts, in any order.
        targets: what the night did with each target, from the journals of all parts.
        edges: the orders of locks, from the journals of all parts.

    Raises:
        ValueError: a part is missing, or they are not of one night; says which.
    """
    parts = sorted(parts, key=lambda night: night.shard)
    first = parts[0]
    if missing := missing_parts(parts):
        numbers = ", ".join(map(str, missing))
        raise ValueError(f"of the {first.shard[1]} parts of {first.night}, {numbers} is missing")
    if len(parts_together(parts)) > 1:
        names = ", ".join(night.night for night in parts)
        raise ValueError(f"these are not parts of one night: {names}")
    ended = worst(Exit(night.exit) for night in parts if night.exit in set(Exit))
    last = next((night for night in parts if night.exit == ended), first)
    replayed = [item for night in parts for item in night.replayed.items()]
    return replace(
        first,
        begun=min(night.begun for night in parts),
        ended=max(night.ended for night in parts),
        seconds=sum(night.seconds for night in parts),
        resumed=sum(night.resumed for night in parts),
        troubles=_each_once(night.troubles for night in parts),
        interrupted=any(night.interrupted for night in parts),
        shard=(1, 1),
        targets=list(targets) or added_targets([night.targets for night in parts]),
        found=sorted({id_ for night in parts for id_ in night.found}),
        replayed=dict(sorted(replayed)),
        explored=_dealt([night.explored for night in parts]),
        edges=list(edges) or _first_shown(night.edges for night in parts),
        bugs=_each_once(night.bugs for night in parts),
        verdict=last.verdict,
        exit=last.exit,
    )


def _each_once(texts: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(texts)))


def _dealt(hands: Sequence[Sequence[Explored]]) -> list[Explored]:
    """Return what was dealt out to the parts, one after the other, in the order it was in."""
    rounds = zip_longest(*hands)
    return [each for dealt in rounds for each in dealt if each is not None]


def _first_shown(edges: Iterable[Iterable[Edge]]) -> list[Edge]:
    found: dict[tuple[str, str, str, str], Edge] = {}
    for edge in chain.from_iterable(edges):
        found.setdefault((edge.target, edge.source, edge.before, edge.after), edge)
    return list(found.values())
