# SPDX-License-Identifier: GPL-2.0-only
"""The order of a campaign: which execution of which scenario comes next.

Number g of a campaign is an execution of scenario g mod S. Without a portfolio it is execution g
div S; with one it is whatever the portfolio of that scenario has chosen. A shorter campaign is a
prefix of a longer one.
"""

from collections.abc import Mapping, Sequence

from stress.campaign.portfolio import Portfolio

Item = tuple[str, int]
"""A scenario and the number of an execution."""


class Listed:
    """Hands out executions that somebody has chosen already, in the order in which they stand."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._taken = 0

    def take(self, count: int) -> tuple[Item, ...]:
        """Return the next executions, at most so many."""
        items = tuple(self._items[self._taken : self._taken + count])
        self._taken += len(items)
        return items

    def learn(self, item: Item, behaviour: str | None) -> None:
        """Take an execution into account: nothing depends on it here."""


class Order:
    """Hands out the executions of a campaign one after the other."""

    def __init__(
        self,
        scenarios: Sequence[str],
        portfolios: Mapping[str, Sequence[str]],
        executions: int | None,
        execution: int | None = None,
    ) -> None:
        """Begin with the first.

        Args:
            scenarios: names of the scenarios, in order.
            portfolios: the strategies of a scenario that has a portfolio, by execution number.
            executions: how many executions in all; None for no end.
            execution: only this one of each scenario, None for the first ones.
        """
        self._scenarios = scenarios
        self._execution = execution
        self._end = executions if execution is None and scenarios else len(scenarios)
        self._taken = 0
        chooses = execution is None
        self._portfolios = {name: Portfolio(arms) for name, arms in portfolios.items() if chooses}
        self._numbers: dict[str, list[int]] = {name: [] for name in scenarios}
        self._epochs = dict.fromkeys(scenarios, 0)

    @property
    def over(self) -> bool:
        """Whether all executions have been handed out."""
        return self._taken == self._end

    def take(self, count: int) -> tuple[Item, ...]:
        """Return the next executions, at most so many; fewer if more has to be learned first."""
        items: list[Item] = []
        while len(items) < count and not self.over:
            index, which = divmod(self._taken, len(self._scenarios))
            name = self._scenarios[which]
            if self._execution is not None:
                index = self._execution
            if name in self._portfolios:
                if not self._chosen(name):
                    break
                index = self._numbers[name].pop(0)
            items.append((name, index))
            self._taken += 1
        return tuple(items)

    def learn(self, item: Item, behaviour: str | None) -> None:
        """Take the next execution into account, in the order in which they were handed out."""
        name, number = item
        if name in self._portfolios:
            self._portfolios[name].learn(number, behaviour)

    def _chosen(self, name: str) -> bool:
        """Have numbers at hand, if the portfolio knows enough to choose them."""
        if not self._numbers[name] and self._epochs[name] < self._portfolios[name].epochs_known:
            self._numbers[name] = self._portfolios[name].take(self._epochs[name])
            self._epochs[name] += 1
        return bool(self._numbers[name])
