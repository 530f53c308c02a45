# SPDX-License-Identifier: GPL-2.0-only
"""A real night in small, killed twice and resumed, beside the same night not killed.

    python -m tests.benchmarks.small_night [--minutes 20] [--executions 6000] [--kills 2] [--write]

Not a test: it takes as long as it says, and writes docs/small-night.md with --write. First by the
clock: all revisions and three patch files, one that hangs, one that ends its process and one that
is right. The executions that both nights have must agree, leg by leg. Then by executions: all that
does not depend on the machine and the clock must be equal.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from random import Random

from pydantic import TypeAdapter

from stress.history import NightRecord
from stress.nights.entries import Leg
from stress.nights.journal import Journal
from vgic import REVISIONS

PAGE = Path(__file__).parents[2] / "docs" / "small-night.md"
SEED = "18"
SILENCE_S = "10"
GAP_S = (2.0, 12.0)
"""By executions it is killed so long after it was begun or gone on with, at random."""

PATCHES = {
    "hangs.py:Hangs": """\
from vgic import Reference


class Hangs(Reference):
    def replug_overflow(self, vcpu):
        while True:
            pass
""",
    "exits.py:Exits": """\
import ctypes

from vgic import Reference


class Exits(Reference):
    def replug_overflow(self, vcpu):
        ctypes.CDLL(None)._exit(3)
""",
    "right.py:Right": """\
from vgic import Reference


class Right(Reference):
    def announce_pending(self, vcpu):
        super().announce_pending(vcpu)
""",
}

_TEMPLATE = """\
<!-- Written by tests/benchmarks/small_night.py --write; do not edit. -->
# A night in small

{minutes:.0f} minutes with two workers on {revisions} revisions and three patch files:
`hangs.py` loops for ever, `exits.py` ends the process that it runs in, `right.py` is right. It was
killed twice (`kill -9`) and gone on with by `--resume`; beside it, on the same two cores, ran the
same night that nobody killed.

- by the clock: {executions} executions of the one and {whole} of the other; of the {shared} legs
  that both have ({agreeing} executions) all agree one by one: {agree}
- by executions ({bounded} of them, killed {kills} times): from `seed` on both records are
  equal: {equal}

What it was asked for:

    {command}

Its first screen in the morning:

```
{screen}
```

What it left behind ({report} made by `vgic-stress report`):

```
{listing}
```

The report page over it (`python -m tests.browser.shots` takes the picture):

![Its findings on the report page](small-night.png)
"""


class Run:
    """A night in a folder, killed so long after each beginning, and gone on with."""

    def __init__(self, folder: Path, name: str, limits: list[str], gaps_s: list[float]) -> None:
        self.folder = folder
        self.out = folder / name
        self._said = folder / f"{name}.txt"
        self._words = [
            "nightly", "--out", name, "--seed", SEED, "--jobs", "2", "-q", *limits,
            *(word for each in (*REVISIONS, *PATCHES) for word in ("--revision", each)),
        ]  # fmt: skip
        self._gaps = gaps_s
        self.kills = 0
        self.screen = ""
        self._process = self._start()

    @property
    def command(self) -> str:
        return " ".join(["vgic-stress", *self._words])

    def _start(self) -> subprocess.Popen[bytes]:
        self._began = time.monotonic()
        resume = ["--resume"] if self.kills else []
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "stress", *self._words, *resume],
            cwd=self.folder,
            env={**os.environ, "VGIC_STRESS_SILENCE_S": SILENCE_S},
            stdout=self._said.open("w"),
            stderr=subprocess.DEVNULL,
        )

    def goes_on(self) -> bool:
        """Kill it if it is time; say whether it goes on."""
        if self._process.poll() is not None:
            return False
        if self._gaps and time.monotonic() - self._began >= self._gaps[0]:
            del self._gaps[0]
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self.kills += 1
            self._process = self._start()
        return True

    def end(self) -> None:
        """Wait for its end, and take what it says."""
        self._process.wait()
        self.screen = self._said.read_text("utf-8")

    @property
    def night(self) -> Path:
        (night,) = (self.out / "runs").iterdir()
        return night

    def legs(self) -> dict[tuple[int, int, int], Leg]:
        """Return its legs, by lane, round and target, without how long they took."""
        entries = Journal(self.night / "journal.jsonl").entries
        legs = [replace(each, seconds=0.0) for each in entries if isinstance(each, Leg)]
        return {(leg.lane, leg.round, leg.target): leg for leg in legs}

    def record(self) -> dict[str, object]:
        """Return of its record what depends on no machine and no clock."""
        return record_in(self.night)


def record_in(night: Path) -> dict[str, object]:
    """Return of a night's record what depends on no machine and no clock."""
    record = TypeAdapter(NightRecord).validate_json((night / "summary.json").read_bytes())
    whole = json.loads(TypeAdapter(NightRecord).dump_json(record))
    names = list(whole)
    return {name: whole[name] for name in names[names.index("seed") :]}


def both(folder: Path, name: str, limits: list[str], gaps_s: list[float]) -> tuple[Run, Run]:
    """Run a night that is killed and the same one that is not, side by side."""
    runs = Run(folder, f"{name}-killed", limits, gaps_s), Run(folder, f"{name}-whole", limits, [])
    while sum(run.goes_on() for run in runs):
        time.sleep(0.2)
    for run in runs:
        run.end()
    return runs


def listing(folder: Path) -> str:
    """Return what is in a night's folder, one finding in full."""
    lines = []
    findings = sorted((folder / "findings").iterdir())
    shown = [
        folder / "runs",
        *sorted((folder / "runs").iterdir()),
        folder / "findings",
        findings[0],
    ]
    for place in shown:
        lines.append(f"{place.relative_to(folder)}/")
        lines += [f"    {each.name}" for each in sorted(place.iterdir()) if each.is_file()]
    lines.append(f"    ... and {len(findings) - 1} more findings")
    return "\n".join(lines)


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--executions", type=int, default=6000)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    for name, source in PATCHES.items():
        (folder / name.partition(":")[0]).write_text(source)

    seconds = 60 * asked.minutes
    killed, whole = both(folder, "clock", ["--duration", f"{seconds:.0f}s"], [seconds / 3] * 2)
    legs, others = killed.legs(), whole.legs()
    shared = legs.keys() & others.keys()
    agree = all(legs[key] == others[key] for key in shared)
    random = Random(asked.kills)
    gaps_s = [random.uniform(*GAP_S) for _ in range(asked.kills)]
    bounded, uncut = both(folder, "count", ["--executions", str(asked.executions)], gaps_s)
    equal = bounded.record() == uncut.record()
    for run in (killed, whole):
        words = [sys.executable, "-P", "-m", "stress", "report", run.out.name]
        subprocess.run([*words, "-o", f"{run.out.name}.html"], cwd=folder, check=True)
    page = _TEMPLATE.format(
        minutes=asked.minutes,
        revisions=len(REVISIONS),
        executions=sum(leg.executions for leg in legs.values()),
        whole=sum(leg.executions for leg in others.values()),
        shared=len(shared),
        agreeing=sum(legs[key].executions for key in shared),
        agree="yes" if agree else "NO",
        bounded=asked.executions,
        kills=bounded.kills,
        equal="yes" if equal else "NO",
        command=killed.command,
        screen=killed.screen.rstrip(),
        listing=listing(killed.out),
        report=f"{killed.out.name}.html",
    )
    sys.stdout.write(page)
    sys.stdout.write(f"in {folder}\n")
    if asked.write:
        PAGE.write_text(page, "utf-8")
    sys.exit(not (agree and equal))


if __name__ == "__main__":
    main()
