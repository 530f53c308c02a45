# SPDX-License-Identifier: GPL-2.0-only
"""How many executions each wrong kernel takes to be found, and whether the token holds.

    python tests/benchmarks/find.py [--replays N] [--seeds N] [PYTHON ...]

Not a test: it prints a table. Every wrong revision and every bug is looked for by `run` with
nothing else named, once for each seed; each first finding is replayed in new processes on every
Python given (this one if none is), and once on the plain reference.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from stress.scenarios import SCENARIOS
from vgic import BUGS, CANARY, DEFAULT, REVISIONS

EXECUTIONS = 2000 * len(SCENARIOS)


def command(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tool in a new process."""
    return subprocess.run(
        [python, "-m", "stress", *arguments], capture_output=True, text=True, check=False
    )


def find(options: list[str], seed: int) -> tuple[int, dict[str, object]] | None:
    """Return how many executions the first finding of a seed took, and the finding."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        run = ["run", "-x", "-q", "--executions", str(EXECUTIONS), "--seed", str(seed)]
        command(sys.executable, *run, *options, "--json", str(path))
        result = json.loads(path.read_text("utf-8"))
    return (result["executions"], result["findings"][0]) if result["findings"] else None


def replays(token: str, pythons: list[str], times: int) -> tuple[int, int]:
    """Return how many replays failed again with the same digest, and how many there were."""
    outcomes = [command(python, "replay", token) for python in pythons for _ in range(times)]
    good = [each for each in outcomes if each.returncode == 1 and "(same digest)" in each.stdout]
    return len(good), len(outcomes)


def main() -> None:
    """Print the table."""
    parser = ArgumentParser()
    parser.add_argument("--replays", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("pythons", nargs="*", default=[sys.executable])
    chosen = parser.parse_args()
    targets = [["--revision", name] for name in REVISIONS if name != DEFAULT]
    targets += [["--bug", name] for name in BUGS if name != CANARY]
    for options in targets:
        found, signatures, on_right = [], set(), []
        good = total = 0
        for seed in range(1, chosen.seeds + 1):
            first = find(options, seed)
            if first is None:
                continue
            executions, finding = first
            token = str(finding["token"])
            found.append(executions)
            signatures.add(str(finding["signature"]))
            again, of = replays(token, chosen.pythons, chosen.replays)
            good, total = good + again, total + of
            on_right.append(
                command(sys.executable, "replay", token, "--revision", "reference").returncode
            )
        median = statistics.median(found) if found else None
        sys.stdout.write(
            f"{' '.join(options)}: found {len(found)} of {chosen.seeds}, executions {found}, "
            f"median {median}; replayed {good} of {total}; on the reference exit codes {on_right}; "
            f"{'; '.join(sorted(signatures))}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
