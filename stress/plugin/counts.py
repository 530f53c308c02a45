# SPDX-License-Identifier: GPL-2.0-only
"""What a test has tried, in plain values: they go with its report, from a worker of xdist, too."""

from dataclasses import asdict, dataclass

import pytest


@dataclass(frozen=True)
class Counts:
    """What a test has tried and found, over all that it has asked for.

    Attributes:
        executions: how many there were.
        behaviours: how many different ones were seen.
        windows: how many windows they crossed.
        findings: the identity of each finding.
        seconds: how long it took.
    """

    executions: int = 0
    behaviours: int = 0
    windows: int = 0
    findings: tuple[str, ...] = ()
    seconds: float = 0.0

    def plus(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(
            executions=self.executions + other.executions,
            behaviours=self.behaviours + other.behaviours,
            windows=max(self.windows, other.windows),
            findings=(*self.findings, *other.findings),
            seconds=self.seconds + other.seconds,
        )


COUNTS = pytest.StashKey[Counts]()
"""What an item has tried so far; nothing is there if it has asked for nothing."""

_FAILED_AFTER = pytest.StashKey[int]()


def count(item: pytest.Item, counts: Counts) -> None:
    """Add what a test has tried just now."""
    item.stash[COUNTS] = item.stash.get(COUNTS, Counts()).plus(counts)


def fails_after(item: pytest.Item, executions: int) -> None:
    """Note after how many executions of a call one has failed."""
    item.stash[_FAILED_AFTER] = max(executions, failed_after(item))


def failed_after(item: pytest.Item) -> int:
    """Return after how many executions one has failed in any call of a test, 1 if none has.

    Where time ends a call, a later one has at least so many. Hypothesis runs what fails again, and
    it has to fail again however busy the computer is.
    """
    return item.stash.get(_FAILED_AFTER, 1)


@dataclass(frozen=True)
class RedTest:
    """How a test has failed whose schedules are not clean.

    Attributes:
        headline: what is wrong, in one line.
        file: the file of the test, whole.
        line: the line at which the test begins, from 1.
    """

    headline: str
    file: str
    line: int


def put_into(report: pytest.TestReport, item: pytest.Item, headline: str) -> None:
    """Put into the report of a test's call what it has tried, and how it has failed.

    Args:
        report: the report.
        item: the test.
        headline: what is wrong, in one line; "" if nothing is.
    """
    if COUNTS in item.stash:
        vars(report)["vgic_stress_counts"] = asdict(item.stash[COUNTS])
    if headline:
        failed = RedTest(headline, str(item.path), (item.location[1] or 0) + 1)
        vars(report)["vgic_stress_failed"] = asdict(failed)


def counts_of(report: object) -> Counts | None:
    """Return what a test has tried, None if that is no report of such a test."""
    values = getattr(report, "vgic_stress_counts", None)
    return None if values is None else Counts(**{**values, "findings": tuple(values["findings"])})


def failed_of(report: object) -> RedTest | None:
    """Return how a test has failed, None if its schedules are not what it failed by."""
    values = getattr(report, "vgic_stress_failed", None)
    return None if values is None else RedTest(**values)
