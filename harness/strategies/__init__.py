# SPDX-License-Identifier: GPL-2.0-only
"""The strategies by name, one small file each.

To add one, write its file and enter it here. `MIX`, the default, is not a strategy of its own: it
takes those in `MIXED` in turn by the number of the execution. A strategy that is `Rehearsing` runs
its program beforehand; `execute` sees to that.
"""

from collections.abc import Callable

from harness.strategies.burst import Burst
from harness.strategies.conflicts import Conflicts
from harness.strategies.delays import Delays
from harness.strategies.pct import Pct
from harness.strategies.pos import Pos
from harness.strategies.random_walk import RandomWalk
from harness.strategies.surw import Surw
from harness.strategy import Strategy
from harness.streams import Stream

MIX = "mix"
MIXED = ("random-walk", "pct", "burst")

STRATEGIES: dict[str, Callable[[Stream, int], Strategy]] = {
    "random-walk": RandomWalk,
    "pct": Pct,
    "burst": Burst,
    "pos": Pos,
    "surw": Surw,
    "delays": Delays,
    "conflicts": Conflicts,
}

DESCRIPTIONS = {
    MIX: "random-walk, pct and burst in turn, by the number of the execution (default)",
    "random-walk": "any enabled thread at every scheduling point",
    "pct": "random priorities with two change points (PCT, depth 3)",
    "burst": "runs of geometric length, eight steps on average",
    "pos": "random priorities of operations, re-drawn where they race (POS)",
    "surw": "every order of the contended operations about as likely (SURW)",
    "delays": "round robin with two delays at random (delay bounding)",
    "conflicts": "one or a few races of a quiet run reversed, at two to five runs each",
}


def strategy_name(name: str, execution: int) -> str:
    """Return which strategy an execution uses when this one is asked for."""
    if name != MIX:
        return name
    return MIXED[execution % len(MIXED)]
