# SPDX-License-Identifier: GPL-2.0-only
"""Is a campaign the same when its processes are killed and stopped at random moments?

    python tests/benchmarks/killed.py [KILLS [SEED]]

runs one campaign in peace and the same one again and again until so many of its processes were
killed, stopped or made to crash, on a revision with findings and on a class that leaks. It prints
what happened and exits with 1 if any two of them differ. Fifty take about two minutes on two cores.
"""

import os
import random
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from stress.campaign import Campaign, Plan, Result
from stress.executions import Target
from stress.jobs import Mending

KILLS = 50
JOBS = 2
HANG_S = 4.0
MEMORY_MAX = 1 << 28
NEXT_S = 0.1, 1.5
SIGNALS = [signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV]

LEAKS = """
from vgic import Reference

_kept = []


class Leaks(Reference):
    def announce_pending(self, vcpu):
        _kept.append(bytearray(1 << 16))
        super().announce_pending(vcpu)
"""


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def plan_on(target: Target) -> Plan:
    """Return the campaign."""
    names = ["inject_while_eoicount", "migration_ping_pong"]
    return Plan(target, names, 7, "portfolio", 600, shrink_replays=100, confirmations=10)


def run(plan: Plan, kills: int, rng: random.Random) -> tuple[Result, int]:
    """Run a campaign, and do so much to its processes; return what came of it, and how much."""
    over, done = threading.Event(), 0
    with Mending(JOBS, hang_s=HANG_S, memory_max=MEMORY_MAX) as pool:

        def kill() -> None:
            nonlocal done
            while done < kills and not over.wait(rng.uniform(*NEXT_S)):
                process = rng.choice(pool.processes)
                with suppress(ProcessLookupError):
                    os.kill(process, rng.choice(SIGNALS))
                    done += 1

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            result = Campaign(plan, pool).run()
        finally:
            over.set()
            killer.join()
        for trouble in pool.troubles:
            _say(f"  {trouble}")
    return result, done


def differences(one: Result, other: Result) -> list[str]:
    """Return in what two results differ, but for how long they took."""
    names = [field.name for field in fields(Result) if field.name != "seconds"]
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def compare(target: Target, kills: int, rng: random.Random) -> bool:
    """Kill until it was enough; return whether all came out alike."""
    _say(f"{target}: in peace")
    peace, _ = run(plan_on(target), 0, rng)
    same, total = True, 0
    while total < kills:
        _say(f"{target}: {total} of {kills}")
        result, done = run(plan_on(target), kills - total, rng)
        total += done
        if wrong := differences(peace, result):
            same = False
            _say(f"{target}: DIFFERS in {', '.join(wrong)}")
    count = len(peace.findings)
    _say(f"{target}: {total} killed or stopped; {count} findings, {peace.executions} executions")
    return same


def main() -> int:
    """Compare both; return the exit code."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    with tempfile.TemporaryDirectory() as folder:
        leaks = Path(folder) / "leaks.py"
        leaks.write_text(LEAKS, "utf-8")
        alike = [compare(Target("head-walk"), kills, rng), compare(Target(str(leaks)), kills, rng)]
    _say("all alike" if all(alike) else "NOT ALIKE")
    return not all(alike)


if __name__ == "__main__":
    sys.exit(main())
