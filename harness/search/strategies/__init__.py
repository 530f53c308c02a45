# SPDX-License-Identifier: GPL-2.0-only
"""The strategies by name, one small file each.

To add one, write its file and enter it here. `MIX` and `PORTFOLIO` are not strategies of their own:
the number of an execution says which of theirs it uses, so an execution is the same whatever else
is run. The mix takes all numbers in turn; the portfolio, the default, takes more of those that
find new behaviour, which is the business of a campaign. A strategy that is `Rehearsing` runs its
program beforehand; `execute` sees to that.
"""

from collections.abc import Callable

from harness.engine import Strategy, Stream
from harness.search.strategies.burst import Burst
from harness.search.strategies.conflicts import Conflicts
from harness.search.strategies.delays import Delays
from harness.search.strategies.neighbours import Neighbours
from harness.search.strategies.pct import Pct
from harness.search.strategies.pos import Pos
from harness.search.strategies.random_walk import RandomWalk
from harness.search.strategies.surw import Surw

MIX = "mix"
MIXED = ("random-walk", "pct", "burst")

PORTFOLIO = "portfolio"
ARMS = ("burst", "pos", "random-walk", "burst", "pos", "pct")
"""A portfolio where each execution draws another program; docs/search.md says why these."""

ARMS_FOR_ONE_PROGRAM = (
    "neighbours", "random-walk", "random-walk", "random-walk", "neighbours", "burst", "pct"
)  # fmt: skip
"""A portfolio where all executions are of one program, so that it pays to look around in it."""

ARMS_AMONG_OTHERS = ("random-walk", "conflicts", "pos", "burst", "random-walk", "pos", "pct")
"""The same where the program takes turns with others, which do not wait for many runs of it."""

RUNS = {"conflicts": 4, "surw": 2, "neighbours": 5}
"""How many runs of a program an execution costs on average, where it is more than one."""

STRATEGIES: dict[str, Callable[[Stream, int], Strategy]] = {
    "random-walk": RandomWalk,
    "pct": Pct,
    "burst": Burst,
    "pos": Pos,
    "surw": Surw,
    "delays": Delays,
    "conflicts": Conflicts,
    "neighbours": Neighbours,
}

DESCRIPTIONS = {
    PORTFOLIO: f"{', '.join(dict.fromkeys(ARMS))}: more of what finds new behaviour (default)",
    MIX: "random-walk, pct and burst in turn, by the number of the execution",
    "random-walk": "any enabled thread at every scheduling point",
    "pct": "random priorities with two change points (PCT, depth 3)",
    "burst": "runs of geometric length, eight steps on average",
    "pos": "random priorities of operations, re-drawn where they race (POS)",
    "surw": "every order of the contended operations about as likely (SURW)",
    "delays": "round robin with two delays at random (delay bounding)",
    "conflicts": "one or a few races of a quiet run reversed, at two to five runs each",
    "neighbours": "a random walk and runs around it that differ in one race, at five runs",
}
