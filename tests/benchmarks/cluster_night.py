# SPDX-License-Identifier: GPL-2.0-only
"""Is a night on a Dask cluster the same whose workers are killed at random moments?

    python -m tests.benchmarks.cluster_night [KILLS [EXECUTIONS]]

runs one night by executions on the local pool, and the same one on a scheduler and two workers on
loopback. Until it ends, or so many were killed, a worker or what it has started is killed every
few seconds, and another worker comes for it. It prints what happened, and exits with 1 if the two
records differ in what does not depend on the machine and the clock.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.benchmarks.small_night import PATCHES, record_in
from tests.fixtures.dask import Dask, dask, scheduler, worker
from vgic import REVISIONS

KILLS = 20
EXECUTIONS = 3000
GAP_S = 1.0, 6.0
WORKERS = 2


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def night(folder: Path, out: str, executions: int, *options: str) -> subprocess.Popen[bytes]:
    """Begin a night."""
    targets = [*REVISIONS, "right.py:Right"]
    words = ["nightly", "--out", out, "--seed", "18", "-q", "--executions", str(executions)]
    words += [word for target in targets for word in ("--revision", target)]
    command = [sys.executable, "-P", "-m", "stress", *words, *options]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)


def on_cluster(start: Dask, folder: Path, executions: int, kills: int, random: Random) -> int:
    """Run a night on a cluster whose workers are killed; return how many were."""
    address = scheduler(start, folder)
    workers = [worker(start, folder, address) for _ in range(WORKERS)]
    time.sleep(5.0)
    running = night(folder, "cluster", executions, "--cluster", address)
    done = 0
    while running.poll() is None:
        time.sleep(random.uniform(*GAP_S))
        if done < kills:
            place = random.randrange(WORKERS)
            pid = random.choice([workers[place].pid, *_below(workers[place].pid)])
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                done += 1
            if workers[place].poll() is not None or pid == workers[place].pid:
                workers[place] = worker(start, folder, address)
    return done


def _below(pid: int) -> list[int]:
    """Return what a process has started, and what that has."""
    text = Path(f"/proc/{pid}/task/{pid}/children")
    with suppress(OSError):
        mine = [int(each) for each in text.read_text("ascii").split()]
        return mine + [each for child in mine for each in _below(child)]
    return []


def record(folder: Path) -> dict[str, object]:
    """Return the record of the one night in a folder, from `seed` on."""
    (place,) = (folder / "runs").iterdir()
    return record_in(place)


def main() -> int:
    """Compare both; return the exit code."""
    given = [int(each) for each in sys.argv[1:]]
    kills, executions = [*given, *(KILLS, EXECUTIONS)[len(given) :]]
    folder = Path(tempfile.mkdtemp())
    (folder / "right.py").write_text(PATCHES["right.py:Right"], "utf-8")
    night(folder, "here", executions, "--jobs", "2").wait()
    with dask(folder) as start:
        done = on_cluster(start, folder, executions, kills, Random(kills))
    here, there = record(folder / "here"), record(folder / "cluster")
    wrong = [name for name in here if here[name] != there[name]]
    found = here["found"]
    assert isinstance(found, list)
    _say(f"{executions} executions, {len(found)} findings, {done} workers and hosts killed")
    _say(f"DIFFERS in {', '.join(wrong)} ({folder})" if wrong else "both alike")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
