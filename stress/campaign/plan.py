# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign is to do, as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.search.strategies import PORTFOLIO
from stress.campaign.order import Order
from stress.executions import Target
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS


@dataclass(frozen=True)
class Plan:
    """What a campaign is to do.

    Attributes:
        target: what is tested.
        scenarios: names of the scenarios, in order.
        seed: the seed.
        strategy: the strategy's name, or the mix.
        executions: how many executions in all; None for no limit.
        execution: only this one of each scenario, None for the first ones.
        duration_s: when to stop at the latest; None for no limit.
        stop_at_first: stop at the first finding.
        shrink_replays: how many replays shrinking one finding may take; 0 leaves it as found.
    """

    target: Target
    scenarios: Sequence[str]
    seed: int
    strategy: str
    executions: int | None
    execution: int | None = None
    duration_s: float | None = None
    stop_at_first: bool = False
    shrink_replays: int = REPLAYS

    @property
    def total(self) -> int | None:
        """How many executions at most; None for no limit."""
        return self.executions if self.execution is None else len(self.scenarios)

    def order(self) -> Order:
        """Return the order of its executions, from the first."""
        portfolios = {
            name: SCENARIOS[name].portfolio for name in self.scenarios if self.strategy == PORTFOLIO
        }
        return Order(self.scenarios, portfolios, self.executions, self.execution)
