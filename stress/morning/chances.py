# SPDX-License-Identifier: GPL-2.0-only
"""The arithmetic of what is not seen: what it says of a finding, and what it does not.

Each execution of a scenario shows a finding with the same unknown probability p. Of p nothing is
known beforehand but that each order of magnitude is as likely as any other: the density 1/p, which
is the Beta(0, 1) distribution. After k failures in N executions p is Beta(k, N - k + 1), and the
posterior predictive probability that M further executions show none is

    C(N, k) / C(N + M, k)

(Beta-binomial; Gelman et al., Bayesian Data Analysis, 3rd edition, sections 2.4 and 2.8; for small
p it is (N / (N + M))^k, that of a Gamma posterior, section 2.6). It needs no belief about p to be
read: it is the share of all orders of N + M executions, k of them failing, that have the failures
first. When the campaign stopped makes no difference, at the first failure or not, since the
likelihood is the same (the same book, chapter 8). Scenarios, each with a p of its own, multiply.

Whether the finding is still there is a second unknown. Before anything is run after a change, it
is there with probability (c + 1) / (c + 2), where c is how many changes it has survived before:
Laplace's rule of succession (Jaynes, Probability Theory, chapter 18). For the first change that is
one half; whoever makes no difference in a hundred changes is not believed in the next one.

So a judge who knew p would call a finding gone, at 1 %, after M executions with
(1 - p)^M <= 1 / (99 (c + 1)): ln(99) / p for the first change. That is the least possible.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil, exp, inf, lgamma, log

GONE = 0.01
"""A finding counts as gone if it is still there with no higher probability."""

FAILURES_NEEDED = 50
"""With so many failures seen, in 19 of 20 cases it takes at most 1.3 times as many executions to
say that a finding is gone as it would if its rate was known: sampling alone makes the rate wrong
by up to 20 %, and the predictive distribution is wider by 5 %. See tests/benchmarks/gone.py."""


@dataclass
class Tally:
    """What was seen of a finding in one scenario.

    Attributes:
        failures: how many executions showed it while it was there.
        executions: of how many.
        clean: how many have not shown it since it may be gone.
    """

    failures: int = 0
    executions: int = 0
    clean: int = 0


def log_unseen(failures: int, executions: int, clean: int) -> float:
    """Return the logarithm of the chance that what is still there stays unseen.

    Args:
        failures: how many executions showed it.
        executions: of how many.
        clean: how many executions more.
    """
    failures = min(failures, executions)
    value = _log_falling(executions, failures) - _log_falling(executions + clean, failures)
    return min(0.0, value)  # of numbers that no night reaches nothing is left but rounding


def still_there(tallies: Iterable[Tally], survived: int) -> float:
    """Return the probability that a finding is still there.

    Args:
        tallies: what was seen of it in each scenario.
        survived: how many changes it has survived.
    """
    return _posterior(_log_all_unseen(tallies), survived)


def more_executions(tallies: Mapping[str, Tally], survived: int) -> int | None:
    """Return how many clean executions more make the probability that it is still there `GONE`.

    They are of the scenarios that it was seen in, in the shares that these have had since; of the
    executions before, if there have been none.

    Args:
        tallies: what was seen of it in each scenario.
        survived: how many changes it has survived.

    Returns:
        The number, 0 if it is so already, None if no number is enough: it was never seen to fail.
    """
    seen = {name: each for name, each in tallies.items() if each.failures}
    if not seen:
        return None
    shares = _shares(seen)

    def after(more: float) -> float:
        logs = (
            log_unseen(each.failures, each.executions, each.clean + ceil(more * shares[name]))
            for name, each in seen.items()
        )
        return _posterior(sum(logs), survived)

    if after(0) <= GONE:
        return 0
    low, high = 0, 1
    while after(high) > GONE:
        low, high = high, 2 * high
        if high.bit_length() > _BITS_MAX:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if after(middle) <= GONE else (middle, high)
    return high


_BITS_MAX = 200


def failures_worth(tallies: Mapping[str, Tally]) -> int:
    """Return how many failures in one scenario would make the rate known as well.

    Where scenarios have other shares of the executions than before, the rate depends on some more
    than on others, and on how often it was seen in those. With equal shares it is their number.
    """
    seen = {name: each for name, each in tallies.items() if each.failures}
    shares = _shares(seen)
    weights = {name: shares[name] / max(1, each.executions) for name, each in seen.items()}
    rate = sum(weights[name] * each.failures for name, each in seen.items())
    variance = sum(weights[name] ** 2 * each.failures for name, each in seen.items())
    return int(rate**2 / variance + 1e-9) if variance else 0


def not_slower(earlier: tuple[int, int], now: tuple[int, int], factor: float) -> float:
    """Return the p-value of a rate now that is lower than before by a factor.

    The conditional test of two Poisson rates (Przyborowski and Wilenski, Biometrika 31, 1940): if
    the rate was exactly lower by the factor, then of all failures each would be one of now's with
    the same probability, so that now's number is binomial.

    Args:
        earlier: failures, and of how many executions.
        now: the same for now.
        factor: by how much a rate may be lower and not count.

    Returns:
        The probability of so few failures now, or fewer, if it is lower by no more than the factor.
    """
    both = earlier[0] + now[0]
    weight = now[1] / factor
    if not both or not weight or not earlier[1]:
        return 1.0
    return _binomial_up_to(now[0], both, weight / (weight + earlier[1]))


def holm(values: Iterable[float], level: float) -> list[bool]:
    """Say which of several tests are significant, all of them together at one level.

    Holm's step-down procedure (Scandinavian Journal of Statistics 6, 1979): the probability that
    any is called significant wrongly is at most the level, however many there are.

    Args:
        values: their p-values.
        level: the level.
    """
    numbered = sorted(enumerate(values), key=lambda each: each[1])
    significant = [False] * len(numbered)
    for rank, (place, value) in enumerate(numbered):
        if value > level / (len(numbered) - rank):
            break
        significant[place] = True
    return significant


def _log_all_unseen(tallies: Iterable[Tally]) -> float:
    return sum(log_unseen(each.failures, each.executions, each.clean) for each in tallies)


def _log_falling(number: int, factors: int) -> float:
    """Return the logarithm of n (n - 1) (n - 2) ..., so many factors."""
    if factors < _FACTORS_MAX:
        return sum(log(number - each) for each in range(factors))
    return lgamma(number + 1) - lgamma(number - factors + 1)


_FACTORS_MAX = 64
"""More than so many are not multiplied one by one, but that is more exact."""


def _posterior(log_chance: float, survived: int) -> float:
    odds = (survived + 1) * exp(log_chance)
    return odds / (1 + odds)


def _shares(seen: Mapping[str, Tally]) -> dict[str, float]:
    """Return the share of each scenario in the executions that are to come."""
    since = {name: each.clean for name, each in seen.items()}
    parts = since if any(since.values()) else {name: each.executions for name, each in seen.items()}
    together = sum(parts.values())
    return {name: part / together if together else 1 / len(parts) for name, part in parts.items()}


def _binomial_up_to(count: int, of: int, probability: float) -> float:
    """Return the probability of at most so many of all; 1.0 where it is more than about a half."""
    if count >= of * probability:
        return 1.0
    odds = (1 - probability) / probability if probability else inf
    term = exp(
        lgamma(of + 1)
        - lgamma(count + 1)
        - lgamma(of - count + 1)
        + count * log(probability)
        + (of - count) * log(1 - probability)
    )
    total, number = 0.0, count
    while number >= 0 and term > total * 1e-12:
        total += term
        term *= number / (of - number + 1) * odds
        number -= 1
    return min(1.0, total)
