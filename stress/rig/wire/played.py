# SPDX-License-Identifier: GPL-2.0-only
"""What came of one play, gathered while its lines arrive.

A round of which a line is missing is lost, since half of it would judge the kernel wrongly.
"""

from typing import NamedTuple

from stress.plays import Play
from stress.rig.wire.merging import merged
from stress.rig.wire.words import PHASES, Op, Word
from stress.traces import Trace
from vgic.data import LEVEL, irq_key

_Logs = dict[tuple[str, int], list[Word]]
"""The logs of a round, by the kind of line and the number of the vCPU or device."""


class Played(NamedTuple):
    """What came of a play.

    Attributes:
        rounds: the trace of each round that is whole, in order; if somebody hung, the last one is
            as far as that round went.
        lost: how many rounds were played of which something is missing.
        hung: nothing happened for a long time, and the play was given up.
        microseconds: how long all rounds took.
        runs: how often KVM_RUN was called.
        exits: how often guests exited.
        numbers: which round each of `rounds` was, from 0: how long guests lingered follows from it.
        trouble: what the kernel refused, "" if nothing; the play was given up then.
    """

    rounds: tuple[Trace, ...]
    lost: int = 0
    hung: bool = False
    microseconds: int = 0
    runs: int = 0
    exits: int = 0
    numbers: tuple[int, ...] = ()
    trouble: str = ""


class UnderWay:
    """A play that has begun, as far as it was heard of."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.logs: dict[int, _Logs] = {}
        self.rounds: dict[int, Trace] = {}
        self._seen: dict[Trace, Trace] = {}
        self.lost = 0
        self.hung = False
        self.trouble = ""
        self.given_up: int | None = None
        self.ended: tuple[int, ...] = (0, 0, 0, 0)

    def log(self, kind: str, numbers: tuple[int, ...], words: list[Word]) -> bool:
        """Take one log of a round; answer whether there can be such a one."""
        number, who = numbers[1], numbers[2] if len(numbers) == 3 else 0
        parameters = self.play.parameters
        of = {"v": len(parameters.guests), "d": len(parameters.devices), "f": 1}[kind]
        if number >= self.play.rounds or who >= of or number in self.rounds:
            return False
        self.logs.setdefault(number, {})[kind, who] = words
        if kind == "f":
            self._close(number)
        return True

    def _close(self, number: int) -> None:
        """A round is over: it is whole if everybody's log is there."""
        if trace := self._trace(self.logs.pop(number)):
            # Of a million rounds most are alike: one trace stands for all of these.
            self.rounds[number] = self._seen.setdefault(trace, trace)
        else:
            self.lost += 1

    def _trace(self, logs: _Logs) -> Trace | None:
        parameters = self.play.parameters
        guests = [logs.get(("v", each)) for each in range(len(parameters.guests))]
        devices = [logs.get(("d", each)) for each in range(len(parameters.devices))]
        there = [each for each in guests if each is not None]
        there_too = [each for each in devices if each is not None]
        final = logs.get(("f", 0))
        if (len(there), len(there_too)) != (len(guests), len(devices)):
            return None
        if final is not None and not self._is_whole(there, final):
            return None
        levels = frozenset(irq.intid for irq in parameters.irqs if irq.config is LEVEL)
        return merged(there, there_too, final, levels)

    def _is_whole(self, guests: list[list[Word]], final: list[Word]) -> bool:
        """Tell whether each guest has come through all phases, and each interrupt has its end."""
        irqs = self.play.parameters.irqs
        ends = [irq_key(irq.intid, irq.vcpu) for irq in irqs]
        return [(word.intid, word.value >> 2) for word in final] == ends and all(
            [word.op for word in log if word.op in PHASES] == [Op.IDLE, Op.EXITED, Op.EXITED]
            for log in guests
        )

    def played(self) -> Played:
        """Return what came of it so far."""
        rounds, logs = dict(self.rounds), dict(self.logs)
        unfinished = logs.pop(self.given_up, None) if self.given_up is not None else None
        if unfinished and (trace := self._trace(unfinished)):
            rounds[self.given_up or 0] = trace
        whole = len(self.rounds)
        begun = max(whole + self.lost + len(logs), self.ended[0])
        return Played(
            rounds=tuple(rounds[number] for number in sorted(rounds)),
            lost=begun - whole,
            hung=self.hung,
            microseconds=self.ended[1],
            runs=self.ended[2],
            exits=self.ended[3],
            numbers=tuple(sorted(rounds)),
            trouble=self.trouble,
        )
