# SPDX-License-Identifier: GPL-2.0-only
"""What shrinking and explaining make of every wrong kernel. Not a test: it writes docs/gallery.md.

    python tests/benchmarks/gallery.py [--seeds N] [--write]

Each wrong revision and each bug is looked for by `run -x` with nothing else named, once for each
seed. The table says how much there was to understand before and after; the gallery shows the
columns view of the first seed's finding, as the tool made it.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from harness import OsThreads
from stress.executions.target import Target
from stress.executions.token import Token
from stress.explaining.explanation import explain
from stress.scenarios import SCENARIOS
from stress.shrinking import Shrunk, shrink
from vgic import BUGS, CANARY, DEFAULT, REVISIONS

PAGE = Path(__file__).parents[2] / "docs" / "gallery.md"
EXECUTIONS = 2000 * len(SCENARIOS)

_PAGE = """\
<!-- Written by tests/benchmarks/gallery.py --write; do not edit. -->
# Gallery

Every wrong revision and every bug that the tool knows, as `vgic-stress run` found it with nothing
else named, shrunk and drawn. A `*` marks where the reference, the correct kernel, first goes
another way under the same schedule; the last lines say what happens without each choice that is
left.

{table}

Medians over {seeds} seeds each; choices are deviations from the quiet default, preemptions those
at which the thread could have gone on.

{pictures}"""


@dataclass(frozen=True)
class Exhibit:
    """One finding: what was found, what it shrank to, and how long that took."""

    found: Token
    shrunk: Shrunk
    seconds: float


def find(target: Target, seed: int) -> Token | None:
    """Return the first finding of a seed as it was found."""
    options = ["--revision", target.revision]
    options += [word for bug in target.bugs for word in ("--bug", bug)]
    with tempfile.TemporaryDirectory() as folder:
        run = ["run", "-x", "-q", "--shrink", "0", "--json", "run.json", "--seed", str(seed)]
        subprocess.run(
            [sys.executable, "-m", "stress", *run, "--executions", str(EXECUTIONS), *options],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        findings = json.loads(Path(folder, "run.json").read_text("utf-8"))["findings"]
    return Token.decode(findings[0]["original"]) if findings else None


def exhibits(target: Target, seeds: int, carriers: OsThreads) -> list[Exhibit]:
    """Find and shrink once for each seed."""
    made = []
    for seed in range(1, seeds + 1):
        token = find(target, seed)
        if token is not None:
            begin = time.perf_counter()
            shrunk = shrink(token, target, carriers)
            made.append(Exhibit(token, shrunk, time.perf_counter() - begin))
    return made


def row(target: Target, made: list[Exhibit]) -> str:
    """Return a line of the table."""

    def median(values: list[float]) -> str:
        return f"{statistics.median(values):g}"

    before, after = [each.shrunk.before for each in made], [each.shrunk.after for each in made]
    cells = [
        str(target),
        median([size.choices for size in before]),
        median([size.switches for size in before]),
        median([size.steps for size in before]),
        median([size.threads for size in after]),
        median([size.choices for size in after]),
        median([size.preemptions for size in after]),
        median([size.steps for size in after]),
        median([each.shrunk.replays for each in made]),
        f"{statistics.median([each.seconds for each in made]):.2f}",
    ]
    return f"| {' | '.join(cells)} |"


def picture(target: Target, exhibit: Exhibit, carriers: OsThreads) -> str:
    """Return a section of the gallery."""
    token = exhibit.shrunk.token
    story = explain(token, target, carriers)
    what = BUGS[target.bugs[0]] if target.bugs else REVISIONS[target.revision]
    summary = what.story.partition("\n")[0]
    return f"## {target}\n\n{summary}\n\n```text\n{story.columns()}\n```\n"


def main() -> None:
    """Print the table and, if asked to, write the page."""
    parser = ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    targets = [Target(name) for name in REVISIONS if name != DEFAULT]
    targets += [Target(bugs=(name,)) for name in BUGS if name != CANARY]
    lines = [
        "| found on | choices | switches | steps | threads left | choices left "
        "| preemptions left | steps left | replays | seconds |",
        "| --- |" + " ---: |" * 9,
    ]
    pictures = []
    with OsThreads() as carriers:
        carriers.pin_caller()
        for target in targets:
            made = exhibits(target, chosen.seeds, carriers)
            if made:
                lines.append(row(target, made))
                pictures.append(picture(target, made[0], carriers))
                sys.stdout.write(lines[-1] + "\n")
                sys.stdout.flush()
    if chosen.write:
        page = _PAGE.format(
            table="\n".join(lines), seeds=chosen.seeds, pictures="\n".join(pictures)
        )
        PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
