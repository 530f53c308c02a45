# SPDX-License-Identifier: GPL-2.0-only
"""What a guest lets in at its CPU interface, and what it has in hand.

Only what is certain is said of it: a priority mask, its groups, and the handlers that are open.
"""

from vgic.architecture.interrupts import Key
from vgic.architecture.state import State

OPEN = 0xF8
"""The mask of a guest that lets in all it can: five bits of it are implemented (Q9)."""


class Handler:
    """A handler that is open.

    Attributes:
        key: the interrupt.
        is_disturbed: software has written its priority, group or active state meanwhile.
    """

    __slots__ = ("is_disturbed", "key")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.is_disturbed = False


class Interface:
    """The CPU interface of one vCPU.

    Attributes:
        mask: only what has a priority below this is let in.
        groups: the groups that are let in.
        handlers: those whose priority has not been dropped, the innermost last.
        dropped: those whose priority has, and that nobody has deactivated.
        awaits: its guest waits for something else than an interrupt, and takes none (Q8).
        is_forfeited: its guest has lost count of what it ends, or has had it lost: from then on
            the host cannot tell what is active there (Q6, Q7, Q10, Q11).
    """

    def __init__(self) -> None:
        self.mask = OPEN
        self.groups = {0, 1}
        self.handlers: list[Handler] = []
        self.dropped: list[Handler] = []
        self.awaits = False
        self.is_forfeited = False

    def open_up(self) -> None:
        """Let everything in."""
        self.mask = OPEN
        self.groups = {0, 1}

    def acknowledge(self, key: Key) -> None:
        """Enter a handler."""
        self.handlers.append(Handler(key))

    def disturb(self, key: Key) -> None:
        """Enter that software writes what a handler counts on."""
        for handler in (*self.handlers, *self.dropped):
            if handler.key == key:
                handler.is_disturbed = True

    def end(self, key: Key, *, drops_only: bool) -> None:
        """Leave the innermost handler of an interrupt.

        EOIcount tells the host how many have ended, and not which: it takes off handlers in their
        order. That is right as long as their order is as they nest.
        """
        open_ones = (*self.handlers, *self.dropped)
        self.is_forfeited |= any(handler.is_disturbed for handler in open_ones)
        self.is_forfeited |= bool(self.dropped) and not drops_only
        left = next((each for each in reversed(self.handlers) if each.key == key), None)
        if left is not None:
            self.handlers.remove(left)
            if drops_only:
                self.dropped.append(left)

    def deactivate(self, key: Key) -> None:
        """Enter that DIR was written for an interrupt, on whatever vCPU."""
        self.dropped = [each for each in self.dropped if each.key != key]

    def lets_in(self, state: State) -> bool:
        """Tell whether it certainly lets an interrupt in: no handler is open."""
        return (
            not (self.handlers or self.awaits or self.is_forfeited)
            and state.group in self.groups
            and state.priority < self.mask
        )
