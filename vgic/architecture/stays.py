# SPDX-License-Identifier: GPL-2.0-only
"""Each vCPU in its guest: the most urgent of what it must have comes first, and it comes."""

from collections.abc import Sequence

from vgic.architecture.allowances import Allowances
from vgic.architecture.given_up import GivenUp
from vgic.architecture.interface import Interface
from vgic.architecture.interrupts import Interrupts, Key, name_of
from vgic.architecture.parting import part
from vgic.architecture.residency import Astray, Residency, certain
from vgic.architecture.state import State


class Stays:
    """What each vCPU must have loaded since it went into its guest, and what came of that."""

    def __init__(
        self,
        interrupts: Interrupts,
        interfaces: Sequence[Interface],
        astray: Astray,
        given_up: GivenUp,
        allowed: Allowances,
    ) -> None:
        """Begin with vCPUs that have not loaded anything.

        Args:
            interrupts: the interrupts.
            interfaces: the CPU interface of each vCPU.
            astray: what a vCPU may have listed though it goes to another.
            given_up: the interrupts that are not judged.
            allowed: what software delivery may do.
        """
        self._interrupts = interrupts
        self._interfaces = interfaces
        self._astray = astray
        self._given_up = given_up
        self._allowed = allowed
        self._residencies = [Residency() for _ in interfaces]

    def load(self, vcpu: int) -> None:
        """A vCPU begins to load."""
        must = certain(self._interrupts, self._astray, vcpu)
        self._residencies[vcpu].begin(self._interrupts, must)
        self._interrupts.begin_loading(vcpu)

    def loaded(self, vcpu: int) -> None:
        """It has loaded."""
        self._interrupts.finish_loading(vcpu)
        must = certain(self._interrupts, self._astray, vcpu)
        self._residencies[vcpu].end(self._interrupts, must)

    def took(self, vcpu: int, key: Key | None = None) -> None:
        """Its guest has taken an interrupt, or may have loaded others than it would let in now."""
        here = self._residencies[vcpu]
        here.took = True
        if key is not None:
            here.must.discard(key)

    def nothing_is_more_urgent(self, vcpu: int, key: Key, states: set[State]) -> None:
        """It takes an interrupt that may have been in these states.

        Raises:
            Parted: something more urgent is there.
        """
        here = self._residencies[vcpu]
        most_urgent, _ = here.priorities(self._interrupts, key)
        for other in self._waiting(vcpu):
            theirs = self._interrupts.states(other)
            alike = {state.group for state in theirs} == {state.group for state in states}
            _, least_urgent = here.priorities(self._interrupts, other)
            if other != key and alike and least_urgent < most_urgent:
                told = f"vcpu {vcpu} has acknowledged {name_of(key)}, and this is more urgent"
                part("priority inverted", other, vcpu, told, theirs)

    def found_nothing(self, vcpu: int) -> None:
        """Its guest has found nothing to acknowledge.

        Raises:
            Parted: there was something.
        """
        if self._residencies[vcpu].took and Allowances.OVERFLOW in self._allowed:
            return
        interface = self._interfaces[vcpu]
        for key in self._waiting(vcpu):
            states = self._interrupts.states(key)
            if all(map(interface.lets_in, states)):
                part("not signalled", key, vcpu, f"vcpu {vcpu} has found nothing", states)

    def _waiting(self, vcpu: int) -> list[Key]:
        """Return what the vCPU must have loaded, and nobody has taken since or changed."""
        late = Allowances.LATE_ARRIVAL in self._allowed
        which = self._residencies[vcpu].must if late else set(self._interrupts.alive)
        return [
            key
            for key in sorted(which, key=name_of)
            if self._interrupts.is_surely_for(key, vcpu) and key not in self._given_up
        ]
