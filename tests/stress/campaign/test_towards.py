# SPDX-License-Identifier: GPL-2.0-only
"""What is said of a window that a campaign did not cross: the best progress towards it."""

from collections.abc import Callable
from itertools import permutations

from stress.campaign.result import Result
from stress.campaign.towards import towards
from stress.jobs.work import Fact

MakeFact = Callable[..., Fact]
REACHED = ({"listed"}, {"listed", "overflow"}, {"listed", "overflow"}, set[str]())


def result_of(fact: MakeFact, *reached: set[str]) -> Result:
    result = Result()
    for index, each in enumerate(reached):
        result.add(
            fact(
                "many_interrupts",
                index,
                windows=frozenset(each - {"listed"}),
                reached=frozenset(each & {"listed"}),
            )
        )
    return result


def test_the_best_progress_is_said_with_its_count_and_what_never_came(fact: MakeFact) -> None:
    assert towards(result_of(fact, *REACHED), "eoicount") == (
        "2 of 3 steps in 2 executions: an interrupt is put on a list; a vCPU enters its guest "
        "with something in no list register; never: a guest ends an interrupt that is in no list "
        "register"
    )


def test_nothing_at_all_and_all_of_it(fact: MakeFact) -> None:
    assert towards(Result(), "migration").startswith("0 of 3 steps never: an interrupt is put")
    crossed = result_of(fact, {"listed", "overflow"})
    assert "never" not in towards(crossed, "overflow")


def test_it_does_not_depend_on_the_order_in_which_executions_are_merged(fact: MakeFact) -> None:
    said = {towards(result_of(fact, *order), "eoicount") for order in permutations(REACHED)}
    assert len(said) == 1


def test_another_scenarios_progress_is_not_counted(fact: MakeFact) -> None:
    result = result_of(fact, *REACHED)
    assert towards(result, "eoicount", "one_reroute").startswith("0 of 3")
    assert towards(result, "eoicount", "many_interrupts").startswith("2 of 3")
