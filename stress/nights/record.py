# SPDX-License-Identifier: GPL-2.0-only
"""The record of a night: all that its journal comes to, and how it ended."""

import platform
from dataclasses import dataclass, replace
from importlib import metadata
from itertools import chain

from harness.engine import printable_name, printable_text
from stress.executions import model_digest
from stress.findings import FAILS
from stress.history import Explored, NightRecord, TargetRecord
from stress.nights.entries import Begun, Ended, Leg, Met, Orders, Sought, SpaceEntry, Tried, Trouble
from stress.nights.filing import file
from stress.nights.folder import platform_text
from stress.nights.plan import name_of
from stress.nights.summing import counted, in_order, target_record, tested_of
from stress.nights.tonight import Tonight


@dataclass(frozen=True)
class Around:
    """What is not in a night's journal.

    Attributes:
        commit: the git commit of the tree it was started in, "" if there is none.
        troubles: what happened to processes and files, beside what the journal has.
        at: the time, UTC, as an ISO date and time.
    """

    commit: str
    troubles: list[str]
    at: str


def night_record(night: Tonight, around: Around) -> NightRecord:
    """Return the record of a night as far as it has come, but for its verdict."""
    plan, legs = night.plan, in_order(night.done(Leg))
    sought = night.done(Sought)
    troubles = [*(trouble.what for trouble in night.done(Trouble)), *around.troubles]
    bugs = list(chain.from_iterable(_bugs(night)))
    return NightRecord(
        night=night.place.name,
        begun=night.begun,
        ended=around.at,
        seconds=round(night.seconds, 3),
        version=printable_name(metadata.version("vgic-stress")),
        python=platform.python_version(),
        platform=platform_text(),
        commit=around.commit,
        resumed=max(0, len(night.done(Begun)) - 1),
        troubles=list(map(printable_text, dict.fromkeys(troubles))),
        interrupted=not night.done(Ended),
        seed=plan.seed,
        model=model_digest(),
        shard=plan.shard,
        asked=plan.executions,
        duration_s=plan.duration_s,
        targets=[_target(night, number, legs) for number in range(len(plan.targets))],
        found=sorted({met.id for met in all_met(night)}),
        replayed=dict(sorted((each.id, each.outcome) for each in night.done(Tried))),
        explored=_explored(night),
        edges=[edge for orders in night.done(Orders) for edge in orders.edges],
        canaries=[canary for each in sought for canary in each.canaries],
        bugs=list(dict.fromkeys(bugs)),
        verdict="unfinished",
        exit=0,
        own_scenarios=list(map(printable_text, plan.own_scenarios)),
        points=plan.points,
        judge=plan.judge,
    )


def _target(night: Tonight, number: int, legs: list[Leg]) -> TargetRecord:
    tested = tested_of(night.plan.targets[number])
    mine = [leg for leg in legs if leg.target == number]
    record = target_record(night.plan, number, tested, mine)
    spaces = [space for space in night.done(SpaceEntry) if space.explored.target == record.target]
    faults = [space.fault for space in _planned(night, spaces) if space.fault]
    return replace(record, faults=[*record.faults, *faults])


def _explored(night: Tonight) -> list[Explored]:
    return [space.explored for space in _planned(night, night.done(SpaceEntry))]


def _planned(night: Tonight, spaces: list[SpaceEntry]) -> list[SpaceEntry]:
    """Return what was explored as it was planned, whatever has come to its end first."""
    names = [(name_of(night.plan.targets[n]), scenario) for n, scenario in night.plan.explores]
    return sorted(
        spaces, key=lambda space: names.index((space.explored.target, space.explored.scenario))
    )


def all_met(night: Tonight) -> list[Met]:
    """Return the failures that were looked into, in order."""
    found = [leg.met for leg in in_order(night.done(Leg))]
    found += [space.met for space in _planned(night, night.done(SpaceEntry))]
    found += [orders.met for orders in night.done(Orders)]
    return list(chain.from_iterable(found))


def _bugs(night: Tonight) -> list[list[str]]:
    bugs = [sought.bugs for sought in night.done(Sought)]
    bugs += [space.bugs for space in _planned(night, night.done(SpaceEntry))]
    bugs += [orders.bugs for orders in night.done(Orders)]
    return bugs + [leg.bugs for leg in in_order(night.done(Leg))]


def still_there(record: NightRecord) -> set[str]:
    """Return the ids of the findings that the search has met, or whose tokens fail."""
    failing = {id_ for id_, outcome in record.replayed.items() if outcome == FAILS}
    return {*record.found, *failing}


def file_counts(night: Tonight) -> None:
    """Write into each finding how often this night has seen it, and how soon.

    Raises:
        OSError: something cannot be written.
    """
    met, kept = all_met(night), night.history.findings()
    targets = {name_of(target): n for n, target in enumerate(night.plan.targets)}
    legs = in_order(night.done(Leg))
    for id_ in sorted({each.id for each in met}):
        finding = kept.get(id_)
        if finding is None:
            continue
        mine = [leg for leg in legs if leg.target == targets[finding.record.target]]
        mets = [each for each in met if each.id == id_]
        record = counted(finding.record, mets, mine, night.place.name)
        if record != finding.record:
            file(night.history, record, finding.folder)
