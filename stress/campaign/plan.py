# SPDX-License-Identifier: GPL-2.0-only
"""What a campaign is to do, as values."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.detectors.lock_order import Witnessed
from harness.search.strategies import PORTFOLIO
from stress.campaign.order import Item, Listed, Order
from stress.executions import Target
from stress.findings import Inquiry
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
        items: just these executions, in this order; None for those that the rest leads to.
        confirmations: how often a failure has to come out alike in a fresh process.
        elsewhere: try each finding on every revision, too.
        explained: shrink and show each finding; without, it is only confirmed.
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
    items: tuple[Item, ...] | None = None
    confirmations: int = 1
    elsewhere: bool = False
    explained: bool = True

    @property
    def total(self) -> int | None:
        """How many executions at most; None for no limit."""
        if self.items is not None:
            return len(self.items)
        return self.executions if self.execution is None else len(self.scenarios)

    def inquiry(
        self, number: int, items: tuple[Item, ...], orders: tuple[Witnessed, ...], machine: str
    ) -> Inquiry:
        """Return an inquiry into executions of this plan.

        Args:
            number: its number.
            items: the executions.
            orders: the steps of a cycle in the order of locks, () if it is about a failure.
            machine: the digest of what a user's scenario drew, "" if it is not one or not known.
        """
        return Inquiry(
            number=number,
            target=self.target,
            seed=self.seed,
            strategy=self.strategy,
            items=items,
            replays_max=self.shrink_replays,
            orders=orders,
            elsewhere=self.elsewhere,
            machine=machine,
            explained=self.explained,
        )

    def order(self) -> Order | Listed:
        """Return the order of its executions, from the first."""
        if self.items is not None:
            return Listed(self.items)
        portfolios = {
            name: SCENARIOS[name].portfolio for name in self.scenarios if self.strategy == PORTFOLIO
        }
        return Order(self.scenarios, portfolios, self.executions, self.execution)
