# SPDX-License-Identifier: GPL-2.0-only
"""Stepping through an execution in the terminal, forward and back.

The whole execution has been recorded, so every step can be gone to and nothing is run again.
"""

from collections.abc import Callable
from textwrap import wrap

from harness.engine import entry_text
from stress.explaining.every_step import deeds_in_words
from stress.explaining.recorded import Recorded
from stress.explaining.words import has_nothing, object_in_words

HELP = """\
  n, Enter   next step            b   back one step
  s          next switch          r   back to the switch before
  f          the failure          g N go to step N
  p          the whole state      q   quit"""


def step_through(
    recorded: Recorded, read: Callable[[], str | None], say: Callable[[str], None], width: int
) -> None:
    """Let somebody step through an execution.

    Args:
        recorded: the execution.
        read: returns the next command, None at the end of the input.
        say: prints one text.
        width: of no line more than so many characters.
    """
    stepper = _Stepper(recorded, width)
    say(f"{stepper.last} steps; ? for help")
    say(stepper.here())
    while (command := read()) is not None:
        words = command.split() or ["n"]
        if words[0] == "q":
            return
        if words[0] == "p":
            say(stepper.state(everything=True))
        elif stepper.go(words):
            say(stepper.here())
        else:
            say(HELP)
    say("the commands have ended here")


class _Stepper:
    """A place in an execution: before one of its steps, or at its end."""

    def __init__(self, recorded: Recorded, width: int) -> None:
        self._width = width
        self._recorded = recorded
        self._steps = recorded.steps
        self._at = 0

    @property
    def last(self) -> int:
        return self._steps[-1].event.step if self._steps else 0

    def go(self, words: list[str]) -> bool:
        """Go where a command says; False if it is none."""
        if words[0] == "g" and len(words) == 2 and words[1].isdecimal():
            self._at = self._place_of(int(words[1]))
            return True
        move = {
            "n": lambda: self._at + 1,
            "b": lambda: self._at - 1,
            "s": lambda: self._switch(1),
            "r": lambda: self._switch(-1),
            "f": lambda: len(self._steps),
        }.get(words[0])
        if move is None or len(words) > 1:
            return False
        self._at = max(0, min(len(self._steps), move()))
        return True

    def _place_of(self, number: int) -> int:
        for place, step in enumerate(self._steps):
            if step.event.step >= number:
                return place
        return len(self._steps)

    def _switch(self, way: int) -> int:
        place = self._at + way
        while 0 < place < len(self._steps) and not self._steps[place].enters:
            place += way
        return place

    def here(self) -> str:
        """Say what has just been done, what it changed, and what comes next."""
        lines = []
        if self._at:
            done = self._steps[self._at - 1]
            lines += [f"      {text}" for text in deeds_in_words(done)]
        if self._at == len(self._steps):
            failure = self._recorded.failure
            end = "the end" if failure is None else f"=> {failure.kind}: {failure.message}"
            lines += [*wrap(end, self._width), self.state()]
            return "\n".join(lines)
        step = self._steps[self._at]
        event = step.event
        assert event.what is not None
        function = f"  in {event.stack[-1]}()" if event.stack else ""
        switch = f"-- to {event.role} --\n" if step.enters else ""
        lines.append(
            f"{switch}{event.step:>5} {event.role}: {entry_text(event.what).strip()}{function}"
        )
        lines.append(self.state())
        return "\n".join(lines)

    def state(self, *, everything: bool = False) -> str:
        """Print the state before the step; what has just changed is marked.

        Args:
            everything: also what is empty, free or zero and has not just changed.
        """
        at_end = self._at == len(self._steps)
        event = self._recorded.end if at_end else self._steps[self._at].event
        before = self._steps[self._at - 1].event.state if self._at else event.state
        lines = []
        for thing, fields in event.state.items():
            changed = before.get(thing) != fields
            if not (everything or changed) and has_nothing(fields):
                continue
            lines += wrap(
                object_in_words(thing, fields),
                self._width,
                initial_indent="    * " if changed else "      ",
                subsequent_indent="          ",
            )
        return "\n".join(lines)
