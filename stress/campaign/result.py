# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign found out: counts, findings, and what was wrong with the harness itself."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from harness.search import Seen
from stress.findings import Answer, Finding, found
from stress.jobs import LOST_MAX, Fact
from vgic.judging import progress

ENDLESS_MAX = 100
"""A campaign ends after so many executions that came to the step bound."""


@dataclass
class Result:
    """What a campaign found out, in the order of its executions.

    Attributes:
        executions: how many were run.
        steps: their steps together.
        windows: for each window, how many executions crossed it.
        runs: for each scenario and strategy, how many executions there were.
        passed: for each strategy, how many executions had nothing wrong with them.
        deviated: for each strategy, how many of those left the quiet default.
        crossings: for each scenario, strategy and window, how many executions crossed it.
        progress: for each scenario and window, how many executions came to how many of its steps.
        seen: for each strategy, the behaviours of the executions that were looked at.
        seen_by_all: the same for all strategies together.
        failures: for each symptom, how many executions showed it.
        overrides: what the kernel under test overrides beyond a revision.
        called: what of that was called in some execution.
        changes_nothing: it is a user's class without anything that the kernel would call.
        never_crosses: the windows that it says it rightly never comes through.
        findings: by signature, in order of the first.
        also: for each finding, by signature, what else is mended by what mends it.
        kept: for each finding, by signature, the folder it is kept in; None if there is none.
        compared: how many executions were run once more in a fresh process, and came out alike.
        lost: executions that are neither pass nor fail, since they have ended the process that ran
            them: scenario, number within the scenario, and what happened.
        not_rerun: the same for what could not be run once more in a fresh process.
        bugs: what was wrong with the harness itself.
        faults: why the user's class cannot be judged: it is not deterministic, or blocks.
        interrupted: somebody stopped it.
        seconds: how long it took.
    """

    executions: int = 0
    steps: int = 0
    windows: Counter[str] = field(default_factory=Counter)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    deviated: Counter[str] = field(default_factory=Counter)
    crossings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    progress: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    seen: dict[str, Seen] = field(default_factory=dict)
    seen_by_all: Seen = field(default_factory=Seen)
    failures: Counter[str] = field(default_factory=Counter)
    overrides: tuple[str, ...] = ()
    called: set[str] = field(default_factory=set)
    changes_nothing: bool = False
    never_crosses: frozenset[str] = frozenset()
    findings: dict[str, Finding] = field(default_factory=dict)
    also: dict[str, list[Finding]] = field(default_factory=dict)
    kept: dict[str, Path | None] = field(default_factory=dict)
    compared: int = 0
    lost: list[tuple[str, int, str]] = field(default_factory=list)
    not_rerun: list[tuple[str, int, str]] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    interrupted: bool = False
    seconds: float = 0.0

    def add(self, fact: Fact) -> None:
        """Add one execution."""
        self.executions += 1
        self.steps += fact.steps
        self.runs[fact.scenario, fact.strategy] += 1
        if fact.signature is None:
            # What fails may do so before there was anything to decide.
            self.passed[fact.strategy] += 1
            self.deviated[fact.strategy] += fact.deviated
        for window in fact.windows:
            self.windows[window] += 1
            self.crossings[fact.scenario, fact.strategy, window] += 1
        for window, steps in progress(fact.windows | fact.reached):
            self.progress[fact.scenario, window, steps] += 1
        self.called |= fact.called
        if fact.behaviour is not None:
            self.seen.setdefault(fact.strategy, Seen()).add(fact.behaviour)
            self.seen_by_all.add(fact.behaviour)
        if fact.signature is not None:
            self.failures[fact.signature] += 1

    def best_progress(self, window: str, scenario: str | None = None) -> tuple[int, int]:
        """Return to how many steps of a window an execution came at most, and how many came there.

        Args:
            window: the window.
            scenario: look at its executions only; None for all.
        """
        counts = Counter[int]()
        for (name, which, steps), count in self.progress.items():
            if which == window and scenario in (None, name):
                counts[steps] += count
        best = max(counts, default=0)
        return best, counts[best]

    @property
    def never_called(self) -> tuple[str, ...]:
        """The overrides that no execution has called, by name."""
        return tuple(name for name in self.overrides if name not in self.called)

    @property
    def tested_nothing(self) -> bool:
        """Whether no override was called, or there is none: only the revision was run."""
        return self.changes_nothing or (bool(self.overrides) and not self.called)

    @property
    def is_broken(self) -> bool:
        """Whether what further executions would come to could not be believed."""
        return bool(self.bugs or self.faults)

    @property
    def loses_too_many(self) -> bool:
        """Whether so many executions were lost that the class under test has to be at fault."""
        return len(self.lost) >= LOST_MAX

    @property
    def why_too_many_were_lost(self) -> str:
        """What became of the last execution that was lost, "" if they are not too many."""
        if not self.loses_too_many:
            return ""
        name, index, why = self.lost[-1]
        return (
            f"{len(self.lost)} executions were lost, so no more were run; the last one was "
            f"execution {index} of {name}: {why}"
        )

    @property
    def is_endless(self) -> bool:
        """Whether so many executions came to the step bound that more would show nothing new.

        Each takes as long as a hundred others: twelve thousand of them would take a night.
        """
        endless = sum(n for symptom, n in self.failures.items() if symptom.startswith("step bound"))
        return endless >= ENDLESS_MAX

    @property
    def symptoms(self) -> list[str]:
        """The symptoms of all that was found."""
        also = (each for others in self.also.values() for each in others)
        return [finding.example.symptom for finding in (*self.findings.values(), *also)]

    def find(self, answer: Answer) -> Finding | None:
        """Add what came of an inquiry; return it if there was none with its signature before."""
        finding = found(answer)
        known = {each.signature for others in self.also.values() for each in others}
        if finding.signature in self.findings or finding.signature in known:
            return None
        one = self.one_with(finding)
        if one is None:
            self.findings[finding.signature] = finding
        else:
            self.also.setdefault(one.signature, []).append(finding)
        return finding

    def mends(self, finding: Finding) -> tuple[str, ...]:
        """Return what mends a finding and whatever it was also seen as."""
        others = self.also.get(finding.signature, [])
        return tuple(
            name
            for name in finding.example.mends
            if all(name in other.example.mends for other in others)
        )

    def one_with(self, finding: Finding) -> Finding | None:
        """Return the finding that is mended by what mends this one, too; None if there is none."""
        mended = set(finding.example.mends)
        ones = (one for one in self.findings.values() if one.signature != finding.signature)
        return next((one for one in ones if mended.intersection(self.mends(one))), None)
