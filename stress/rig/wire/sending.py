# SPDX-License-Identifier: GPL-2.0-only
"""What was sent so far and is still to be acknowledged, by what the logs of a round say.

An edge is acknowledged once for each time it was sent, or less often; a level while its line is up,
or once for having been pended. A level that has gone down may still be acknowledged, if a list
register has it: that is the second best.
"""

from collections import Counter
from collections.abc import Collection

from stress.rig.wire.words import Op
from stress.traces import SPURIOUS

About = tuple[int, int]
"""An interrupt: its INTID, and the vCPU of a private one, else 0."""

_SENDS = frozenset({Op.RAISE, Op.PEND, Op.SGI, Op.SGI_LIST, Op.SGI_OTHERS})
_LOWERS = frozenset({Op.LOWER, Op.QUIESCE})


class Sent:
    """Keeps account of what was sent."""

    def __init__(self, levels: Collection[int]) -> None:
        """Begin with nothing sent.

        Args:
            levels: the INTIDs that are triggered by a level.
        """
        self._levels = levels
        self._times = Counter[About]()
        self._raised: set[About] = set()
        self._ever: set[About] = set()

    def take(self, op: Op, about: About) -> None:
        """Hear what was done to an interrupt, or that it was acknowledged."""
        by_line = op is Op.RAISE and about[0] in self._levels
        if op in _SENDS:
            self._ever.add(about)
        if by_line:
            self._raised.add(about)
        elif op in _SENDS:
            self._times[about] += 1
        elif op in _LOWERS:
            self._raised.discard(about)
        elif op is Op.ACKNOWLEDGE and about not in self._raised and self._times[about]:
            self._times[about] -= 1

    def is_waiting(self, about: About) -> bool:
        """Tell whether it can be acknowledged now; that nothing was there can always be found."""
        return about[0] == SPURIOUS or about in self._raised or self._times[about] > 0

    def was_sent(self, about: About) -> bool:
        """Tell whether it was sent at all."""
        return about in self._ever
