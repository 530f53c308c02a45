# SPDX-License-Identifier: GPL-2.0-only
"""Damage a history in so many ways: is it refused or made again, without a traceback, in bounds?

Run it as `python -m tests.benchmarks.damage CASES [FIRST]`. Each case is a history of a few records
that is damaged in one to three ways, at random but the same for its number; then everything is
asked of it and something is added. What nothing has happened to has to be there afterwards. It
prints the cases that went wrong, and how long the slowest took and how much memory all.
"""

import faulthandler
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random

from harness.engine import TEXT_MAX, is_printable
from stress.history import History, Mark, state_of
from stress.system import say
from tests.stress.history import damages
from tests.stress.history.records import (
    MODEL,
    TARGET,
    edge,
    filed,
    finding,
    night,
    replayed,
    sighting,
)

SECONDS_MAX = 10.0
MEMORY_MB_MAX = 1 << 10
_PLAIN_MAX = 16 << 20
_HANGS_S = 600
_SELDOM = 500
"""One of so many cases is about what is very large, and takes long."""

FINDINGS = (finding(1, 2, replays=(replayed(2, "fails"),)), finding(2, identity="other"))
NIGHTS = (night(1, edges=[edge("a", "b"), edge("b", "c")]), night(2, edges=[edge("a", "b")]))
ADDED = finding(sighting(3), identity="added")
MARK = Mark("known", "we know", "2027-01-01", "2026-01-01T00:00:00Z")

Before = dict[str, bytes]


def template(folder: Path) -> Before:
    """Make the history that is damaged, and return its files."""
    filed(folder, *NIGHTS, *FINDINGS)
    with History.open(folder) as history:
        history.mark(FINDINGS[0].id, MARK)
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def made(folder: Path, before: Before) -> None:
    """Put the history there as it was."""
    for name, data in before.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def damaged(random: Random, folder: Path, before: Before) -> set[str]:
    """Damage the history, and return the names of the records that something has happened to."""
    records = [name for name in before if name.endswith("json")]
    hurt = set[str]()
    for _ in range(random.choice((1, 1, 2, 3))):
        what = random.randrange(10)
        if what < 5:
            name, kinds = "history.sqlite", damages.DATABASE
        elif what < 9:
            name, kinds = random.choice(records), damages.RECORD
        else:
            damages.named(random, folder / random.choice(("findings", "runs", ".")))
            continue
        if not _is_plain(folder / name):
            continue  # it has been hurt beyond that already
        seldom = random.randrange(_SELDOM) == 0
        hurt.add(name)
        # It may be damaged too much to be damaged so.
        with suppress(OSError, ValueError, RecursionError):
            random.choice(damages.SELDOM if seldom else kinds)(random, folder / name)
    return hurt


def _is_plain(file: Path) -> bool:
    return not file.is_symlink() and file.is_file() and file.stat().st_size <= _PLAIN_MAX


def wrong_with(folder: Path, hurt: set[str]) -> list[str]:
    """Ask everything of a damaged history, and return what it did that it must not."""
    wrong = list[str]()
    with History.open(folder) as history:
        found, nights = history.findings(), history.nights()
        for each in found.values():
            state_of(each.record, each.mark, nights, date(2026, 2, 1))
        for record in FINDINGS:
            name = f"findings/finding-{record.id}/finding.json"
            if name not in hurt and (record.id not in found or found[record.id].record != record):
                wrong.append(f"{name} is lost")
        for ended in NIGHTS:
            if f"runs/{ended.night}/summary.json" not in hurt and ended not in nights:
                wrong.append(f"{ended.night} is lost")
        history.token_of(MODEL, 7, 11)
        history.edges(TARGET, "", MODEL)
        history.file(ADDED, folder / "findings" / "added")
        history.night_ended(night(3))
        if not any(each.record == ADDED for each in history.token_of(MODEL, 7, 13)):
            wrong.append("what was added is not found")
        wrong += [f"a note of {len(note)}" for note in history.notes if not _is_fine(note)]
    with History.open(folder) as history:
        if ADDED.id not in history.findings() or night(3) not in history.nights():
            wrong.append("what was added is lost")
        if not history.token_of(MODEL, 7, 13):
            wrong.append("what was added is not found again")
    return wrong


def _is_fine(note: str) -> bool:
    return is_printable(note) and len(note) <= TEXT_MAX


def case(number: int, folder: Path, before: Before) -> list[str]:
    """Run one case in an empty folder, and return what was wrong; the folder is empty again."""
    random = Random(number)
    made(folder, before)
    hurt = damaged(random, folder, before)
    begun = time.process_time()  # other work on the machine is none of its
    try:
        wrong = wrong_with(folder, hurt)
    except Exception as error:
        wrong = [f"{type(error).__name__}: {error}"]
    seconds = time.process_time() - begun
    if seconds > SECONDS_MAX:
        wrong.append(f"it took {seconds:.1f} s")
    shutil.rmtree(folder)
    folder.mkdir()
    return wrong


def main(words: Sequence[str]) -> int:
    """Run the cases, and return 1 if any went wrong or all took too much memory, else 0."""
    cases, first = int(words[0]), int(words[1]) if len(words) > 1 else 0
    failed, slowest = 0, 0.0
    with tempfile.TemporaryDirectory() as place:
        before = template(Path(place) / "template")
        folder = Path(place) / "nights"
        folder.mkdir()
        begun = time.monotonic()
        for number in range(first, first + cases):
            if (number - first) % 1000 == 0:
                faulthandler.dump_traceback_later(_HANGS_S, exit=True)  # one of the next hangs
            since = time.monotonic()
            wrong = case(number, folder, before)
            slowest = max(slowest, time.monotonic() - since)
            failed += bool(wrong)
            for each in wrong:
                say(f"case {number}: {each!r}")
        seconds = time.monotonic() - begun
    faulthandler.cancel_dump_traceback_later()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    say(
        f"{cases} cases from {first}, {failed} went wrong; {seconds:.0f} s, "
        f"the slowest {slowest:.2f} s, {peak} MB at most"
    )
    return int(failed > 0 or peak > MEMORY_MB_MAX)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
