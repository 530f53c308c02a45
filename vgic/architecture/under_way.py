# SPDX-License-Identifier: GPL-2.0-only
"""What a message or a command may come to that is under way, and what it does to an LPI then.

Each is an effect that may become less certain while it lasts: what was looked up is looked up again
whenever something begins that changes it.
"""

from vgic.architecture.effects import States, pend
from vgic.architecture.its import COMMANDS, Done, Tables
from vgic.architecture.state import State

Configuration = tuple[bool, int]
"""Whether an LPI is enabled, and its priority: a byte of the property table."""


class Message:
    """A message that is being sent.

    Attributes:
        event: its event.
        lpis: those that it may make pending.
        may_be_refused: it may come to nothing.
    """

    def __init__(self, event: int) -> None:
        self.event = event
        self.lpis: set[int] = set()
        self.may_be_refused = False

    def effect(self, state: State) -> States:
        """Make an LPI pending, or not where that is open."""
        return (*pend(state), state) if self.may_be_refused else pend(state)


class Command:
    """A command that is under way: what it may come to, by what may be mapped when its turn is.

    Attributes:
        lpis: those that it may be about.
        done: what it may come to.
    """

    def __init__(self, name: str, number: int, value: int) -> None:
        self._what = name, number, value
        self.lpis: set[int] = set()
        self.done: set[Done] = set()

    def of(self, tables: Tables) -> Done:
        """Return what it comes to if this is mapped."""
        name, number, value = self._what
        return COMMANDS[name](tables, number, value)

    def on_tables(self, tables: Tables) -> tuple[Tables]:
        """Return what is mapped after it."""
        return (self.of(tables).tables,)


class ReadsAny:
    """What becomes of an LPI whose configuration is read, of those that were written."""

    def __init__(self, configs: set[Configuration]) -> None:
        self._configs = configs

    def __call__(self, state: State) -> States:
        """Return what becomes of a state."""
        return (state, *[configured(state, each) for each in sorted(self._configs)])


class CommandOn:
    """What becomes of one LPI by a command, whatever that comes to."""

    def __init__(self, lpi: int, command: Command, configs: set[Configuration]) -> None:
        self._lpi = lpi
        self._command = command
        self._configs = configs

    def __call__(self, state: State) -> States:
        """Return what becomes of a state."""
        return tuple({after for done in self._command.done for after in self._by(done, state)})

    def _by(self, done: Done, state: State) -> States:
        routes = dict(done.targets)
        after = routed(state, routes[self._lpi]) if self._lpi in routes else state
        if self._lpi in done.mapped:
            return (after, *[configured(after, each) for each in sorted(self._configs)])
        if self._lpi in done.unmapped:
            return after, after._replace(latch=False, is_fresh=False)
        return (after,)


class Drops:
    """What becomes of an LPI when those of a vCPU are disabled."""

    def __init__(self, vcpu: int, *, may_keep: bool) -> None:
        self._vcpu = vcpu
        self._may_keep = may_keep

    def __call__(self, state: State) -> States:
        """Return what becomes of a state."""
        if state.target != self._vcpu:
            return (state,)
        dropped = state._replace(latch=False, is_fresh=False, loaded=0)
        return (dropped, state) if self._may_keep else (dropped,)


def routed(state: State, target: int | None) -> State:
    """Return the state of an LPI that goes somewhere; from nowhere on nobody lists it."""
    from_nowhere = state.target is None and target is not None
    return state._replace(target=target, is_left=state.is_left or from_nowhere)


def configured(state: State, config: Configuration) -> State:
    """Return the state of an LPI with a configuration; where that enables it, it is looked at."""
    enabled, priority = config
    left = state.is_left and not enabled
    return state._replace(enabled=enabled, priority=priority, is_left=left)
