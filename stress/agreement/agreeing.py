# SPDX-License-Identifier: GPL-2.0-only
"""Programs, hundreds of them at a time, played on a kernel and compared with the model.

Whatever plays programs may stand for the kernel: a booted one, or another revision of the model.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from stress.agreement.comparing import Difference
from stress.agreement.outcomes import RUNS_MAX, Compared, ModelRun, outcome
from stress.agreement.programs import Category, category_of, draw_program
from stress.plays import Play
from stress.traces import Trace

Plays = Callable[[Sequence[Play]], Mapping[str, Trace]]
"""Plays programs and returns their traces by name; of what could not be judged there is none."""

PROGRAMS = 10_000
"""How many programs are compared if nothing else is said."""
A_BOOT = 1_000
"""How many of them are played at a time."""


class Differing(NamedTuple):
    """A program of which a kernel shows what the model cannot.

    Attributes:
        play: the program.
        kernel: what the kernel showed.
        difference: where that parts from the model's quiet outcome.
        like: the revision, or the bug in the reference, of which it is a possible outcome; "" if
            of none that is known.
        bounded: not all outcomes were tried.
    """

    play: Play
    kernel: Trace
    difference: Difference
    like: str = ""
    bounded: bool = False

    @property
    def category(self) -> Category:
        """What sets the program apart from others."""
        return category_of(self.play)


@dataclass
class Agreement:
    """What came of comparing so far.

    Attributes:
        programs: how many were played.
        quiet: how many of them showed the model's quiet outcome.
        possible: the names of those that showed another possible outcome.
        differing: those that showed none.
        lost: the names of those of which a trace, or a part of it, did not arrive.
    """

    programs: int = 0
    quiet: int = 0
    possible: list[str] = field(default_factory=list)
    differing: list[Differing] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def judged(self) -> int:
        """How many of the programs could be judged."""
        return self.programs - len(self.lost)

    def by_name(self) -> dict[tuple[str, str, str], list[Differing]]:
        """Return the differing programs, most first, by category and by what explains them.

        Where nothing known does, the name of the difference stands for it; of those that a known
        revision or bug shows as well the names are left out: one cause has many.
        """
        found: dict[tuple[str, str, str], list[Differing]] = {}
        for each in self.differing:
            name = "" if each.like else each.difference.name
            found.setdefault((str(each.category), name, each.like), []).append(each)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def agree(
    seed: int,
    numbers: Sequence[int],
    kernel: Plays,
    model: ModelRun,
    known: Mapping[str, ModelRun],
    a_boot: int = A_BOOT,
) -> Iterator[Agreement]:
    """Compare a kernel with the model, program by program.

    Args:
        seed: of the programs.
        numbers: which of the seed's programs.
        kernel: plays programs.
        model: what it is compared with.
        known: what a difference is explained by, if it is an outcome of one of these, by name.
        a_boot: how many programs are played at a time.

    Yields:
        The same agreement again and again, with more in it, after each time some were played.
    """
    agreement = Agreement()
    left = iter(numbers)
    while batch := [draw_program(seed, number) for number in islice(left, a_boot)]:
        traces = kernel(batch)
        for play in batch:
            agreement.programs += 1
            if play.name not in traces:
                agreement.lost.append(play.name)
                continue
            found = outcome(play, traces[play.name], model)
            _enter(agreement, play, traces[play.name], found, known)
        yield agreement


def _enter(
    agreement: Agreement, play: Play, kernel: Trace, found: Compared, known: Mapping[str, ModelRun]
) -> None:
    if found.difference is not None:
        like = _explained_by(play, kernel, known)
        agreement.differing.append(
            Differing(play, kernel, found.difference, like, bounded=found.bounded)
        )
    elif found.is_quiet:
        agreement.quiet += 1
    else:
        agreement.possible.append(play.name)


def _explained_by(play: Play, kernel: Trace, known: Mapping[str, ModelRun]) -> str:
    """Return the name of what shows the same, "" if nothing does; first what shows it quietly."""
    for runs_max in (1, RUNS_MAX):
        for name, model in known.items():
            if outcome(play, kernel, model, runs_max).difference is None:
                return name
    return ""
