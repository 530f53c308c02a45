# SPDX-License-Identifier: GPL-2.0-only
"""Where a VM and the architecture part: the verdict, of one of these kinds.

`phantom`: acknowledged, and in no state that it could be in was that pending there.
`acknowledged while active`: it is handled, in each state that it could be in.
`priority inverted`: something more urgent was there when the vCPU loaded, and still is.
`not signalled`: there was nothing to acknowledge, and something was there when the vCPU loaded.
`signalled too late`: nobody has anything left to do, and something waits that was announced.
`wrong read`: a register says what was not so at any time while it was read.
`stuck active`, `active state lost`: at the end it is what it cannot be.
`lost`: every vCPU has gone into its guest twice more, and something waits still.
"""

from collections.abc import Iterable
from typing import NamedTuple, NoReturn

from vgic.architecture.interrupts import Key, name_of
from vgic.architecture.state import State


class Parting(NamedTuple):
    """What a guest has seen, or not seen, that no GIC does.

    Attributes:
        kind: what it is called, for signatures.
        key: the interrupt.
        vcpu: the vCPU whose guest has seen it, or waits for it.
        message: what happened, in words.
        states: the states that it could have been in.
    """

    kind: str
    key: Key
    vcpu: int
    message: str
    states: tuple[str, ...]

    def __str__(self) -> str:
        """Return it in one sentence."""
        return f"{name_of(self.key)}: {self.message}"


class Parted(Exception):
    """VM and architecture have parted; nothing that is heard later is judged."""

    def __init__(self, parting: Parting) -> None:
        super().__init__(str(parting))
        self.parting = parting


def part(kind: str, key: Key, vcpu: int, what: str, states: Iterable[State]) -> NoReturn:
    """Say that they part.

    Args:
        kind: what it is called.
        key: the interrupt.
        vcpu: whose guest has seen it, or waits for it.
        what: what happened, in words.
        states: the states that it could have been in.

    Raises:
        Parted: always.
    """
    could_be = in_words(states)
    raise Parted(Parting(kind, key, vcpu, f"{what}; it is {known(could_be)}", could_be))


def in_words(states: Iterable[State]) -> tuple[str, ...]:
    """Return states in words, each once."""
    return tuple(sorted(set(map(str, states))))


def known(could_be: tuple[str, ...]) -> str:
    """Return what is known of an interrupt that could be in one of these states."""
    return could_be[0] if len(could_be) == 1 else f"in one of {len(could_be)} states"
