# SPDX-License-Identifier: GPL-2.0-only
"""What is not judged any more: where a guest has lost count, or software meddles with a device.

EOIcount tells the host how many handlers have ended, and not which. A guest that ends what it has
ended already, or whose handlers are disturbed from beside, makes the host take off another of its
own: from then on what is active there is nobody's fault (Q6, Q7, Q10, Q11).
"""

from collections.abc import Iterable, Sequence

from vgic.architecture.interface import Interface
from vgic.architecture.interrupts import Interrupts, Key


class GivenUp:
    """The interrupts that are not judged."""

    def __init__(self, interrupts: Interrupts, interfaces: Sequence[Interface]) -> None:
        """Begin with none.

        Args:
            interrupts: the interrupts.
            interfaces: the CPU interface of each vCPU.
        """
        self._interrupts = interrupts
        self._interfaces = interfaces
        self._disturbed: set[Key] = set()
        self._given_up: set[Key] = set()

    def add(self, keys: Iterable[Key]) -> None:
        """Give some up."""
        self._given_up.update(keys)

    def disturb(self, keys: Iterable[Key]) -> None:
        """Somebody writes what the handlers of these count on, if there are any."""
        for key in keys:
            if key in self._interrupts:
                self._disturbed.add(key)
            for interface in self._interfaces:
                interface.disturb(key)

    def end_on(self, vcpu: int) -> None:
        """A handler ends beside what software has made active: the end may be taken for its own."""
        self._interfaces[vcpu].is_forfeited |= any(
            state.active and state.handler is None and state.target == vcpu
            for key in self._disturbed
            for state in self._interrupts.states(key)
        )

    def __contains__(self, key: Key) -> bool:
        """Tell whether an interrupt is, or was, where a guest has lost count."""
        lost = {n for n, each in enumerate(self._interfaces) if each.is_forfeited}
        if lost and key not in self._given_up:
            bits = sum(1 << vcpu for vcpu in lost)
            if any(
                state.target in lost or state.handler in lost or state.loaded & bits
                for state in self._interrupts.states(key)
            ):
                self._given_up.add(key)
        return key in self._given_up
