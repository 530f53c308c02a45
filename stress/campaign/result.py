# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign found out: counts, findings, and what was wrong with the harness itself."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from harness.search import Seen
from stress.findings import Answer, Finding, found
from stress.jobs import Fact

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
        seen: for each strategy, the behaviours of the executions that were looked at.
        seen_by_all: the same for all strategies together.
        failures: for each symptom, how many executions showed it.
        findings: by signature, in order of the first.
        kept: for each finding, by signature, the folder it is kept in; None if there is none.
        compared: how many executions were run once more in a fresh process, and came out alike.
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
    seen: dict[str, Seen] = field(default_factory=dict)
    seen_by_all: Seen = field(default_factory=Seen)
    failures: Counter[str] = field(default_factory=Counter)
    findings: dict[str, Finding] = field(default_factory=dict)
    kept: dict[str, Path | None] = field(default_factory=dict)
    compared: int = 0
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
        if fact.behaviour is not None:
            self.seen.setdefault(fact.strategy, Seen()).add(fact.behaviour)
            self.seen_by_all.add(fact.behaviour)
        if fact.signature is not None:
            self.failures[fact.signature] += 1

    @property
    def is_broken(self) -> bool:
        """Whether what further executions would come to could not be believed."""
        return bool(self.bugs or self.faults)

    @property
    def is_endless(self) -> bool:
        """Whether so many executions came to the step bound that more would show nothing new.

        Each takes as long as a hundred others: twelve thousand of them would take a night.
        """
        endless = sum(n for symptom, n in self.failures.items() if symptom.startswith("step bound"))
        return endless >= ENDLESS_MAX

    def find(self, answer: Answer) -> Finding | None:
        """Add what came of an inquiry; return the finding if there was none like it before."""
        finding = found(answer)
        if finding.signature in self.findings:
            return None
        self.findings[finding.signature] = finding
        return finding
