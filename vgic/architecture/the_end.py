# SPDX-License-Identifier: GPL-2.0-only
"""When nobody has anything left to do: nothing waits, nothing is active that cannot be."""

from collections.abc import Iterable, Sequence

from vgic.architecture.given_up import GivenUp
from vgic.architecture.interface import Interface
from vgic.architecture.interrupts import Interrupts, Key, name_of
from vgic.architecture.parting import part


class TheEnd:
    """What has to be so when all is quiet."""

    def __init__(
        self, interrupts: Interrupts, interfaces: Sequence[Interface], given_up: GivenUp
    ) -> None:
        """Judge these.

        Args:
            interrupts: the interrupts.
            interfaces: the CPU interface of each vCPU.
            given_up: those that are not judged.
        """
        self._interrupts = interrupts
        self._interfaces = interfaces
        self._given_up = given_up

    def nothing_waits(self, kind: str, which: Iterable[Key]) -> None:
        """Nothing of these waits for a vCPU that lets it in.

        Raises:
            Parted: something does.
        """
        for key in sorted(which, key=name_of):
            states = self._interrupts.states(key)
            targets = {state.target for state in states}
            vcpu = targets.pop()
            if vcpu is None or targets or not self._interrupts.is_surely_for(key, vcpu):
                continue
            if key not in self._given_up and all(map(self._interfaces[vcpu].lets_in, states)):
                part(kind, key, vcpu, f"it waits for vcpu {vcpu}", states)

    def left_active(self, key: Key, vcpu: int, *, active: bool) -> None:
        """An interrupt is active, or is not.

        Raises:
            Parted: it cannot be.
        """
        states = self._interrupts.states(key)
        if key not in self._given_up and all(state.active != active for state in states):
            kind = "stuck active" if active else "active state lost"
            part(kind, key, vcpu, "at the end it is not so", states)

    def drained(self) -> None:
        """Every vCPU has gone into its guest twice more, which lets everything in.

        Raises:
            Parted: something waits.
        """
        for interface in self._interfaces:
            interface.open_up()
        self.nothing_waits("lost", self._interrupts.alive)
        for key in sorted(self._interrupts, key=name_of):
            self._no_device_is_silenced(key)

    def _no_device_is_silenced(self, key: Key) -> None:
        """The line of a mapped interrupt that is up is taken, as long as that is not active."""
        states = self._interrupts.states(key)
        fires = all(
            state.is_mapped and state.line and state.enabled and not state.active
            for state in states
        )
        vcpu = min((state.target for state in states if state.target is not None), default=0)
        lets_in = all(map(self._interfaces[vcpu].lets_in, states))
        if fires and lets_in and key not in self._given_up:
            part("device silenced", key, vcpu, "its line is up, and nobody takes it", states)
