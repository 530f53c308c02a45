# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a scenario of the user's own: before anything is run, or in an execution."""

from collections.abc import Iterable

from harness import HarnessBug

_BEGIN = "the scenario "


class BadScenarioFile(ValueError):
    """Scenarios of the user's own cannot be used; the message says which, why, and what to do."""


class ScenarioAtFault(HarnessBug):
    """A user's scenario has drawn no machine, or not always the same one.

    It comes up where a bug of the harness would, and is as little a failure of the kernel.
    """


def scenario_text(name: str, origin: str) -> str:
    """Return how a scenario of the user's own is called where something is wrong with it.

    Args:
        name: its name.
        origin: the file or the distribution that it is from.
    """
    return f"{_BEGIN}{name} ({origin})"


def of_scenarios(faults: Iterable[str]) -> bool:
    """Return whether these texts are all of scenarios, and none is of the class under test."""
    return all(fault.startswith(_BEGIN) for fault in faults)
