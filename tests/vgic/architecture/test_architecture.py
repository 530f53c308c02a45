# SPDX-License-Identifier: GPL-2.0-only
"""Where does a VM part from the architecture, and where does it not, told by hand?"""

from collections.abc import Callable

import pytest

from vgic.architecture import (
    ALL,
    Accesses,
    Allowances,
    Architecture,
    Parted,
    State,
    effects,
    key_of,
)
from vgic.architecture.effects import Effect

SPI, OTHER, PPI = 40, 41, 27
EDGE = {SPI: State(target=0, priority=0x80), OTHER: State(target=0, priority=0x40)}


class Told:
    """A judge of two vCPUs, and a few words for what it is told."""

    def __init__(self, allowed: Allowances = ALL, **fields: object) -> None:
        states = {
            key_of(intid, 0): state._replace(**fields)  # type: ignore[arg-type]  # by name
            for intid, state in EDGE.items()
        }
        self.judge = Architecture(2, states, allowed)

    def does(self, effect: Effect, intid: int = SPI, *, announces: bool = False) -> None:
        """Have something done to an interrupt, from a start to a return."""
        self.judge.begin("dev0", [(key_of(intid, 0), effect)], announces=announces)
        self.judge.finish("dev0")

    def sends(self, intid: int = SPI) -> None:
        self.does(effects.drive(level=True), intid, announces=True)

    def goes_in(self, vcpu: int = 0) -> None:
        self.judge.load(vcpu)
        self.judge.loaded(vcpu)

    def comes_out(self, vcpu: int = 0) -> None:
        self.judge.sync(vcpu)
        self.judge.synced(vcpu)


def parting(what: Callable[[], None]) -> str:
    """Return the kind of the parting that comes of something, "" if none does."""
    try:
        what()
    except Parted as parted:
        return parted.parting.kind
    return ""


def test_what_was_sent_and_loaded_is_acknowledged_once() -> None:
    told = Told()
    told.sends()
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.judge.ended(0, SPI)
    assert parting(lambda: told.judge.acknowledged(0, SPI)) == "phantom"


def test_what_was_never_sent_is_a_phantom() -> None:
    told = Told()
    told.goes_in()
    assert parting(lambda: told.judge.acknowledged(0, SPI)) == "phantom"


def test_what_came_after_the_vcpu_went_in_is_a_phantom_until_it_goes_in_again() -> None:
    told = Told()
    told.goes_in()
    told.sends()
    assert parting(lambda: told.judge.acknowledged(0, SPI)) == "phantom"


def test_what_is_handled_is_not_acknowledged_again() -> None:
    told = Told()
    told.sends()
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.sends()
    told.goes_in()
    assert parting(lambda: told.judge.acknowledged(0, SPI)) == "acknowledged while active"


def test_what_came_in_its_handler_comes_after_it() -> None:
    told = Told()
    told.sends()
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.sends()
    told.goes_in()
    told.judge.ended(0, SPI)
    told.judge.acknowledged(0, SPI)


def test_two_that_come_while_one_is_loaded_are_one_or_two() -> None:
    for again in (False, True):
        told = Told()
        told.sends()
        told.goes_in()
        told.sends()
        told.judge.acknowledged(0, SPI)
        told.judge.ended(0, SPI)
        told.goes_in()
        if again:
            told.judge.acknowledged(0, SPI)
            told.judge.ended(0, SPI)
        told.judge.drained()


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.COUNTED_APART])
def test_a_second_one_that_is_counted_apart(allowed: Allowances) -> None:
    told = Told(allowed)
    told.sends()
    told.goes_in()
    told.sends()
    told.judge.acknowledged(0, SPI)
    told.judge.ended(0, SPI)
    told.goes_in()
    seen = parting(lambda: told.judge.acknowledged(0, SPI))
    assert seen == ("" if allowed is ALL else "phantom")


WITHDRAWN = {
    "disabled": effects.set_enabled(enabled=False),
    "routed away": effects.set_target(1),
    "cleared": effects.unpend(ALL),
    "not forwarded": effects.set_forwarded(forwarded=False),
}


@pytest.mark.parametrize("how", WITHDRAWN)
@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.LATE_WITHDRAWAL])
def test_what_is_withdrawn_after_it_was_loaded_may_be_seen(allowed: Allowances, how: str) -> None:
    told = Told(allowed)
    told.sends()
    told.goes_in()
    told.does(WITHDRAWN[how])
    seen = parting(lambda: told.judge.acknowledged(0, SPI))
    # What is cleared may have come back, so that it is pending in one of its states.
    assert seen == ("" if allowed is ALL or how == "cleared" else "phantom")


@pytest.mark.parametrize("how", WITHDRAWN)
def test_what_is_withdrawn_before_is_not_seen(how: str) -> None:
    told = Told()
    told.sends()
    told.does(WITHDRAWN[how])
    told.goes_in()
    assert parting(lambda: told.judge.acknowledged(0, SPI)) == "phantom"


def test_what_is_cleared_while_it_is_loaded_may_come_back() -> None:
    for allowed, seen in ((ALL, ""), (ALL & ~Allowances.COMES_BACK, "phantom")):
        told = Told(allowed)
        told.sends()
        told.goes_in()
        told.does(effects.unpend(allowed))
        told.goes_in()
        assert parting(lambda told=told: told.judge.acknowledged(0, SPI)) == seen  # type: ignore[misc]


def test_the_more_urgent_one_comes_first() -> None:
    told = Told()
    told.sends(SPI)
    told.sends(OTHER)
    told.goes_in()
    assert parting(lambda: told.judge.acknowledged(0, SPI)) == "priority inverted"


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.LATE_ARRIVAL])
def test_one_that_came_after_the_vcpu_went_in_comes_later(allowed: Allowances) -> None:
    told = Told(allowed)
    told.sends(SPI)
    told.goes_in()
    told.sends(OTHER)
    seen = parting(lambda: told.judge.acknowledged(0, SPI))
    assert seen == ("" if allowed is ALL else "priority inverted")


def test_one_of_the_other_group_may_not_be_let_in() -> None:
    told = Told()
    told.does(effects.set_group(0), OTHER)
    told.sends(SPI)
    told.sends(OTHER)
    told.goes_in()
    told.judge.acknowledged(0, SPI)


def test_a_guest_that_finds_nothing_though_something_is_there() -> None:
    told = Told()
    told.sends()
    told.goes_in()
    assert parting(lambda: told.judge.found_nothing(0)) == "not signalled"


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.OVERFLOW])
def test_what_did_not_fit_comes_when_the_vcpu_goes_in_again(allowed: Allowances) -> None:
    told = Told(allowed)
    told.sends(SPI)
    told.sends(OTHER)
    told.goes_in()
    told.judge.acknowledged(0, OTHER)
    told.judge.ended(0, OTHER)
    seen = parting(lambda: told.judge.found_nothing(0))
    assert seen == ("" if allowed is ALL else "not signalled")


def test_what_is_masked_is_not_signalled() -> None:
    told = Told()
    told.judge.interfaces[0].mask = 0x80
    told.sends()
    told.goes_in()
    told.judge.found_nothing(0)
    told.judge.idled()
    assert parting(told.judge.drained) == "lost"


def test_what_was_announced_is_there_before_anybody_is_made_to_exit() -> None:
    told = Told()
    told.sends()
    assert parting(told.judge.idled) == "signalled too late"


def test_what_was_routed_here_waits_until_it_was_moved() -> None:
    told = Told()
    told.sends()
    told.does(effects.set_target(1))
    told.judge.reroute([key_of(SPI, 0)])
    told.goes_in(1)
    told.judge.found_nothing(1)
    told.judge.idled()
    for vcpu in (0, 1):
        told.comes_out(vcpu)
    told.goes_in(1)
    assert parting(lambda: told.judge.found_nothing(1)) == "not signalled"


def test_without_that_allowance_it_is_there_at_once() -> None:
    told = Told(ALL & ~Allowances.UNANNOUNCED)
    told.sends()
    told.does(effects.set_target(1))
    told.judge.reroute([key_of(SPI, 0)])
    told.goes_in(1)
    assert parting(lambda: told.judge.found_nothing(1)) == "not signalled"


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.STAYS_WITH_HANDLER])
def test_what_is_handled_comes_next_where_it_is_handled(allowed: Allowances) -> None:
    told = Told(allowed)
    told.sends()
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.sends()
    told.does(effects.set_target(1))
    told.goes_in()
    told.judge.ended(0, SPI)
    seen = parting(lambda: told.judge.acknowledged(0, SPI))
    assert seen == ("" if allowed is ALL else "phantom")


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.LEFT_UNLISTED])
def test_what_came_while_the_distributor_was_off_waits_for_somebody(allowed: Allowances) -> None:
    told = Told(allowed)
    told.does(effects.set_forwarded(forwarded=False))
    told.sends()
    told.does(effects.set_forwarded(forwarded=True))
    assert parting(told.judge.drained) == ("" if allowed is ALL else "lost")
    told.sends()
    assert parting(told.judge.drained) == "lost"


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.ACTIVE_LEVEL])
def test_a_level_that_is_pended_in_its_handler(allowed: Allowances) -> None:
    told = Told(allowed, is_level=True)
    told.does(effects.pend)
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.does(effects.pend_by_software(allowed))
    told.judge.ended(0, SPI)
    assert parting(told.judge.drained) == ("" if allowed is ALL else "lost")


def test_a_level_comes_again_while_its_line_is_up() -> None:
    told = Told(is_level=True)
    told.sends()
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.judge.ended(0, SPI)
    assert parting(told.judge.drained) == "lost"
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    told.does(effects.drive(level=False))
    told.judge.ended(0, SPI)
    told.judge.drained()


def test_while_it_is_being_sent_it_may_be_seen_or_not() -> None:
    for comes in (False, True):
        told = Told()
        told.judge.begin("dev0", [(key_of(SPI, 0), effects.drive(level=True))], announces=True)
        told.goes_in()
        if comes:
            told.judge.acknowledged(0, SPI)
        else:
            told.judge.found_nothing(0)
        told.judge.finish("dev0")


LOST_COUNT = {
    "ended twice": lambda told: told.judge.ended_again(0),
    "priority written in its handler": lambda told: told.judge.disturb([key_of(OTHER, 0)]),
}


@pytest.mark.parametrize("how", LOST_COUNT)
def test_a_guest_that_has_lost_count_is_not_judged(how: str) -> None:
    told = Told()
    told.sends(OTHER)
    told.goes_in()
    told.judge.acknowledged(0, OTHER)
    LOST_COUNT[how](told)
    told.judge.ended(0, OTHER)
    told.judge.acknowledged(0, SPI)
    told.sends()
    told.judge.drained()


def test_nor_does_that_forgive_another_vcpu() -> None:
    told = Told()
    told.judge.ended_again(1)
    told.sends()
    assert parting(told.judge.drained) == "lost"


@pytest.mark.parametrize("allowed", [ALL, ALL & ~Allowances.ACTIVE_LEVEL])
def test_a_level_that_was_pended_is_read_to_be_pending_in_its_handler(allowed: Allowances) -> None:
    told = Told(allowed, is_level=True)
    told.does(effects.pend)
    told.goes_in()
    told.judge.acknowledged(0, SPI)
    accesses = Accesses(told.judge, allowed)
    for value, seen in ((0, ""), (1, "" if allowed is ALL else "wrong read")):
        accesses.begin(0, "pending", [key_of(SPI, 0)], SPI, 0)
        assert parting(lambda value=value: accesses.read(0, SPI, value)) == seen  # type: ignore[misc]
        accesses.finish(0, "pending", 0)
