# SPDX-License-Identifier: GPL-2.0-only
"""The portfolio: which executions of a scenario to run, more of the strategies that find something.

The number of an execution says which strategy it uses, by its remainder; so choosing numbers is
choosing strategies, and execution 17 is the same whatever chose it. A portfolio goes by epochs. The
share of a strategy in an epoch follows from what it has shown for its cost up to the last epoch
but one, in the campaign's order, so that the next one can begin before the last has ended, and
the result does not depend on the number of jobs.

Guarantees: every strategy has at least half of an equal share in each epoch; shares are computed in
integers, so every Python chooses alike.
"""

from collections.abc import Sequence

from harness.search.strategies import RUNS

EPOCH = 48
"""Executions of one scenario in one epoch."""

LAG = 2
"""An epoch is planned from what was known so many epochs before it."""


def divided(total: int, worths: Sequence[int]) -> list[int]:
    """Divide a number of executions: half of it equally, the other half by worth.

    Args:
        total: how many there are; at least twice as many as there are worths.
        worths: what each is worth, above zero.
    """
    count = len(worths)
    least = total // (2 * count)
    left = total - least * count
    shares = [least + left * each // sum(worths) for each in worths]
    # What rounding has left over goes to those that lead.
    for place in sorted(range(count), key=lambda place: -worths[place])[: total - sum(shares)]:
        shares[place] += 1
    return shares


def worth(looked_at: int, new: int, cost: int = 1) -> int:
    """Return what it is worth to go on with something, by what it has shown for its cost.

    One new behaviour in one look is believed of everybody before anything is known.

    Args:
        looked_at: in how many executions somebody looked.
        new: how many of those showed something new.
        cost: what one of them costs.
    """
    return 1_000_000 * (1 + new) // ((1 + looked_at) * cost)


class Portfolio:
    """The choice of executions for one scenario."""

    def __init__(self, arms: Sequence[str]) -> None:
        """Begin with equal shares.

        Args:
            arms: the strategies, by the remainder of the execution's number.
        """
        self._arms = arms
        self._next = [0] * len(arms)
        self._looked_at = [0] * len(arms)
        self._new = [0] * len(arms)
        self._seen: set[str] = set()
        self._counted = 0
        self._shares = [self._plan()] * LAG

    @property
    def epochs_known(self) -> int:
        """How many epochs can be taken by now."""
        return len(self._shares)

    def take(self, epoch: int) -> list[int]:
        """Return the numbers of the executions of an epoch; the epochs are taken in order."""
        shares = self._shares[epoch]
        numbers = []
        for turn in range(max(shares)):
            for arm, share in enumerate(shares):
                if turn < share:
                    numbers.append(arm + len(self._arms) * self._next[arm])
                    self._next[arm] += 1
        return numbers

    def learn(self, number: int, behaviour: str | None) -> None:
        """Take the next execution into account, in the order in which they were taken.

        Args:
            number: its number.
            behaviour: what it showed, None if nobody looked.
        """
        if behaviour is not None:
            arm = number % len(self._arms)
            self._looked_at[arm] += 1
            self._new[arm] += behaviour not in self._seen
            self._seen.add(behaviour)
        self._counted += 1
        if self._counted % EPOCH == 0:
            self._shares.append(self._plan())

    def _plan(self) -> list[int]:
        """Divide an epoch by what was new for its cost."""
        worths = [
            worth(looked_at, new, RUNS.get(arm, 1))
            for arm, new, looked_at in zip(self._arms, self._new, self._looked_at, strict=True)
        ]
        return divided(EPOCH, worths)
