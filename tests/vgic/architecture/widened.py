# SPDX-License-Identifier: GPL-2.0-only
"""Each allowance one notch wider than it is: what a judge would be that lets so much more pass."""

from collections.abc import Callable

import pytest

from vgic.architecture import Allowances, Architecture, effects
from vgic.architecture.effects import Effect, States
from vgic.architecture.state import State
from vgic.architecture.stays import Stays

Widen = Callable[[pytest.MonkeyPatch], None]


def loads_also(patch: pytest.MonkeyPatch, which: Callable[[State], bool]) -> None:
    """Whatever of this is pending is loaded, too."""
    narrow = effects.load

    def load(vcpu: int, allowed: Allowances) -> Effect:
        bit, as_it_is = 1 << vcpu, narrow(vcpu, allowed)

        def effect(state: State) -> States:
            loaded = state._replace(loaded=state.loaded | bit, is_fresh=False)
            more = [loaded] if state.pending and which(state) else []
            return (*as_it_is(state), *more)

        return effect

    patch.setattr("vgic.architecture.interrupts.load", load)


def withdrawn_before_it_was_loaded(patch: pytest.MonkeyPatch) -> None:
    """What was disabled or routed away before is loaded, too."""
    loads_also(patch, lambda _: True)


def arrived_before_it_was_loaded(patch: pytest.MonkeyPatch) -> None:
    """Of what was there before the vCPU began to load nothing has to be loaded either."""
    patch.setattr("vgic.architecture.stays.certain", lambda *_: set())


def overflows_when_nothing_was_taken(patch: pytest.MonkeyPatch) -> None:
    """A vCPU that has taken nothing yet may find nothing."""
    patch.setattr(Stays, "found_nothing", lambda *_: None)


def counted_apart_when_none_came(patch: pytest.MonkeyPatch) -> None:
    """An edge is seen twice, though no other came while it was loaded."""
    narrow = effects.acknowledge

    def acknowledge(vcpu: int, allowed: Allowances, **how: object) -> Effect:
        as_it_is = narrow(vcpu, allowed, **how)  # type: ignore[arg-type]  # passed on

        def effect(state: State) -> States:
            taken = as_it_is(state)
            return (*taken, *[each._replace(latch=True) for each in taken if not state.is_level])

        return effect

    patch.setattr("vgic.architecture.architecture.acknowledge", acknowledge)


def comes_back_though_nobody_has_it(patch: pytest.MonkeyPatch) -> None:
    """What was cleared comes back, though no vCPU had loaded it."""
    narrow = effects.unpend

    def unpend(allowed: Allowances) -> Effect:
        as_it_is = narrow(allowed)
        return lambda state: (*as_it_is(state), state)

    patch.setattr(effects, "unpend", unpend)


def stays_with_a_handler_elsewhere(patch: pytest.MonkeyPatch) -> None:
    """What is active may be loaded by any vCPU with its pending state, whoever handles it."""
    loads_also(patch, lambda state: state.active)


def a_level_that_is_inactive(patch: pytest.MonkeyPatch) -> None:
    """What software has pended of a level is lost, though that was inactive."""
    narrow = effects.pend_by_software

    def pend_by_software(allowed: Allowances) -> Effect:
        as_it_is = narrow(allowed)
        return lambda state: (*as_it_is(state), *([state] if state.is_level else []))

    patch.setattr(effects, "pend_by_software", pend_by_software)


def left_unlisted_by_an_enable(patch: pytest.MonkeyPatch) -> None:
    """What was pending while it was disabled waits for somebody, once it is enabled, too."""
    narrow = effects.set_enabled

    def set_enabled(*, enabled: bool) -> Effect:
        as_it_is = narrow(enabled=enabled)
        if not enabled:
            return as_it_is
        return lambda state: tuple([each._replace(is_left=True) for each in as_it_is(state)])

    patch.setattr(effects, "set_enabled", set_enabled)


def nothing_is_announced(patch: pytest.MonkeyPatch) -> None:
    """Whatever comes, nobody is told, so that it waits until its vCPU looks by itself."""
    patch.setattr(Architecture, "idled", lambda _: None)


WIDENED: dict[Allowances, Widen] = {
    Allowances.LATE_WITHDRAWAL: withdrawn_before_it_was_loaded,
    Allowances.LATE_ARRIVAL: arrived_before_it_was_loaded,
    Allowances.OVERFLOW: overflows_when_nothing_was_taken,
    Allowances.COUNTED_APART: counted_apart_when_none_came,
    Allowances.COMES_BACK: comes_back_though_nobody_has_it,
    Allowances.STAYS_WITH_HANDLER: stays_with_a_handler_elsewhere,
    Allowances.ACTIVE_LEVEL: a_level_that_is_inactive,
    Allowances.LEFT_UNLISTED: left_unlisted_by_an_enable,
    Allowances.UNANNOUNCED: nothing_is_announced,
}
