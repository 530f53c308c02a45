# SPDX-License-Identifier: GPL-2.0-only
"""Does the portfolio shift its budget to what finds new behaviour, fairly and reproducibly?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from stress.campaign.portfolio import EPOCH, LAG, Portfolio

ARMS = ("one", "two", "three", "four")
MODEST = settings(max_examples=40, deadline=None)


def shares(portfolio: Portfolio, epoch: int) -> list[int]:
    numbers = portfolio.take(epoch)
    assert len(numbers) == EPOCH
    return [sum(number % len(ARMS) == arm for number in numbers) for arm in range(len(ARMS))]


def after(epochs: int, finds: tuple[int, ...]) -> list[int]:
    """Return the shares after so many epochs in which only these arms found anything new."""
    portfolio = Portfolio(ARMS)
    for epoch in range(epochs):
        for number in portfolio.take(epoch):
            new = number % len(ARMS) in finds
            portfolio.learn(number, f"{number}" if new else "old")
    for epoch in range(epochs, epochs + LAG - 1):
        portfolio.take(epoch)
    return shares(portfolio, epochs + LAG - 1)


def test_it_begins_with_equal_shares() -> None:
    assert shares(Portfolio(ARMS), 0) == [EPOCH // 4] * 4


def test_it_shifts_to_what_finds_new_behaviour_and_gives_up_nobody() -> None:
    finder, *others = after(4, finds=(0,))
    assert finder > EPOCH // 3
    assert all(other >= EPOCH // 8 for other in others)


def test_who_finds_as_much_gets_as_much() -> None:
    first, second, *_ = after(4, finds=(0, 1))
    assert abs(first - second) <= 1


def test_what_costs_more_has_to_find_more() -> None:
    portfolio = Portfolio(("random-walk", "conflicts"))
    for number in portfolio.take(0):
        portfolio.learn(number, f"{number}")
    portfolio.take(1)
    numbers = portfolio.take(2)
    assert sum(number % 2 for number in numbers) < EPOCH // 2


@MODEST
@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdef")), min_size=EPOCH, max_size=EPOCH))
def test_every_epoch_is_full_and_everybody_has_half_an_equal_share(seen: list[str | None]) -> None:
    portfolio = Portfolio(ARMS)
    for number, behaviour in zip(portfolio.take(0), seen, strict=True):
        portfolio.learn(number, behaviour)
    portfolio.take(1)
    assert min(shares(portfolio, 2)) >= EPOCH // 8


def test_an_epoch_is_planned_from_the_last_but_one() -> None:
    portfolio = Portfolio(ARMS)
    assert portfolio.epochs_known == LAG
    for number in portfolio.take(0):
        portfolio.learn(number, None)
    assert portfolio.epochs_known == LAG + 1
