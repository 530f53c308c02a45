# SPDX-License-Identifier: GPL-2.0-only
"""Which of the values that guests have written to a register may stand.

Of writes that overlapped any may have been the last. A write that came to an end and was followed
by another stands no more. One may take effect later than it returns, as the architecture allows of
these registers: from then on it overlaps whatever comes, until it is seen to stand.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vgic.data import Exit

NOT_YET = float("inf")


class Written(NamedTuple):
    """A write that has returned.

    Attributes:
        access: the write.
        value: what it writes.
        ended: the step by which it had taken effect; none if it is still to.
    """

    access: Exit
    value: bool | int
    ended: float


class Standing:
    """The writes to one register of one interrupt that may stand.

    Attributes:
        under_way: how many have begun and not returned.
        writes: those that have returned, and that no later one is known to have replaced.
        late: some of them are still to be carried out.
    """

    __slots__ = ("late", "under_way", "writes")

    def __init__(self) -> None:
        self.under_way = 0
        self.writes: list[Written] = []
        self.late = False

    def begin(self) -> None:
        """A write begins."""
        self.under_way += 1

    def end(self, access: Exit, began: int, step: float) -> None:
        """A write returns, and replaces what had taken effect before it began.

        Args:
            access: the write.
            began: the step at which it began.
            step: the step by which it has taken effect, NOT_YET if somebody is still to carry it
                out.
        """
        self.under_way -= 1
        self.writes = [each for each in self.writes if each.ended >= began]
        self.writes.append(Written(access, access.asks.value, step))
        self.late = self.late or step == NOT_YET

    def give_up(self) -> None:
        """A write returns, and may have been refused: nothing is known of what stands."""
        self.under_way -= 1
        self.writes = []

    def values(self) -> Sequence[bool | int]:
        """Return the values that may stand."""
        return [each.value for each in self.writes]

    def settle(self, value: bool | int, step: int) -> None:
        """Nothing is left to carry out, and this value stands.

        Args:
            value: what the register holds.
            step: the step at which it does.
        """
        self.late = False
        self.writes = [
            Written(each.access, each.value, min(each.ended, step))
            for each in self.writes
            if each.value == value
        ]
