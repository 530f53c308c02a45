# SPDX-License-Identifier: GPL-2.0-only
"""A finding: what there is to say of a race, and where it was first met."""

from dataclasses import dataclass

from stress.findings.example import Example
from stress.findings.inquiry import Answer

EXPLORING = "explore"
"""Stands for the strategy where exploring has found something."""


@dataclass(frozen=True)
class Finding:
    """A race: failures with one symptom that shrink to preemptions in the same functions.

    Those that the same method mends are one finding, which is told by the first of them.

    Attributes:
        scenario: the scenario of the first.
        execution: the index of the first within its scenario.
        strategy: the strategy that found the first.
        example: the first of them.
    """

    scenario: str
    execution: int
    strategy: str
    example: Example

    @property
    def signature(self) -> str:
        """Its identity."""
        return self.example.identity


def found(answer: Answer) -> Finding:
    """Return what an inquiry has found."""
    return Finding(answer.scenario, answer.execution, answer.strategy, answer.example)
