# SPDX-License-Identifier: GPL-2.0-only
"""What the search came through: the windows over time, and what each strategy yields."""

from dataclasses import dataclass, field

from stress.history import NightRecord
from stress.morning.page.facts import ManyNights, Table


@dataclass
class WindowRow:
    """One window over all nights.

    Attributes:
        window: the window.
        shares: in how many of 100 executions of each night it was crossed, None if none was run.
        below: the places of the nights in which it was below a floor.
        towards: the best progress of any target in the last night that has it.
    """

    window: str
    shares: list[float | None] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    towards: str = ""


def window_rows(history: ManyNights) -> list[WindowRow]:
    """Return the windows by name."""
    names = {
        row.window for night in history.nights for each in night.targets for row in each.windows
    }
    return [_window(history, name) for name in sorted(names)]


def _window(history: ManyNights, window: str) -> WindowRow:
    row = WindowRow(window)
    for at, night in enumerate(history.nights):
        row.shares.append(_share(night, window))
        found = [each for one in night.targets for each in one.windows if each.window == window]
        if found:
            row.towards = max(found, key=lambda each: each.reached).towards
        if any(each.below for each in found):
            row.below.append(at)
    return row


def _share(night: NightRecord, window: str) -> float | None:
    crossed = executions = 0
    for target in night.targets:
        for row in target.windows:
            if row.window == window:
                crossed += row.executions
                executions += target.executions
    return 100 * crossed / executions if executions else None


def windows_table(history: ManyNights) -> Table:
    """Return each window: how often it is crossed, and in how many nights too rarely."""
    rows = []
    for row in window_rows(history):
        shares = [share for share in row.shares if share is not None]
        last = row.shares[-1]
        rows.append(
            (
                row.window,
                "not run" if last is None else f"{last:.3f}",
                f"{min(shares):.3f}" if shares else "not run",
                f"{max(shares):.3f}" if shares else "not run",
                str(len(row.below)),
                row.towards,
            )
        )
    head = ("window", "last night", "least", "most", "nights below floor", "progress, last night")
    return Table("Executions that cross a window, in percent", head, rows, head[-1:])


@dataclass
class ArmRow:
    """One strategy over all nights and targets.

    Attributes:
        strategy: the strategy.
        executions: how many executions it had.
        looked: how many of them were looked at for their behaviour.
        distinct: how many different behaviours those showed, added up over nights and targets.
        failed: how many failed.
    """

    strategy: str
    executions: int = 0
    looked: int = 0
    distinct: int = 0
    failed: int = 0

    @property
    def behaviours(self) -> float:
        """Different behaviours in 100 executions that were looked at."""
        return 100 * self.distinct / self.looked if self.looked else 0.0

    @property
    def failures(self) -> float:
        """Failures in 1,000 executions."""
        return 1_000 * self.failed / self.executions if self.executions else 0.0


def arm_rows(history: ManyNights) -> list[ArmRow]:
    """Return what each strategy yields, the one with most behaviours first."""
    rows: dict[str, ArmRow] = {}
    for night in history.nights:
        for arm in (arm for target in night.targets for arm in target.arms):
            row = rows.setdefault(arm.strategy, ArmRow(arm.strategy))
            row.executions += arm.executions
            row.looked += arm.looked
            row.distinct += arm.distinct
            row.failed += arm.failed
    return sorted(rows.values(), key=lambda row: (-row.behaviours, row.strategy))


def arms_table(history: ManyNights) -> Table:
    """Return what each strategy yields."""
    rows = [
        (row.strategy, f"{row.executions:,}", f"{row.behaviours:.1f}", f"{row.failures:.2f}")
        for row in arm_rows(history)
    ]
    head = ("strategy", "executions", "behaviours in 100 looked at", "failures in 1,000")
    return Table("Yield by strategy, all nights and targets", head, rows)
