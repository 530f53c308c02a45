# SPDX-License-Identifier: GPL-2.0-only
"""What a trace tells of one interrupt, as what each thread did to it and saw of it."""

from collections.abc import Collection

from stress.plays.happenings import ALL, EXITED, FINAL, Happening, Happenings
from stress.traces import NONE, Event
from vgic.accesses import ACCESSES, DISTRIBUTOR, Access
from vgic.architecture import ALL as ALLOWED
from vgic.architecture import LOOKS, Deed, Effect, Key, State, States, effect_of, effects, observe
from vgic.data import AWAIT, SIGNAL
from vgic.hardware import PRIORITY_MASK

_STAYS = {"acknowledge", "end", "end again", "drop", "dir", SIGNAL, AWAIT, FINAL}
"""What no guest exits for."""

_SAID = {"acknowledge": "phantom", "pending": "wrong read", "active": "wrong read"}
_LOST, _AT_THE_END = "lost", "wrong at the end"
_ONLY_PENDING = 1


class Told:
    """What a trace tells of one interrupt.

    Attributes:
        threads: the deeds of each thread.
        always: what may happen at any moment: a vCPU comes out, and goes in.
    """

    def __init__(
        self, key: Key, happenings: Happenings, nr_vcpus: int, shut: Collection[int]
    ) -> None:
        """Read it out of a trace.

        Args:
            key: the interrupt.
            happenings: the events.
            nr_vcpus: how many vCPUs there are.
            shut: the vCPUs whose guests may not let everything in at the end.
        """
        owner, _ = key
        vcpus = range(nr_vcpus) if owner is None else [owner]
        self._key = key
        self._nr_vcpus = nr_vcpus
        self._loads = {vcpu: effects.load(vcpu, ALLOWED) for vcpu in vcpus}
        self._shut = shut
        self.always: list[Effect] = [*self._loads.values(), *map(effects.take_back, vcpus)]
        self.threads: list[list[Deed]] = [[] for _ in happenings.threads]
        # Of each thread, how many deeds there are when so many of its events are over.
        self._counts = [[0] for _ in happenings.threads]
        for happening in happenings.all:
            self._add(happening)
            self._counts[happening.thread].append(len(self.threads[happening.thread]))

    def said(self, event: Event) -> str:
        """Return what it is called that an event cannot have been."""
        if event.what == FINAL:
            return _LOST if event.value == _ONLY_PENDING else _AT_THE_END
        return _SAID[event.what]

    def _add(self, happening: Happening) -> None:
        event = happening.event
        if event.who == ALL and event.what == EXITED:
            for loads in self._loads.values():
                self._deed(happening, loads)
            return
        if (effect := self._effect(event)) is not None:
            self._deed(happening, effect)
        if event.who.startswith("vcpu") and event.what not in _STAYS:
            self._goes_in_again(happening, _number(event))

    def _deed(self, happening: Happening, effect: Effect) -> None:
        after = [
            counts[before] for counts, before in zip(self._counts, happening.before, strict=True)
        ]
        self.threads[happening.thread].append(Deed(happening.place, effect, tuple(after)))

    def _goes_in_again(self, happening: Happening, vcpu: int) -> None:
        """Have a vCPU load; twice without a deed of its own between is as good as once."""
        deeds = self.threads[happening.thread]
        if vcpu in self._loads:
            effect = self._loads[vcpu]
            if not (deeds and deeds[-1].effect is effect):
                self._deed(happening, effect)

    def _effect(self, event: Event) -> Effect | None:
        """Return what becomes of the interrupt by an event, None if it is not about it."""
        what, vcpu = event.what, _number(event)
        if what in (SIGNAL, AWAIT):
            return None
        if what == DISTRIBUTOR:
            return effect_of(what, vcpu, event.value)
        if not self._is_about(event, vcpu):
            return None
        if what == "acknowledge":
            return effects.acknowledge(vcpu, ALLOWED, has_active_state=True)
        if what in ("end", "dir"):
            return effects.deactivate
        if what == FINAL:
            return self._final(event.value)
        if look := LOOKS.get(what):
            return observe(look(ALLOWED), bool(event.value))
        if event.who.startswith("dev"):
            return effects.drive(level=what == "raise")
        return effect_of(what, vcpu, event.value)

    def _is_about(self, event: Event, vcpu: int) -> bool:
        owner, intid = self._key
        if event.intid != intid:
            return False
        if owner is None:
            return True
        if event.who.startswith("dev") or event.what not in ACCESSES:
            return owner == vcpu
        access = Access(event.what, intid, max(event.value, 0))
        return owner in access.subjects(vcpu, self._nr_vcpus)

    def _final(self, value: int) -> Effect:
        """At the end every vCPU has exited twice: registers say what it is, and nothing waits."""
        pending, is_active = observe(LOOKS["pending"](ALLOWED), bool(value & 1)), bool(value >> 1)

        def effect(state: State) -> States:
            is_left = state.active == is_active and not self._waits(state)
            return pending(state) if is_left else ()

        return effect

    def _waits(self, state: State) -> bool:
        """Tell whether it waits for a guest that lets everything in."""
        return (
            state.is_signalled
            and state.target is not None
            and state.target not in self._shut
            and not state.is_left
            and state.priority < PRIORITY_MASK
        )


def _number(event: Event) -> int:
    """Return which vCPU an event is of; of a device's, whose line it is."""
    if event.who.startswith("vcpu"):
        return int(event.who.removeprefix("vcpu"))
    return 0 if event.value == NONE else event.value
