# SPDX-License-Identifier: GPL-2.0-only
"""What may be seen of a program: the quiet outcome, or one with exits that the host makes.

A host exits for reasons of its own, a tick at least, between any two instructions. So where a
kernel shows something other than the quiet outcome, exits are put into the program, at most where
the two part, and those that make them part later are kept. A maintenance interrupt that is slow
while the program runs may come at once later, as it does where the host has only masked it for so
long. Nothing else about one vCPU is open.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from stress.agreement.comparing import Difference, first_difference, that_count
from stress.agreement.following import DROP, EVERYBODY, positions
from stress.agreement.programs import AT_ONCE, SLOW, category_of
from stress.plays import Play
from stress.traces import Trace
from vgic import Parameters
from vgic.data import ACCESS, ACKNOWLEDGE, DIR, END, Instruction, Program, dir_of

ModelRun = Callable[[Parameters], Trace]
"""Runs a machine once, quietly, and returns what was seen."""

RUNS_MAX = 120
EXITS_MAX = 4
_EXIT = Instruction(ACCESS)
_PROMPT = 1_000
"""More maintenance interrupts than come in any program."""


class Compared(NamedTuple):
    """How a kernel's trace stands to what may be seen of its program.

    Attributes:
        difference: where it parts from the model's, None if it is one of the possible outcomes;
            that of the quiet outcome.
        exits: before which instructions the host has to exit for it, none for the quiet outcome.
        prompt_from: from which maintenance interrupt on those of a slow one have to come at once
            for it, None for the quiet outcome.
        runs: how often the model ran.
        bounded: no more was tried, though there was more to try; so it may be possible still.
    """

    difference: Difference | None
    exits: tuple[int, ...] = ()
    prompt_from: int | None = None
    runs: int = 1
    bounded: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether it is the model's quiet outcome."""
        return self.difference is None and not self.exits and self.prompt_from is None


def outcome(play: Play, kernel: Trace, model: ModelRun, runs_max: int = RUNS_MAX) -> Compared:
    """Say whether what a kernel showed of a program may be seen of it.

    Args:
        play: the program, of one vCPU.
        kernel: its trace on a kernel.
        model: runs it in the model.
        runs_max: at most so many runs of the model.
    """
    quiet = first_difference(play, model(play.parameters), kernel)
    if quiet is None:
        return Compared(None)
    search = _Search(_served(play, kernel), kernel, model, runs_max)
    # The host masks a slow maintenance interrupt until everybody has been idle, and no longer.
    masked = quiet.agreed < len(that_count(play, _until_idle(kernel)))
    prompt_from = None if masked else search.prompt_from()
    if prompt_from is not None:
        return Compared(None, (), prompt_from, search.runs)
    exits = search.exits_for((), quiet.agreed)
    if exits is not None:
        return Compared(None, exits, None, search.runs)
    return Compared(quiet, (), None, search.runs, search.bounded)


class _Search:
    """Looks for exits of the host with which the model shows what the kernel showed."""

    def __init__(self, play: Play, kernel: Trace, model: ModelRun, runs_max: int) -> None:
        self._play = play
        self._kernel = kernel
        self._model = model
        self._left = runs_max - 1
        self.runs = 1
        self.bounded = False

    def prompt_from(self) -> int | None:
        """Return from which maintenance interrupt on they come at once if nothing differs then."""
        (guest,) = self._play.parameters.guests
        if not category_of(self._play).slow:
            return None
        for late in range(len(guest.instructions) + 1):
            lateness = (*SLOW * late, *AT_ONCE * _PROMPT)
            program = guest._replace(lateness=lateness)
            if not self._left:
                self.bounded = True
                break
            if self._difference(self._play.parameters._replace(guests=(program,))) is None:
                return late
        return None

    def exits_for(self, exits: tuple[int, ...], index: int) -> tuple[int, ...] | None:
        """Return exits with which nothing differs, these among them; None if none are found.

        Args:
            exits: those so far, in order.
            index: how far the traces agree with them.
        """
        better = []
        for more in self._further(exits, index):
            if not self._left:
                self.bounded = True
                break
            difference = self._difference(with_exits(self._play.parameters, more))
            if difference is None:
                return more
            if difference.agreed > index:
                better.append((difference.agreed, more))
        if better and len(exits) + 1 == EXITS_MAX:
            self.bounded = True
            return None
        for further, more in sorted(better, key=lambda each: -each[0]):
            found = self.exits_for(more, further)
            if found is not None:
                return found
        return None

    def _further(self, exits: tuple[int, ...], index: int) -> Iterator[tuple[int, ...]]:
        """Yield exits with one more, the last that may matter first."""
        for place in range(self._last_place(index), -1, -1):
            yield tuple(sorted((*exits, place)))

    def _last_place(self, index: int) -> int:
        """Say before which instruction an exit is still before the event of this index."""
        (guest,) = self._play.parameters.guests
        events = that_count(self._play, self._kernel)
        if index >= len(events):
            return len(guest.instructions)
        return positions(guest.instructions, events)[index]

    def _difference(self, parameters: Parameters) -> Difference | None:
        self.runs += 1
        self._left -= 1
        return first_difference(self._play, self._model(parameters), self._kernel)


def with_exits(parameters: Parameters, exits: Sequence[int]) -> Parameters:
    """Return a machine whose only guest exits for nothing before these of its instructions."""
    (guest,) = parameters.guests
    instructions = list(guest.instructions)
    for place in sorted(exits, reverse=True):
        instructions.insert(place, _EXIT)
    return parameters._replace(guests=(Program(tuple(instructions), guest.lateness),))


def _until_idle(trace: Trace) -> Trace:
    """Return a trace as far as nobody was forced to exit."""
    events = trace.events
    idle = next((n for n, event in enumerate(events) if event.who == EVERYBODY), len(events))
    return Trace(events[:idle])


def _served(play: Play, kernel: Trace) -> Play:
    """Return a play with what the guest served after its program as instructions of it.

    So an exit can be put between them. What came after the first phase is left out: whatever was
    served then has had its exit.
    """
    (guest,) = play.parameters.guests
    instructions = list(guest.instructions)
    known = {ACKNOWLEDGE.name: ACKNOWLEDGE, END.name: END, DROP: END, DIR: dir_of()}
    events = _until_idle(kernel).events
    for event, place in zip(events, positions(guest.instructions, events), strict=True):
        if place == len(guest.instructions) and event.what in known:
            instructions.append(known[event.what])
    machine = play.parameters._replace(guests=(Program(tuple(instructions), guest.lateness),))
    return play._replace(parameters=machine)
