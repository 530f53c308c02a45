# SPDX-License-Identifier: GPL-2.0-only
"""From the lines of a console to what came of each play, round by round.

Whatever the lines say: a line that is damaged, or about something that was not asked for, is
dropped and counted, and a round of which a line is missing is lost, since half of it would judge
the kernel wrongly.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from harness.engine import printable_text
from stress.plays import Play
from stress.rig.wire.lines import Said, hexadecimal, is_from_the_monitor, taken_apart
from stress.rig.wire.played import Played, UnderWay
from stress.rig.wire.words import SET, Op, unpacked

KERNEL_SAID_MAX = 200
_PANIC = re.compile(r"Kernel panic - not syncing|Internal error:")
"""What stands in the first line of a kernel that dies; a stack of any length comes behind it."""
_LOG_KINDS = {"v": 3, "d": 3, "f": 2}
_ONLY_FINAL = frozenset({Op.FINAL})
_ONLY_LINES = frozenset({Op.RAISE, Op.LOWER})
_NEVER_LOGGED = SET | {
    Op.STOP, Op.WORK, Op.LINGER, Op.FINAL, Op.HAND_OVER, Op.TAKE_OVER,
}  # fmt: skip
_OF_GUESTS = frozenset(Op) - _NEVER_LOGGED


class Hello(NamedTuple):
    """Who is there.

    Attributes:
        release: the kernel's release, as `uname -r` has it.
        cpus: how many CPUs it has.
        ms: how long it took to boot, in milliseconds of its own.
    """

    release: str
    cpus: int
    ms: int


class Reception:
    """Hears the console of one boot.

    Attributes:
        hello: who is there, None if nobody has said so.
        kernel_said: what the kernel complained of, in order.
        through: the names of the plays that are over.
        under_way: the name of the play that is not over, "" if none is.
        dropped: how many lines of the monitor were damaged, or made no sense.
        fatal: why the monitor could not go on, "" if it could.
        panic: the line in which the kernel itself says that it dies, escaped, "" if it does not.
        not_slow: why it cannot mask the maintenance interrupt, "" if it can.
        is_complete: the monitor has said that it is through with everything.
    """

    def __init__(self, plays: Sequence[Play]) -> None:
        """Begin before the first line.

        Args:
            plays: what was sent, in this order.
        """
        self._plays = tuple(plays)
        self._begun: dict[str, UnderWay] = {}
        self._kept: dict[str, Played] = {}
        self.hello: Hello | None = None
        self.kernel_said: list[str] = []
        self.through: set[str] = set()
        self.under_way = ""
        self.dropped = 0
        self.fatal = ""
        self.panic = ""
        self.not_slow = ""
        self.is_complete = False

    @property
    def results(self) -> dict[str, Played]:
        """What came of each play that has begun, by its name."""
        return {
            name: self._kept[name] if name in self._kept else begun.played()
            for name, begun in self._begun.items()
        }

    def feed(self, line: str) -> None:
        """Hear one line of the console; what is none of the monitor's is passed over."""
        said = taken_apart(line)
        if said is None:
            self.dropped += is_from_the_monitor(line)
            if not self.panic and _PANIC.search(line):
                self.panic = printable_text(line)
        elif not self._heard(said):
            self.dropped += 1

    def _heard(self, said: Said) -> bool:
        if said.kind in _LOG_KINDS:
            return self._log(said)
        if said.kind in {"play", "hung", "broken", "end"}:
            return self._course(said)
        if said.kind == "hello" and self.hello is None:
            release, _, rest = said.rest.partition(" ")
            found = Said("", rest).numbers(2)
            if found and not found[1]:
                self.hello = Hello(printable_text(release), *found[0])
            return self.hello is not None
        if said.kind == "slow":
            works, _, why = said.rest.partition(" ")
            self.not_slow = "" if works == "1" else printable_text(why)
        elif said.kind == "kmsg":
            if len(self.kernel_said) < KERNEL_SAID_MAX:
                self.kernel_said.append(printable_text(said.rest.partition(" ")[2]))
        elif said.kind == "fatal":
            self.fatal = printable_text(said.rest)
        elif said.kind == "bye":
            self.is_complete = True
        else:
            return False
        return True

    def _log(self, said: Said) -> bool:
        found = said.numbers(_LOG_KINDS[said.kind])
        under_way = self._of(found[0][0]) if found else None
        words = hexadecimal(found[1]) if found else None
        if found is None or under_way is None or words is None:
            return False
        known = {"v": _OF_GUESTS, "d": _ONLY_LINES, "f": _ONLY_FINAL}[said.kind]
        log = [word for word in map(unpacked, words) if word is not None and word.op in known]
        return len(log) == len(words) and under_way.log(said.kind, found[0], log)

    def _of(self, number: int) -> UnderWay | None:
        """Return the play of this number; it begins if the line that says so was lost."""
        if number >= len(self._plays):
            return None
        play = self._plays[number]
        return self._begun[play.name] if play.name == self.under_way or self._begin(play) else None

    def _course(self, said: Said) -> bool:
        """Hear how a play goes: it begins, is given up, or ends."""
        found = said.numbers({"play": 1, "hung": 2, "broken": 2, "end": 5}[said.kind])
        if found is None or found[0][0] >= len(self._plays):
            return False
        numbers, text = found
        if said.kind == "play":
            return self._begin(self._plays[numbers[0]])
        under_way = self._of(numbers[0])
        if under_way is None:
            return False
        if said.kind == "end":
            under_way.ended = min(numbers[1], under_way.play.rounds), *numbers[2:]
            self._end()
            return True
        under_way.given_up = numbers[1]
        under_way.hung = said.kind == "hung"
        under_way.trouble = printable_text(text) if said.kind == "broken" else ""
        return True

    def _begin(self, play: Play) -> bool:
        if play.name in self._begun:
            return False
        self._end()
        self._begun[play.name] = UnderWay(play)
        self.under_way = play.name
        return True

    def _end(self) -> None:
        """The play that is under way is over, whether it has said so or its line was lost."""
        if self.under_way:
            self._kept[self.under_way] = self._begun[self.under_way].played()
            self.through.add(self.under_way)
        self.under_way = ""
