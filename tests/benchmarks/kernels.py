# SPDX-License-Identifier: GPL-2.0-only
"""What does each delivered play come to on which kernel: the table of docs/kernels.md.

    python -m tests.benchmarks.kernels [--rounds FACTOR] IMAGE[=WHERE IT IS FROM]...

plays all of them on each image, one boot after the other, and writes the page anew after each. It
takes some minutes a kernel, more on a busy machine; rates are of an emulator and of this machine,
and say that something happens, not how often hardware would do it.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from stress.plays import Play, PlayVerdict, shipped, verdict
from stress.rig.booting import Booted, boot

PAGE = Path(__file__).parents[2] / "docs" / "kernels.md"
HEAD = """\
# Kernels

What each delivered play comes to on real kernels, played as by `vgic-stress kernel run IMAGE`,
under an emulator ([real-kernel.md](real-kernel.md)). Made by `tests/benchmarks/kernels.py`.

A cell has the bad rounds of those that were judged, and in brackets those that were not, since
something else exited. What is bad in a play, and why, its opening says: `stress/plays/shipped/`. A
play in italics is the control of the one that its opening names, and has to be 0 everywhere. Rates
are of an emulator on a busy machine: they say that something happens, not how often hardware does
it.
"""


class Column(NamedTuple):
    """What came of one kernel."""

    origin: str
    booted: Booted
    verdicts: dict[str, PlayVerdict]

    @property
    def release(self) -> str:
        """What the kernel calls itself."""
        return self.booted.hello.release if self.booted.hello else "unknown"


def page(plays: Mapping[str, Play], columns: Sequence[Column]) -> str:
    """Return the page."""
    return "\n".join([HEAD, *_kernels(columns), "", *_table(plays, columns), ""])


def _kernels(columns: Sequence[Column]) -> Iterator[str]:
    yield "| kernel | from | up after | all plays |"
    yield "| --- | --- | ---: | ---: |"
    for each in columns:
        booted = each.booted
        seconds = f"{booted.boot_s:.0f} s | {booted.seconds:.0f} s"
        yield f"| {each.release} | {each.origin} | {seconds} |"


def _table(plays: Mapping[str, Play], columns: Sequence[Column]) -> Iterator[str]:
    names = [each.release.partition("+")[0] for each in columns]
    yield " | ".join(["| play", *names]) + " |"
    yield "| --- |" + " ---: |" * len(columns)
    for name, play in plays.items():
        cells = [_cell(each.verdicts.get(name)) for each in columns]
        shown = f"*{name}*" if play.control else name
        yield " | ".join([f"| {shown}", *cells]) + " |"


def _cell(found: PlayVerdict | None) -> str:
    if found is None:
        return "not played"
    notes = {"": found.disturbed, "hung ": found.hung, "lost ": found.lost}
    cell = f"{found.bad}/{found.judged}"
    return cell + "".join(f" ({note}{number})" for note, number in notes.items() if number)


def main(arguments: Sequence[str]) -> None:
    """Play, and write the page."""
    parser = ArgumentParser()
    parser.add_argument("--rounds", type=float, default=1.0, help="so many times as many rounds")
    parser.add_argument("images", nargs="+")
    given = parser.parse_args(arguments)
    plays = {
        name: play._replace(rounds=max(1, round(play.rounds * given.rounds)))
        for name, play in shipped().items()
    }
    columns: list[Column] = []
    for each in given.images:
        image, _, origin = each.partition("=")
        begun = datetime.now(UTC)
        booted = boot(Path(image), tuple(plays.values()))
        verdicts = {
            name: verdict(plays[name], result.rounds) for name, result in booted.results.items()
        }
        columns.append(Column(origin, booted, verdicts))
        PAGE.write_text(page(plays, columns), "utf-8")
        bad = sum(1 for found in verdicts.values() if found.bad)
        sys.stdout.write(f"{begun:%H:%M} {columns[-1].release}: {bad} of {len(plays)} plays bad\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
