# SPDX-License-Identifier: GPL-2.0-only
"""What guests access, by the words that traces have for it, and what that does to interrupts.

Most do one thing to each interrupt that they are about (`effect_of`). Commands of an ITS and writes
of GICR_CTLR are about whatever LPIs are mapped meanwhile, which messages.py follows.
"""

from collections.abc import Callable, Sequence

from vgic.architecture import effects
from vgic.architecture.allowances import ALL, Allowances
from vgic.architecture.architecture import Architecture
from vgic.architecture.effects import Effect
from vgic.architecture.interrupts import Key, Reads, key_of
from vgic.architecture.its import COMMANDS
from vgic.architecture.state import State

Does = Callable[[int, Allowances], Effect]
"""What an access does, by its value."""

_ANNOUNCES: dict[str, Does] = {
    "raise": lambda value, allowed: effects.drive(level=True),
    "enable": lambda value, allowed: effects.set_enabled(enabled=True),
    "pend": lambda value, allowed: effects.pend_by_software(allowed),
    "deactivate": lambda value, allowed: effects.set_active(active=False),
    "sgi": lambda value, allowed: effects.pend,
    "sgi list": lambda value, allowed: effects.pend,
    "sgi others": lambda value, allowed: effects.pend,
}
"""Those that tell whom it concerns."""

_SILENT: dict[str, Does] = {
    "quiesce": lambda value, allowed: effects.drive(level=False),
    "lower": lambda value, allowed: effects.drive(level=False),
    "disable": lambda value, allowed: effects.set_enabled(enabled=False),
    "unpend": lambda value, allowed: effects.unpend(allowed),
    "priority": lambda value, allowed: effects.set_priority(value),
    "activate": lambda value, allowed: effects.set_active(active=True),
    "group": lambda value, allowed: effects.set_group(value),
    "trigger": lambda value, allowed: effects.set_trigger(is_level=not value),
}
"""Those that tell nobody."""

_DISTURB = {"priority", "group", "activate", "deactivate"}
"""Those that write what a handler of the interrupt counts on."""

_BETWEEN = {"pend", "unpend", "activate", "deactivate"}
"""Those that get between a physical device and its driver, of a mapped interrupt (Q13)."""


def _pending(allowed: Allowances) -> Reads:
    """GICD_ISPENDR does not say what is in another vCPU's list register: nobody halts for that.

    A level that software has pended is so until the host has heard that its handler is over.
    """

    def look(state: State) -> bool | None:
        if state.loaded or state.is_mapped or state.is_left:
            return None
        in_handler = state.is_level and state.active and Allowances.ACTIVE_LEVEL in allowed
        return None if in_handler and not state.pending else state.pending

    return look


def _active(_: Allowances) -> Reads:
    return lambda state: state.active


LOOKS: dict[str, Callable[[Allowances], Reads]] = {"pending": _pending, "active": _active}
"""Those that read, and what of a state."""

_NOTHING = {"msi", "int", "exits", "exit", "dir", "dir page", "rebind"}
"""Those that change nothing themselves: what some bring about is told beside."""

_SEND = ("sgir", "sgir others", "sgir self")
_ROUTE = ("route", "targets")
_DISTRIBUTOR, _MOVALL = "distributor", "movall"
_LPIS_ON, _LPIS_OFF = "lpis on", "lpis off"
_ENABLED, _PRIORITY = 0x01, 0xF8


def effect_of(word: str, vcpu: int, value: int, allowed: Allowances = ALL) -> Effect | None:
    """Return what an access does to each interrupt that it is about.

    Args:
        word: what it is called.
        vcpu: whose it is.
        value: what is written.
        allowed: what software delivery may do.

    Returns:
        The effect; None if it changes none, or more than one at a time.
    """
    if does := _ANNOUNCES.get(word) or _SILENT.get(word):
        return does(value, allowed)
    if word in _SEND:
        return effects.send_from(vcpu)
    if word in _ROUTE:
        return effects.set_target(value if word == "route" else _first_of(value))
    return effects.set_forwarded(forwarded=bool(value)) if word == _DISTRIBUTOR else None


class UnknownAccess(Exception):
    """There is no word here for what was accessed, so nothing can be judged from then on."""


class Accesses:
    """Tells the judge of accesses, each from its start to its return."""

    def __init__(self, judge: Architecture, allowed: Allowances) -> None:
        """Tell a judge.

        Args:
            judge: the judge.
            allowed: what software delivery may do.
        """
        self._judge = judge
        self._allowed = allowed

    def begin(self, vcpu: int, word: str, keys: Sequence[Key], number: int, value: int) -> None:
        """An access begins.

        Args:
            vcpu: whose it is.
            word: what it is called.
            keys: the interrupts that it is about.
            number: the INTID, event, or collection in it.
            value: what is written.

        Raises:
            UnknownAccess: it is none of these.
        """
        who = _name(vcpu)
        if word in _DISTURB:
            self._judge.disturb(keys)
        if word in _BETWEEN:
            self._judge.give_up_mapped(keys)
        if word == _DISTRIBUTOR:
            self._judge.is_turned = True
            keys = list(self._judge.interrupts)
        if effect := effect_of(word, vcpu, value, self._allowed):
            done = [(key, effect) for key in keys]
            self._judge.begin(who, done, announces=_announces(word, value))
            if word in _ROUTE:
                self._judge.reroute(keys)
        elif look := LOOKS.get(word):
            self._judge.begin(who, [])
            for key in keys:
                self._judge.reading(who, key, look(self._allowed))
        elif word in _NOTHING:
            self._judge.begin(who, [])
        else:
            self._begin_of_lpis(who, word, number, value)

    def _begin_of_lpis(self, who: str, word: str, number: int, value: int) -> None:
        judge, messages = self._judge, self._judge.messages
        if word in COMMANDS:
            judge.reroute(messages.command(who, word, number, value))
        elif word == _MOVALL:
            judge.reroute(messages.movall(who, number, value))
        elif word == "clear":
            messages.clear(who, number)
        elif word == "inv":
            changed = messages.inv(who, number, (bool(value & _ENABLED), value & _PRIORITY))
            if value & _ENABLED:
                judge.announce(changed)
        elif word == "invall":
            messages.invall(who)
        elif word == _LPIS_OFF:
            messages.disable(who, value, [key for key in judge.interrupts if key in judge.astray])
        elif word == _LPIS_ON:
            messages.enable(who, value)
        else:
            raise UnknownAccess(word)

    def read(self, vcpu: int, intid: int, value: int) -> None:
        """What was read of an interrupt."""
        self._judge.read(_name(vcpu), vcpu, key_of(intid, vcpu), bool(value))

    def finish(self, vcpu: int, word: str, value: int) -> None:
        """An access has returned."""
        who = _name(vcpu)
        judge, messages = self._judge, self._judge.messages
        if word in COMMANDS:
            judge.reroute(messages.commanded(who))
        elif word in (_LPIS_ON, _LPIS_OFF):
            messages.written(who, value, enables=word == _LPIS_ON)
        else:
            done = judge.finish(who)
            if word in (*_ROUTE, _MOVALL):
                judge.reroute(done)


def _announces(word: str, value: int) -> bool:
    """Tell whether an access tells whom it concerns."""
    return word in _ANNOUNCES or word in _SEND or (word == _DISTRIBUTOR and bool(value))


def _name(vcpu: int) -> str:
    """Return by what name a vCPU accesses: its thread may send something meanwhile."""
    return f"access {vcpu}"


def _first_of(vcpus: int) -> int:
    """Return the first of some vCPUs, a bit each; a GICv2's distributor takes vCPU 0 for none."""
    return (vcpus & -vcpus).bit_length() - 1 if vcpus else 0
