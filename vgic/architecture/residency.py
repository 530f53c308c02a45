# SPDX-License-Identifier: GPL-2.0-only
"""One stay of a vCPU in its guest: what it must have loaded, and what its guest has taken of that.

What was certainly signalled to a vCPU from before it began to load until it had loaded is there, or
something more urgent is. Not so what has been routed there from a vCPU that may still have it
listed: it comes when that has left its guest and moved it on.
"""

from collections.abc import Iterable

from vgic.architecture.allowances import Allowances
from vgic.architecture.interrupts import Interrupts, Key


class Residency:
    """What is certain of one vCPU since it has begun to load.

    Attributes:
        must: what was certainly signalled throughout.
        took: its guest has acknowledged something since.
    """

    def __init__(self) -> None:
        self.must: set[Key] = set()
        self.took = False
        self._priorities: dict[Key, tuple[int, int]] = {}

    def begin(self, interrupts: Interrupts, must: set[Key]) -> None:
        """Begin to load; this has to be in it."""
        self.must, self.took = must, False
        self._priorities = {}
        self._remember(interrupts)

    def end(self, interrupts: Interrupts, must: set[Key]) -> None:
        """End with loading; this has to be in it still."""
        self.must &= must
        self._remember(interrupts)

    def _remember(self, interrupts: Interrupts) -> None:
        for key in interrupts.alive:
            self._priorities[key] = self.priorities(interrupts, key)

    def priorities(self, interrupts: Interrupts, key: Key) -> tuple[int, int]:
        """Return the most and the least urgent that an interrupt may have been since it began."""
        some = [state.priority for state in interrupts.states(key)]
        some += self._priorities.get(key, ())
        return min(some), max(some)


class Astray:
    """Interrupts that some vCPU may have listed though they go to another."""

    def __init__(self, nr_vcpus: int, allowed: Allowances) -> None:
        self._all = (1 << nr_vcpus) - 1
        self._is_allowed = Allowances.UNANNOUNCED in allowed
        self._left: dict[Key, int] = {}
        self._syncing: list[set[Key]] = [set() for _ in range(nr_vcpus)]

    def __contains__(self, key: Key) -> bool:
        return key in self._left

    def rerouted(self, keys: Iterable[Key]) -> None:
        """Enter what is routed somewhere else: anybody may have it listed, until he has synced."""
        if self._is_allowed:
            self._left |= dict.fromkeys(keys, self._all)

    def sync(self, vcpu: int) -> None:
        """Enter that a vCPU begins to sync: it moves on what was routed away before."""
        self._syncing[vcpu] = set(self._left)

    def synced(self, vcpu: int) -> None:
        """Enter that it has."""
        for key in self._syncing[vcpu] & self._left.keys():
            self._left[key] &= ~(1 << vcpu)
            if not self._left[key]:
                del self._left[key]
        self._syncing[vcpu] = set()

    def restart(self, key: Key) -> None:
        """Enter that it may be anywhere again, also for those who are syncing."""
        for keys in self._syncing:
            keys.discard(key)


def certain(interrupts: Interrupts, astray: Astray, vcpu: int) -> set[Key]:
    """Return what is certainly signalled to a vCPU, and known to be its own."""
    return {
        key for key in interrupts.alive if key not in astray and interrupts.is_surely_for(key, vcpu)
    }
