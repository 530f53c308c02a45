# SPDX-License-Identifier: GPL-2.0-only
"""What a scenario is: a function that draws parameters, and what a campaign expects of it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from harness import Streams
from harness.search.strategies import ARMS, MIX, MIXED, PORTFOLIO
from stress.scenarios.floors import Floors
from stress.scenarios.rates import RATES
from vgic import Parameters


@dataclass(frozen=True)
class Scenario:
    """A kind of execution.

    Attributes:
        draw: draws the parameters of one execution; its docstring opens like a litmus test.
        length: the steps of a usual execution; fixed, since PCT places its change points by it.
        executions_min: fewer executions than this are too few to judge.
        portfolio: the strategies of its portfolio, by the number of the execution.
    """

    draw: Callable[[Streams], Parameters]
    length: int
    executions_min: int
    portfolio: tuple[str, ...] = ARMS

    def arms(self, strategy: str) -> tuple[str, ...]:
        """Return the strategies that one asked for by name consists of here."""
        return {MIX: MIXED, PORTFOLIO: self.portfolio}.get(strategy, (strategy,))

    def strategy(self, strategy: str, index: int) -> str:
        """Return which strategy an execution uses when this one is asked for."""
        arms = self.arms(strategy)
        return arms[index % len(arms)]

    def parameters(self, seed: int, index: int) -> Parameters:
        """Draw the parameters of one execution of a seed.

        Args:
            seed: the seed.
            index: the number of the execution, from 0.

        Raises:
            ScenarioAtFault: the scenario is a user's own and draws no machine, or not always the
                same one.
        """
        return self.draw(Streams(seed, self.name, index))

    @property
    def origin(self) -> str:
        """Where it comes from if it is a user's own, "" if it is delivered here."""
        return ""

    @property
    def floors(self) -> Floors:
        """The windows that must be crossed."""
        return Floors(RATES.get(self.name, {}), self.executions_min // len(MIXED))

    @property
    def name(self) -> str:
        """The name it is run by."""
        return self.draw.__name__

    @property
    def text(self) -> str:
        """Its docstring: what it does, the expected result, and why."""
        return inspect.getdoc(self.draw) or ""

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return self.text.partition("\n")[0]

    @property
    def result(self) -> str:
        """`Never` or `Sometimes`: whether a correct kernel can fail."""
        for line in self.text.splitlines():
            if line.startswith("Result: "):
                return line.removeprefix("Result: ").strip()
        return ""
