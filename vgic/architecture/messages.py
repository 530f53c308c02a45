# SPDX-License-Identifier: GPL-2.0-only
"""Messages of events, and commands of an ITS: which LPIs they may be about.

What is certain is followed exactly. Where it depends on what is under way beside, each of it is: a
message may be refused, or reach another LPI, if what decides on that changes while it is sent.
"""

from collections import Counter
from collections.abc import Iterable

from vgic.architecture.effects import States
from vgic.architecture.interrupts import FIRST_LPI, Interrupts, Key
from vgic.architecture.its import Tables
from vgic.architecture.possible import Possible
from vgic.architecture.state import State
from vgic.architecture.under_way import (
    Command,
    CommandOn,
    Configuration,
    Drops,
    Message,
    ReadsAny,
    configured,
    routed,
)


class Messages:
    """What an ITS may map, and what is under way about it."""

    def __init__(self, interrupts: Interrupts, nr_vcpus: int) -> None:
        """Begin with each LPI that goes somewhere mapped by the event of its number.

        Args:
            interrupts: the interrupts.
            nr_vcpus: how many vCPUs there are.
        """
        self._interrupts = interrupts
        self._lpis = [key for key in interrupts if key[1] >= FIRST_LPI]
        first = {key: next(iter(interrupts.states(key))) for key in self._lpis}
        targets = [
            (key[1], state.target) for key, state in first.items() if state.target is not None
        ]
        self._tables = Possible(Tables.with_each(targets, nr_vcpus))
        self._configs: dict[int, set[Configuration]] = {
            key[1]: {(state.enabled, state.priority)} for key, state in first.items()
        }
        self._off: set[int] = set()
        self._writing: Counter[int] = Counter()
        self._messages: dict[str, Message] = {}
        self._commands: dict[str, tuple[Command, int]] = {}

    # Messages.

    def send(self, who: str, event: int) -> list[Key]:
        """Somebody begins to send the message of an event; return what may become pending."""
        message = Message(event)
        self._interrupts.begin(who, [])
        self._messages[who] = message
        self._look_again(who, message)
        return [(None, lpi) for lpi in message.lpis]

    def sent(self, who: str) -> None:
        """He has sent it."""
        del self._messages[who]
        self._interrupts.finish(who)

    def _look_again(self, who: str, message: Message) -> None:
        reached = {tables.reaches(message.event) for tables in self._tables.states}
        message.may_be_refused |= len(reached | message.lpis) > 1 or not all(
            lpi is None or self._is_taken(lpi) for lpi in reached
        )
        for lpi in sorted(reached - message.lpis - {None}, key=str):
            assert lpi is not None
            message.lpis.add(lpi)
            self._interrupts.join(who, (None, lpi), message.effect)
        self._interrupts.follow(who)

    def _is_taken(self, lpi: int) -> bool:
        """Tell whether wherever an LPI may go LPIs are certainly taken."""
        targets = {state.target for state in self._interrupts.states((None, lpi))}
        return not any(each is None or each in self._off or self._writing[each] for each in targets)

    # Commands.

    def command(self, who: str, name: str, number: int, value: int) -> list[Key]:
        """Somebody begins with a command that maps or routes; return what it may be about."""
        command = Command(name, number, value)
        self._interrupts.begin(who, [])
        self._commands[who] = command, self._tables.begin(command.on_tables)
        self._all_look_again()
        return [(None, lpi) for lpi in command.lpis]

    def commanded(self, who: str) -> list[Key]:
        """He has; return what it may have been about."""
        _, bit = self._commands.pop(who)
        self._tables.finish(bit)
        return self._interrupts.finish(who)

    def movall(self, who: str, source: int, target: int) -> list[Key]:
        """Somebody begins to have all LPIs of a vCPU sent to another; return all there are."""

        def effect(state: State) -> States:
            return (routed(state, target) if state.target == source else state,)

        keys = self._interrupts.begin(who, [(key, effect) for key in self._lpis])
        self._all_look_again()
        return keys

    def clear(self, who: str, event: int) -> None:
        """Somebody begins to take the pending state of an event's LPI away."""

        def effect(state: State) -> States:
            return state._replace(latch=False, is_fresh=False), state

        self._interrupts.begin(who, [((None, lpi), effect) for lpi in self._reached(event)])

    def inv(self, who: str, event: int, config: Configuration) -> list[Key]:
        """Somebody writes the configuration of an event's LPI, and has it read."""
        lpis = self._mapped(event)
        for lpi in lpis or [event]:
            self._configs.setdefault(lpi, set()).add(config)
        certain = len(lpis) == 1

        def effect(state: State) -> States:
            read = configured(state, config)
            return (read,) if certain else (read, state)

        return self._interrupts.begin(who, [((None, lpi), effect) for lpi in lpis])

    def invall(self, who: str) -> None:
        """Somebody has the configuration of many LPIs read again, as it may have been written."""
        self._interrupts.begin(
            who,
            [
                (key, self._reads_any(key[1]))
                for key in self._lpis
                if len(self._configs[key[1]]) > 1
            ],
        )

    def _reads_any(self, lpi: int) -> "ReadsAny":
        return ReadsAny(self._configs[lpi])

    def _reached(self, event: int) -> list[int]:
        reached = {tables.reaches(event) for tables in self._tables.states}
        return [lpi for lpi in reached if lpi is not None]

    def _mapped(self, event: int) -> list[int]:
        entries = [tables.entry(event) for tables in self._tables.states]
        return list(dict.fromkeys(each.lpi for each in entries if each is not None))

    def _all_look_again(self) -> None:
        """What is under way may come to something else by what has just begun."""
        for who, (command, _) in self._commands.items():
            self._find_out(who, command)
        for who, message in self._messages.items():
            self._look_again(who, message)

    def _find_out(self, who: str, command: Command) -> None:
        command.done |= {command.of(tables) for tables in self._tables.states}
        mentioned = {
            lpi
            for done in command.done
            for lpi in (*dict(done.targets), *done.unmapped, *done.mapped)
        }
        for lpi in sorted(mentioned - command.lpis):
            command.lpis.add(lpi)
            self._interrupts.join(who, (None, lpi), self._effect_on(lpi, command))
        self._interrupts.follow(who)

    def _effect_on(self, lpi: int, command: Command) -> "CommandOn":
        return CommandOn(lpi, command, self._configs.setdefault(lpi, set()))

    # GICR_CTLR.

    def disable(self, who: str, vcpu: int, astray: Iterable[Key]) -> None:
        """Somebody begins to disable the LPIs of a vCPU.

        Args:
            who: his name.
            vcpu: the vCPU.
            astray: the interrupts that another vCPU may have listed: those it may keep.
        """
        # Who finds them disabled already, or another at it, leaves what has come since.
        does_nothing = vcpu in self._off or bool(self._writing[vcpu])
        kept = set(self._lpis if does_nothing else astray)

        def effect_on(key: Key) -> Drops:
            return Drops(vcpu, may_keep=key in kept)

        self._off.add(vcpu)
        self._writing[vcpu] += 1
        self._interrupts.begin(who, [(key, effect_on(key)) for key in self._lpis])
        self._all_look_again()

    def enable(self, who: str, vcpu: int) -> None:
        """Somebody begins to enable them."""
        self._writing[vcpu] += 1
        self._interrupts.begin(who, [])
        self._all_look_again()

    def written(self, who: str, vcpu: int, *, enables: bool) -> None:
        """He has; if nobody else writes it that is how it is."""
        self._interrupts.finish(who)
        self._writing[vcpu] -= 1
        if enables and not self._writing[vcpu]:
            self._off.discard(vcpu)
