# SPDX-License-Identifier: GPL-2.0-only
"""Lanes: a night is so many sequences of rounds, and what one does depends on itself alone.

So the executions of a night are the same for any number of jobs, for one machine or for several of
which each has some of the lanes, and however often it is killed: what is next in a lane follows
from what has been, which is in the journal.

A cell is a scenario on a target. In a round each cell has some blocks of executions, half of them
equally and the others by what it still yields: new behaviours in the last rounds. Lane l has every
fourth block of a cell, from the l-th. A leg is what a round has of one target.

Guarantees: every cell has a block in each round of a lane, until its target is out; the blocks of a
cell are taken in order, and no two lanes have one in common.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from harness.detectors.lock_order import Learned
from stress.campaign import Known, divided, worth
from stress.nights.entries import BEHAVIOUR_DIGITS, Leg

LANES = 4
"""Of so many a night consists, for good: what it does would be something else with others."""

BLOCK = 24
"""Executions of a cell that are run one after the other."""

_BLOCKS_EACH = 2
"""So many blocks has a cell in a round, on average."""

_ROUNDS_BACK = 3
"""What a cell yields is what it has shown in so many rounds."""

_Cell = tuple[int, str]

_T = TypeVar("_T")


@dataclass(frozen=True)
class NextLeg:
    """A leg that is to be run.

    Attributes:
        lane: the lane.
        round: the round.
        target: the target's place in the plan.
        items: scenario and number of each execution.
    """

    lane: int
    round: int
    target: int
    items: tuple[tuple[str, int], ...]


class Lane:
    """One lane of a night.

    Attributes:
        number: which one it is.
        known: for each target, what its legs have found out.
    """

    def __init__(
        self, number: int, targets: int, scenarios: Sequence[str], executions: int | None
    ) -> None:
        """Begin with equal shares.

        Args:
            number: which one it is, from 0.
            targets: how many targets there are.
            scenarios: the names of the scenarios.
            executions: how many executions the whole night has; None for no limit.
        """
        self.number = number
        self.known = [Known() for _ in range(targets)]
        self._left = None if executions is None else share_of(executions, number)
        # Where there are few executions, lanes begin with different cells.
        self._cells: list[_Cell] = [
            (target, scenario)
            for target in _from(range(targets), number)
            for scenario in _from(scenarios, number)
        ]
        self._blocks = dict.fromkeys(self._cells, 0)
        self._yields: dict[_Cell, list[tuple[int, int]]] = {cell: [] for cell in self._cells}
        self._seen: set[tuple[int, str, str]] = set()
        self._out: set[int] = set()
        self._round = -1
        self._legs: Iterator[NextLeg] = iter(())
        self._wanted: NextLeg | None = None

    def wanted(self) -> NextLeg | None:
        """Return the leg to run next, None if there is none; the same until it is taken."""
        while self._wanted is None:
            if self._left == 0 or len(self._out) == len(self.known):
                return None
            leg = next(self._legs, None)
            if leg is None:
                self._begin_round()
            elif leg.target not in self._out:
                items = leg.items[: self._left]
                self._wanted = NextLeg(self.number, leg.round, leg.target, items)
        return self._wanted

    def take(self, leg: Leg) -> None:
        """Take a leg that was run into account: the one that is wanted."""
        wanted = self._wanted
        assert wanted is not None
        assert (leg.round, leg.target) == (wanted.round, wanted.target)
        self._wanted = None
        if self._left is not None:
            self._left -= len(wanted.items)
        if leg.out:
            self._out.add(leg.target)
        known = self.known[leg.target]
        for _, symptom, count in leg.failures:
            known.failures[symptom] += count
        # A journal from before manners were written down has none: then those without are known.
        unsaid = [(symptom, "") for _, symptom, _ in leg.failures]
        known.manners.update(leg.manners or unsaid)
        for each in leg.orders:
            learned = Learned(each.before, each.after, each.role, each.function)
            known.graph.add(learned, (each.scenario, each.execution))
        looked = dict.fromkeys((scenario for _, scenario in self._cells), 0)
        new = dict(looked)
        for ran in leg.runs:
            for behaviour in behaviours(ran.behaviours):
                looked[ran.scenario] += 1
                key = leg.target, ran.scenario, behaviour
                new[ran.scenario] += key not in self._seen
                self._seen.add(key)
        for scenario, count in looked.items():
            rounds = self._yields[leg.target, scenario]
            rounds.append((count, new[scenario]))
            del rounds[:-_ROUNDS_BACK]

    def is_wanted(self, leg: Leg) -> bool:
        """Say whether a leg of the journal is the one that is next."""
        wanted = self.wanted()
        return wanted is not None and (wanted.lane, wanted.round, wanted.target) == (
            leg.lane,
            leg.round,
            leg.target,
        )

    def _begin_round(self) -> None:
        """Plan a round by what is known before it."""
        self._round += 1
        cells = [cell for cell in self._cells if cell[0] not in self._out]
        worths = [
            worth(sum(each for each, _ in rounds), sum(each for _, each in rounds))
            for rounds in (self._yields[cell] for cell in cells)
        ]
        shares = dict(zip(cells, divided(_BLOCKS_EACH * len(cells), worths), strict=True))
        targets = list(dict.fromkeys(target for target, _ in cells))
        self._legs = iter([self._leg(target, shares) for target in targets])

    def _leg(self, target: int, shares: dict[_Cell, int]) -> NextLeg:
        """Take the blocks of one target: one of each cell, and then the next of each."""
        mine = {cell: share for cell, share in shares.items() if cell[0] == target}
        items: list[tuple[str, int]] = []
        for turn in range(max(mine.values())):
            for cell, share in mine.items():
                if turn < share:
                    first = (self._blocks[cell] * LANES + self.number) * BLOCK
                    items += [(cell[1], first + each) for each in range(BLOCK)]
                    self._blocks[cell] += 1
        return NextLeg(self.number, self._round, target, tuple(items))


def behaviours(text: str) -> list[str]:
    """Return the behaviours of a journal's entry, one by one."""
    return [text[at : at + BEHAVIOUR_DIGITS] for at in range(0, len(text), BEHAVIOUR_DIGITS)]


def share_of(executions: int, number: int) -> int:
    """Return how many of the executions of a night a lane has."""
    return executions // LANES + (number < executions % LANES)


def _from(values: Sequence[_T], number: int) -> list[_T]:
    """Return values from a place on that depends on the lane, and then those before it."""
    start = number * len(values) // LANES
    return [*values[start:], *values[:start]]
