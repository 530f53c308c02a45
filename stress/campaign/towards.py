# SPDX-License-Identifier: GPL-2.0-only
"""How far a campaign came towards a window that it did not cross, in words."""

from stress.campaign.result import Result
from stress.system import counted
from vgic.judging import steps_of


def towards(result: Result, window: str, scenario: str | None = None) -> str:
    """Return the best progress towards a window: the steps that were reached, and those never.

    Args:
        result: what came of the campaign.
        window: the window.
        scenario: look at its executions only; None for all.
    """
    steps = steps_of(window)
    best, count = result.best_progress(window, scenario)
    if best == len(steps):
        return f"{best} of {best} steps in {counted(count, 'execution')}: {'; '.join(steps)}"
    reached = f"in {counted(count, 'execution')}: {'; '.join(steps[:best])}; " if best else ""
    return f"{best} of {len(steps)} steps {reached}never: {'; '.join(steps[best:])}"
