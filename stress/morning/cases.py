# SPDX-License-Identifier: GPL-2.0-only
"""A night as test cases: a suite a target, a case a scenario; one outcome each, the worst.

Programs that read results keep one outcome of a case and drop the others, so what else there is to
say of a case stands in its lines. No failure is lost: what belongs to no scenario has a case of its
own, and so has a symptom that no finding is known for. What was marked as known is no failure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from stress.findings import EXPLORING, FAILS
from stress.history import FindingRecord, NightRecord, TargetRecord
from stress.morning.morning import Morning
from stress.morning.replay_line import replay_line
from stress.system import counted

PASSED, SKIPPED, KNOWN, ERROR, FAILED = "passed", "skipped", "known", "error", "failed"
WORSE = (PASSED, SKIPPED, KNOWN, ERROR, FAILED)
"""The outcomes, the worst last."""

HARNESS = "vgic-stress"
ITSELF = "the class under test"
ELSEWHERE = "findings outside the scenarios"


@dataclass(frozen=True)
class NightCase:
    """A test case.

    Attributes:
        name: what was tested; no two of a suite have one name.
        outcome: one of `WORSE`.
        message: the worst there is to say of it, in a line; "" if nothing.
        lines: all there is to say of it.
    """

    name: str
    outcome: str = PASSED
    message: str = ""
    lines: tuple[str, ...] = ()

    def also(self, outcome: str, message: str, *lines: str) -> "NightCase":
        """Return the same with one thing more to say of it."""
        both = (*self.lines, message, *(f"  {line}" for line in lines))
        if WORSE.index(outcome) > WORSE.index(self.outcome):
            return replace(self, outcome=outcome, message=message, lines=both)
        return replace(self, lines=both)


@dataclass(frozen=True)
class NightSuite:
    """The test cases of one target, or of the harness itself.

    Attributes:
        name: the target.
        cases: its cases.
    """

    name: str
    cases: tuple[NightCase, ...]

    def count(self, outcome: str) -> int:
        """Return how many of the cases have an outcome."""
        return sum(case.outcome == outcome for case in self.cases)


def suites(morning: Morning) -> list[NightSuite]:
    """Return tonight as test cases, the harness itself first."""
    tonight = morning.tonight
    failing = {id_ for id_, outcome in tonight.replayed.items() if outcome == FAILS}
    shown = [each for each in morning.findings if each.id in {*tonight.found, *failing}]
    ran: list[tuple[str, TargetRecord | None]] = [(each.target, each) for each in tonight.targets]
    others = [*(each.target for each in tonight.explored), *(each.target for each in shown)]
    named = {name for name, _ in ran}
    ran += [(name, None) for name in dict.fromkeys(others) if name not in named]
    found = [NightSuite(HARNESS, tuple(_of_the_harness(morning)))]
    for name, target in ran:
        mine = [each for each in shown if each.target == name]
        cases = tuple(_of_a_target(morning, name, target, mine))
        found.append(NightSuite(name, cases))
    names = _different([suite.name for suite in found])
    return [
        NightSuite(name, tuple(_renamed(suite.cases)))
        for name, suite in zip(names, found, strict=True)
    ]


def _renamed(cases: Sequence[NightCase]) -> Iterator[NightCase]:
    names = _different([case.name for case in cases])
    return (replace(case, name=name) for name, case in zip(names, cases, strict=True))


def _different(names: Sequence[str]) -> list[str]:
    """Return names of which no two are alike: two files in two folders may be called the same."""
    taken: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in range(2, len(names) + 2))
        taken[next(each for each in chain([name], numbered) if each not in taken)] = None
    return list(taken)


def _of_the_harness(morning: Morning) -> Iterator[NightCase]:
    tonight = morning.tonight
    case = NightCase("the harness")
    for bug in tonight.bugs:
        case = case.also(ERROR, f"harness bug: {bug}")
    for lost in sorted(set(tonight.found) - {each.id for each in morning.findings}):
        case = case.also(ERROR, f"finding {lost} was found, and there is no record of it")
    if tonight.interrupted:
        case = case.also(SKIPPED, "the night was stopped before its end")
    yield case
    for canary in tonight.canaries:
        case = NightCase(f"canary {canary.bug}")
        yield case if canary.executions else case.also(ERROR, "a known bug was not found")


def _of_a_target(
    morning: Morning, name: str, target: TargetRecord | None, findings: Sequence[FindingRecord]
) -> Iterator[NightCase]:
    placed: set[str] = set()
    if target is not None:
        case = NightCase(ITSELF)
        for fault in target.faults:
            case = case.also(ERROR, fault)
        scenarios = {cell.scenario for cell in target.cells}
        for reason in target.reasons:
            if reason.partition(":")[0] not in scenarios:
                case = case.also(SKIPPED, f"too few to judge: {reason}")
        for lost in target.lost:
            if lost.scenario not in scenarios:
                where = f"execution {lost.execution} of {lost.scenario}"
                case = case.also(ERROR, f"neither pass nor fail: {where}: {lost.why}")
        yield case
        for cell in target.cells:
            here = [each for each in findings if _is_in(each, morning.tonight, cell.scenario)]
            here += [each for each in findings if each.symptom in cell.failures]
            placed |= {each.id for each in here}
            case = _with_findings(morning, NightCase(cell.scenario), here, cell.failures)
            yield _with_what_was_not_judged(case, target, cell.executions)
    for explored in morning.tonight.explored:
        if explored.target == name:
            here = [each for each in findings if each.symptom in explored.failures]
            placed |= {each.id for each in here}
            case = NightCase(f"explore {explored.scenario}")
            case = _with_findings(morning, case, here, explored.failures)
            yield case if explored.complete else case.also(SKIPPED, "limit hit, not a pass")
    rest = [each for each in findings if each.id not in placed]
    if rest:
        yield _with_findings(morning, NightCase(ELSEWHERE), rest, {})


def _is_in(finding: FindingRecord, night: NightRecord, scenario: str) -> bool:
    """Say whether a night has first seen a finding in a scenario."""
    return any(
        sighting.night == night.night
        and sighting.scenario == scenario
        and sighting.strategy != EXPLORING
        for sighting in finding.sightings
    )


def _with_findings(
    morning: Morning, case: NightCase, findings: Iterable[FindingRecord], failures: dict[str, int]
) -> NightCase:
    """Return a case with findings, each once, and with symptoms that are none of theirs."""
    findings = list({each.id: each for each in findings}.values())
    for finding in findings:
        text = f"finding {finding.id}: {finding.identity}: {finding.message}"
        command = replay_line(finding, morning.folders.get(finding.id))
        if morning.is_buried(finding):
            case = case.also(KNOWN, f"known, {morning.marks[finding.id].reason}: {text}", command)
        else:
            case = case.also(FAILED, text, command)
    for symptom in sorted(failures.keys() - {each.symptom for each in findings}):
        if not failures[symptom]:
            continue
        times = counted(failures[symptom], "execution")
        known = [each for each in findings if not morning.is_buried(each)]
        if known or not findings:
            case = case.also(FAILED, f"{symptom} in {times}")
        else:
            case = case.also(KNOWN, f"{symptom} in {times}, beside what is known")
    return case


def _with_what_was_not_judged(case: NightCase, target: TargetRecord, executions: int) -> NightCase:
    """Return the case of a scenario with its lost executions, and why they are too few."""
    for lost in target.lost:
        if lost.scenario == case.name:
            text = f"neither pass nor fail: execution {lost.execution}: {lost.why}"
            case = case.also(ERROR, text)
    for reason in target.reasons:
        if reason.partition(":")[0] == case.name:
            case = case.also(SKIPPED, f"too few to judge: {reason}")
    if not executions and case.outcome == PASSED:
        case = case.also(SKIPPED, "no execution")
    return replace(case, lines=(*case.lines, counted(executions, "execution")))
