# SPDX-License-Identifier: GPL-2.0-only
"""The interrupts of a VM, and the calls about them that are in flight."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from vgic.architecture.allowances import Allowances
from vgic.architecture.effects import Effect, load
from vgic.architecture.possible import Possible
from vgic.architecture.state import State

Key = tuple[int | None, int]
"""Which interrupt: the vCPU whose own it is, None for a shared one, and its INTID."""

Reads = Callable[[State], bool | None]
"""What a register says of a state, None where that is open."""

FIRST_SHARED = 32
FIRST_LPI = 8192


def key_of(intid: int, vcpu: int) -> Key:
    """Return which interrupt an INTID is to a vCPU."""
    return (vcpu if intid < FIRST_SHARED else None), intid


def name_of(key: Key) -> str:
    """Return an interrupt in words."""
    owner, intid = key
    if owner is None:
        return f"{'lpi' if intid >= FIRST_LPI else 'spi'} {intid}"
    return f"{'sgi' if intid < 16 else 'ppi'} {intid} of vcpu {owner}"


class Interrupts:
    """All that may be of each interrupt, and who is about to change it."""

    def __init__(self, states: Mapping[Key, State], allowed: Allowances) -> None:
        """Begin with what is certain.

        Args:
            states: the state of each interrupt that there is.
            allowed: what software delivery may do.
        """
        self._allowed = allowed
        self._possible: dict[Key, Possible[State]] = {
            key: Possible(state) for key, state in states.items()
        }
        self._calls: defaultdict[str, list[list[tuple[Key, int]]]] = defaultdict(list)
        self._busy: Counter[Key] = Counter()
        self._loading: dict[int, dict[Key, int]] = {}
        self._watched: dict[str, tuple[Key, Reads, set[bool | None]]] = {}
        # What may be pending or loaded: all else a vCPU that loads leaves as it is.
        self._alive: dict[Key, None] = {}
        for key in self._possible:
            self._note(key)

    def __contains__(self, key: Key) -> bool:
        return key in self._possible

    def __iter__(self) -> Iterator[Key]:
        return iter(self._possible)

    @property
    def alive(self) -> list[Key]:
        """Those that may be pending, or loaded somewhere, or that somebody is about to change."""
        return list(self._alive)

    def states(self, key: Key) -> set[State]:
        """Return the states that an interrupt may be in."""
        return self._possible[key].states

    # Calls.

    def begin(self, who: str, effects: Iterable[tuple[Key, Effect]]) -> list[Key]:
        """Enter a call that begins, with what it does to each interrupt; return those there are.

        Args:
            who: whose call it is; of one caller the call that began last returns first.
            effects: what it does, by interrupt; of interrupts that there are not nothing comes.
        """
        self._calls[who].append([])
        for key, effect in effects:
            self.join(who, key, effect)
        return [key for key, _ in self._calls[who][-1]]

    def join(self, who: str, key: Key, effect: Effect) -> None:
        """Enter that a call that is in flight is about another interrupt, too."""
        if key in self._possible:
            self._enter_loads(key)
            self._calls[who][-1].append((key, self._possible[key].begin(effect)))
            self._busy[key] += 1
            self._note(key)

    def follow(self, who: str) -> None:
        """Enter that what a call in flight does has become less certain."""
        for key, _ in self._calls[who][-1]:
            self._possible[key].follow()

    def finish(self, who: str) -> list[Key]:
        """Enter that a call has returned; return what it was about."""
        call = self._calls[who].pop()
        for key, bit in call:
            self._possible[key].finish(bit)
            self._busy[key] -= 1
            self._note(key)
        return [key for key, _ in call]

    def may_change(self, key: Key, effect: Effect) -> bool:
        """Tell whether something is done to an interrupt by an effect."""
        possible = self._possible.get(key)
        return possible is not None and any(effect(each) != (each,) for each in possible.states)

    # vCPUs that load.

    def begin_loading(self, vcpu: int) -> None:
        """Enter that a vCPU begins to load what it may have: shared ones, and its own."""
        self._loading[vcpu] = {}
        for key in self._alive:
            self._enter_load(vcpu, key)

    def finish_loading(self, vcpu: int) -> None:
        """Enter that it has loaded."""
        for key, bit in self._loading.pop(vcpu).items():
            self._possible[key].finish(bit)
            self._note(key)

    def _enter_load(self, vcpu: int, key: Key) -> None:
        loads = self._loading[vcpu]
        if key not in loads and key[0] in (None, vcpu):
            loads[key] = self._possible[key].begin(load(vcpu, self._allowed))

    def _enter_loads(self, key: Key) -> None:
        """Whoever is loading may load what becomes of this."""
        for vcpu in self._loading:
            self._enter_load(vcpu, key)

    def _note(self, key: Key) -> None:
        states = self._possible[key].states
        if self._busy[key] or any(state.pending or state.loaded for state in states):
            self._alive[key] = None
        else:
            self._alive.pop(key, None)
        for which, look, values in self._watched.values():
            if which == key:
                values.update(map(look, states))

    # What is seen.

    def watch(self, who: str, key: Key, look: Reads) -> None:
        """Begin to remember all that somebody may see of an interrupt who reads a register."""
        self._watched[who] = key, look, set(map(look, self._possible[key].states))

    def seen(self, who: str) -> set[bool | None]:
        """Return all that he may have seen."""
        return self._watched.pop(who)[2]

    def observe(self, key: Key, effect: Effect) -> bool:
        """Enter what was observed of an interrupt; return whether it could be."""
        self._enter_loads(key)
        possible = self._possible[key]
        possible.observe(effect)
        self._note(key)
        return bool(possible.elements)

    def is_surely_for(self, key: Key, vcpu: int) -> bool:
        """Tell whether an interrupt is signalled to a vCPU, and nobody is about to change that.

        Who finds done what another is still about to do has returned before that is done.
        """
        return not self._busy[key] and all(
            state.is_signalled
            and state.target == vcpu
            and not (state.is_left and Allowances.LEFT_UNLISTED in self._allowed)
            for state in self._possible[key].states
        )
