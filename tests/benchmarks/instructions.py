# SPDX-License-Identifier: GPL-2.0-only
"""How many bytecode instructions some executions take, by strategy: a cost that is exact.

    python tests/benchmarks/instructions.py [--write]

Not a test: it prints, and writes `tests/data/instructions.json` if asked to, the figures of this
Python beside those of the others. `tests/stress/executions/test_cost.py` holds later sources
against them. Time on a shared machine differs by a tenth from run to run; this does not differ at
all, and goes with the instructions of the processor where Python itself is the same.
"""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import harness
import stress
import vgic
from harness import Carriers, OsThreads, Passed
from harness.search.strategies import STRATEGIES
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS

if TYPE_CHECKING:
    from _typeshed import TraceFunction

FIGURES = Path(__file__).parents[1] / "data" / "instructions.json"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SCENARIO = "random_program"
EXECUTIONS = 4
SEED = 7
OURS = tuple(f"{Path(str(room.__file__)).parent}/" for room in (harness, vgic, stress))


class Tracer:
    """Counts the instructions of our sources, in each thread that it is set for.

    Attributes:
        count: how many there were.
    """

    def __init__(self) -> None:
        self.count = 0

    def at_call(self, frame: FrameType, event: str, argument: Any) -> "TraceFunction | None":
        """Trace a function's instructions if it is one of ours."""
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return self.at_instruction

    def at_instruction(self, frame: FrameType, event: str, argument: Any) -> "TraceFunction | None":
        """Count one."""
        if event == "opcode":
            self.count += 1
        return self.at_instruction


def counted(work: Callable[[], None]) -> int:
    """Return how many instructions of our sources a piece of work takes, in threads it starts too.

    Args:
        work: does the same each time.
    """
    tracer = Tracer()
    threading.settrace(tracer.at_call)
    sys.settrace(tracer.at_call)
    try:
        work()
    finally:
        sys.settrace(None)
        threading.settrace(None)
    return tracer.count


def figure(strategy: str) -> int:
    """Return the instructions of some executions under a strategy."""

    target = Target()

    def run(carriers: Carriers) -> None:
        for index in range(EXECUTIONS):
            single = run_index(SCENARIOS[SCENARIO], SEED, index, strategy, target, carriers)
            assert isinstance(single.execution.outcome, Passed)

    def work() -> None:
        with OsThreads(pinned=False) as carriers:
            run(carriers)

    with OsThreads(pinned=False) as carriers:
        run(carriers)  # what is done once in a process is none of an execution's cost
    return counted(work)


def main() -> None:
    """Print the figures and, if asked to, write them."""
    held = json.loads(FIGURES.read_text("ascii")) if FIGURES.exists() else {}
    now = {strategy: figure(strategy) for strategy in STRATEGIES}
    for strategy, count in now.items():
        before = held.get(PYTHON, {}).get(strategy)
        ratio = f"{count / before - 1:+.2%}" if before else ""
        sys.stdout.write(f"{PYTHON} {strategy:12} {count:12,} {ratio}\n")
    if "--write" in sys.argv:
        figures = json.dumps(dict(sorted({**held, PYTHON: now}.items())), indent=2)
        FIGURES.write_text(figures + "\n", "ascii")


if __name__ == "__main__":
    main()
