# SPDX-License-Identifier: GPL-2.0-only
"""The test that pytest runs, for code that explores in it without the fixture `schedules`.

It imports no more than pytest, as all that is loaded into every session.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from stress.plugin.counts import Counts, count, failed_after, fails_after
from stress.plugin.options import Budget, asked_of, folder_of, points_of, seed_of, strategy_of

if TYPE_CHECKING:
    from stress.executions import Target
    from stress.findings import Finding

_ITEMS: list[pytest.Item] = []
"""The tests whose bodies run, the innermost last: a test may run a session of its own."""


class Running:
    """What is asked of a test, and what becomes of what it has tried and found."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    @property
    def seed(self) -> int:
        """The seed of the session."""
        return seed_of(self._item.config)

    def strategy(self, called_with: str | None) -> str | None:
        """Return the name of the strategy; None if nobody has named one.

        Args:
            called_with: what the call says, None if nothing.
        """
        return strategy_of(self._item.config, called_with)

    def points(self, called_with: str | None) -> str:
        """Return where threads of a machine can be interleaved, by name.

        Args:
            called_with: what the call says, None if nothing.
        """
        return points_of(self._item.config, called_with)

    def budget(self, called_with: int | None) -> Budget | None:
        """Return how much is tried; None if nothing says so.

        Args:
            called_with: the executions that the call says, None if none.
        """
        budget = asked_of(self._item.config, called_with)
        return None if budget is None else replace(budget, at_least=failed_after(self._item))

    def count(self, counts: Counts) -> None:
        """Add what was tried just now."""
        count(self._item, counts)

    def fails_after(self, executions: int) -> None:
        """Note after how many executions of a call one has failed."""
        fails_after(self._item, executions)

    def settled(self, finding: "Finding", target: "Target") -> tuple[Sequence[str], Sequence[str]]:
        """Confirm a finding and keep it.

        Args:
            finding: what was found.
            target: what it was found on.

        Returns:
            What there is to say of that, and the tokens as they are given to a command.

        Raises:
            NotDeterministic: it came out otherwise in a fresh process.
        """
        from stress.plugin.keeping import FindingsFolder, settled

        config = self._item.config
        folder = FindingsFolder(folder_of(config), config.invocation_params.dir)
        return settled(finding, target, folder)


def running() -> Running | None:
    """Return the test whose body runs, None if pytest runs none."""
    return Running(_ITEMS[-1]) if _ITEMS else None


@contextmanager
def runs(item: pytest.Item) -> Iterator[None]:
    """Have a test be the one that runs."""
    _ITEMS.append(item)
    try:
        yield
    finally:
        _ITEMS.pop()
