# SPDX-License-Identifier: GPL-2.0-only
"""The strategies by name, one small file each.

To add one, write its file and enter it here. `MIX`, the default, is not a strategy of its own: it
takes the three in turn by the number of the execution.
"""

from collections.abc import Callable

from harness.strategies.burst import Burst
from harness.strategies.pct import Pct
from harness.strategies.random_walk import RandomWalk
from harness.strategy import Strategy
from harness.streams import Stream

MIX = "mix"

STRATEGIES: dict[str, Callable[[Stream, int], Strategy]] = {
    "random-walk": RandomWalk,
    "pct": Pct,
    "burst": Burst,
}

DESCRIPTIONS = {
    MIX: "the strategies below in turn, by the number of the execution (default)",
    "random-walk": "any enabled thread at every scheduling point",
    "pct": "random priorities with two change points (PCT, depth 3)",
    "burst": "runs of geometric length, eight steps on average",
}


def strategy_name(name: str, execution: int) -> str:
    """Return which strategy an execution uses when this one is asked for."""
    if name != MIX:
        return name
    return tuple(STRATEGIES)[execution % len(STRATEGIES)]
