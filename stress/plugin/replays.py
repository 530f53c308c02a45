# SPDX-License-Identifier: GPL-2.0-only
"""What is replayed in a test, whichever of its calls it is of.

A token names the scenario and what it was found on, or the program. The call that is of just that
replays it at once. Another kernel may be tested by now, and programs of one name may differ in what
they close over: such a call replays it, too, but only when the test has come to its end without
one that is meant more exactly, or if it fails there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest


@dataclass
class Replays:
    """The tokens that a test replays, and how far that is.

    Attributes:
        tokens: the tokens of one finding.
        passed: in some call they have passed.
        later: what replays them in the first call that they may be of.
    """

    tokens: Sequence[str]
    passed: bool = False
    later: Callable[[], None] | None = field(default=None, repr=False)

    def put_off(self, replay: Callable[[], None]) -> None:
        """Replay so when the test has come to its end, unless something is already."""
        self.later = self.later or replay

    def settle(self) -> bool:
        """Replay what was put off, if nothing else was replayed; say whether anything was."""
        if not self.passed and self.later is not None:
            self.later()
        return self.passed


REPLAYS = pytest.StashKey[Replays]()


def replays_of(item: pytest.Item) -> Replays | None:
    """Return what is replayed in a test, None if nothing is."""
    tokens = item.config.getoption("--vgic-replay")
    if not tokens:
        return None
    return item.stash.setdefault(REPLAYS, Replays(tokens))
