# SPDX-License-Identifier: GPL-2.0-only
"""Which failures does a campaign look into?"""

from stress.campaign.known import Known
from stress.jobs import Fact


def looked_into(*failures: tuple[str | None, str]) -> list[bool]:
    """Say of each failure, by signature and manner, whether it is looked into."""
    known = Known()
    return [
        known.is_looked_into(Fact("s", n, "pct", 1, frozenset(), signature, manner=manner))
        for n, (signature, manner) in enumerate(failures)
    ]


def test_the_first_and_the_tenth_with_a_symptom() -> None:
    assert looked_into(*[("I13", "")] * 11) == [True, *[False] * 8, True, False]


def test_one_that_passes_is_not() -> None:
    assert looked_into((None, ""), ("I13", ""), (None, "")) == [False, True, False]


def test_the_first_of_another_manner_is_not_hidden_by_what_is_known() -> None:
    other = ("I13", "another is not")
    assert looked_into(("I13", ""), ("I13", ""), other, other) == [True, False, True, False]


def test_nor_is_what_has_no_manner_hidden_by_one_that_has() -> None:
    assert looked_into(("I13", "another is not"), ("I13", "")) == [True, True]
