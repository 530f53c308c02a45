# SPDX-License-Identifier: GPL-2.0-only
"""How right it is to call a finding "99 % gone", and what it costs: campaigns of known rates.

    python tests/benchmarks/gone.py [--judged N] [--seed N]

Not a test: it prints the table of docs/nights.md. A campaign is nights of some thousand executions
of one scenario, or of several with rates of their own, whose shares change from night to night. Its
race has a rate between 1 in 10 and 1 in 20,000, each order of magnitude as likely as any other. It
is seen in them as chance has it; then one half of the races is mended, and the other half is not
and keeps its rate. It is judged at the first clean execution after which the chance that it is
still there is 1 %; a race that is still there is judged wrongly if it has not shown up by then.

"Within 1.3x" are those judged after at most 1.3 times the executions that a judge who knew the rate
would need: ln(99) / -ln(1 - p), see stress/morning/chances.py.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, exp, log, log1p

from numpy.random import RandomState

from stress.morning.chances import FAILURES_NEEDED
from stress.morning.episode import Episode, episode_of
from stress.morning.gone import gone_by
from stress.morning.observed import Observed, Version

RAREST, COMMONEST = 1 / 20_000, 1 / 10
NIGHT = 5_000, 50_000
"""Executions of a scenario on one of five targets: eight hours, two jobs, data races checked."""
NIGHTS = 1, 365
WITHIN = 1.3
"""Not more times the least executions possible than this is cheap."""
BEFORE, MENDED = Version("before", ""), Version("after", "")


@dataclass(frozen=True)
class Judged:
    """A campaign whose race was judged gone.

    Attributes:
        rate: of the race, in the scenarios that it was seen in.
        worth: how many failures its rate was known by.
        wrongly: it is still there.
        times: after how many times the least executions possible.
    """

    rate: float
    worth: int
    wrongly: bool
    times: float

    @property
    def is_claimed(self) -> bool:
        """Whether it is seen often enough to be called "99 % gone"."""
        return self.worth >= FAILURES_NEEDED


def campaigns(seed: int, *, scenarios: int = 1) -> Iterator[Judged]:
    """Yield the campaigns whose races are judged gone, without end.

    Args:
        seed: of the chance in them.
        scenarios: in how many the race can be seen, at most.
    """
    chance = RandomState(seed)
    while True:
        rates = {f"scenario {number}": _log_uniform(chance, RAREST, COMMONEST)
                 for number in range(chance.randint(1, scenarios + 1))}  # fmt: skip
        nights = ceil(_log_uniform(chance, *NIGHTS))
        before = episode_of([_night(chance, rates, BEFORE) for _ in range(nights)])
        judged = _judged(chance, before, rates, scenarios)
        if judged is not None:
            yield judged


def _night(chance: RandomState, rates: dict[str, float], version: Version) -> Observed:
    cells = {}
    for scenario, rate in rates.items():
        executions = int(_log_uniform(chance, *NIGHT))
        cells[scenario] = int(chance.binomial(executions, rate)), executions
    seen = any(failures for failures, _ in cells.values())
    return Observed("", version, seen, cells, 0)


def _judged(
    chance: RandomState, before: Episode, rates: dict[str, float], scenarios: int
) -> Judged | None:
    """Return a race that is judged gone; None if it was never seen, or is met before it is."""
    seen = {name: tally for name, tally in before.tallies.items() if tally.failures}
    if not seen:
        return None
    before.newest = MENDED
    if scenarios > 1:
        # One execution of each, or of some: so much of the next night has other shares.
        for tally in seen.values():
            tally.clean = int(_log_uniform(chance, 1, 5))
    run = sum(tally.clean for tally in seen.values())
    weights = {name: tally.clean if run else 1 for name, tally in seen.items()}
    judgement = gone_by("", before)
    assert judgement.more is not None
    executions = judgement.more + run
    together = sum(weights.values())
    per_execution = sum(log1p(-rates[name]) * weights[name] / together for name in seen)
    mended = chance.randint(2) == 0
    if not mended and chance.random_sample() >= exp(per_execution * executions):
        return None
    least = log(99) / -per_execution
    return Judged(1 - exp(per_execution), judgement.worth, not mended, executions / least)


def _log_uniform(chance: RandomState, low: float, high: float) -> float:
    return float(exp(chance.uniform(log(low), log(high))))


def first(number: int, found: Iterator[Judged], which: Callable[[Judged], bool]) -> list[Judged]:
    """Return the first campaigns of a kind."""
    chosen: list[Judged] = []
    while len(chosen) < number:
        each = next(found)
        if which(each):
            chosen.append(each)
    return chosen


CLAIMED = f'seen {FAILURES_NEEDED} times or more: "99 % gone"'

ROWS: dict[str, tuple[int, Callable[[Judged], bool]]] = {
    "seen once": (1, lambda each: each.worth == 1),
    "seen 2 to 9 times": (1, lambda each: 2 <= each.worth < 10),
    f"seen 10 to {FAILURES_NEEDED - 1} times": (1, lambda each: 10 <= each.worth < FAILURES_NEEDED),
    CLAIMED: (1, lambda each: each.is_claimed),
    "of these, 1 in 10 to 1 in 100": (1, lambda each: each.is_claimed and each.rate >= 1 / 100),
    "of these, 1 in 100 to 1 in 1,000": (
        1,
        lambda each: each.is_claimed and 1 / 1_000 <= each.rate < 1 / 100,
    ),
    "of these, 1 in 1,000 to 1 in 20,000": (
        1,
        lambda each: each.is_claimed and each.rate < 1 / 1_000,
    ),
    f"of these, seen {FAILURES_NEEDED} to {2 * FAILURES_NEEDED} times": (
        1,
        lambda each: each.is_claimed and each.worth <= 2 * FAILURES_NEEDED,
    ),
    f"in up to 5 scenarios, as good as {FAILURES_NEEDED} times or more": (
        5,
        lambda each: each.is_claimed,
    ),
}
"""For each row of the table, in how many scenarios, and which campaigns."""


def row(name: str, judged: list[Judged]) -> str:
    """Return a line of the table."""
    times = sorted(each.times for each in judged)
    within = sum(each <= WITHIN for each in times)
    wrongly = sum(each.wrongly for each in judged)
    return f"| {name} | {wrongly} | {within} | {times[len(times) // 2]:.2f}x |"


def main() -> None:
    """Print the table."""
    parser = ArgumentParser()
    parser.add_argument("--judged", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    lines = [
        f"| seen in the campaign before | of {chosen.judged} judged gone, wrongly | within 1.3x | "
        "median |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, (scenarios, which) in ROWS.items():
        judged = first(chosen.judged, campaigns(chosen.seed, scenarios=scenarios), which)
        lines.append(row(name, judged))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
