# SPDX-License-Identifier: GPL-2.0-only
"""Does an execution cost what it did, counted in instructions, under each strategy?

Most of a night is executions, so a few percent here and a few there are hours. The figures are of
`tests/benchmarks/instructions.py`, which counts and does not time: they are the same on every
machine. What costs more for a good reason writes them anew, and its commit says the reason.
"""

import json
import sys

import pytest

from harness import Streams
from harness.search.strategies import STRATEGIES
from stress.scenarios import SCENARIOS
from tests.benchmarks.instructions import FIGURES, PYTHON, counted, figure

DEARER_MAX = 1.03
CHEAPER_MAX = 0.90
"""What is cheaper than this has to be written down, so that it cannot be lost again unnoticed."""

HELD: dict[str, dict[str, int]] = json.loads(FIGURES.read_text("ascii"))


@pytest.mark.skipif(sys.gettrace() is not None, reason="something else traces, as coverage does")
@pytest.mark.skipif(PYTHON not in HELD, reason="no figures of this Python: benchmarks/instructions")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_execution_costs_what_it_did(strategy: str) -> None:
    """Where it does not: `python tests/benchmarks/instructions.py --write`, on each Python."""
    ratio = figure(strategy) / HELD[PYTHON][strategy]
    assert CHEAPER_MAX < ratio < DEARER_MAX, f"{ratio:.3f} of what it did cost"


def test_every_supported_python_has_its_figures() -> None:
    assert {"3.11", "3.12", "3.13"} <= set(HELD)
    assert all(set(figures) == set(STRATEGIES) for figures in HELD.values())


@pytest.mark.skipif(sys.gettrace() is not None, reason="something else traces, as coverage does")
def test_more_work_is_counted_as_more() -> None:
    def drawing(times: int) -> int:
        def work() -> None:
            for index in range(times):
                SCENARIOS["random_program"].draw(Streams(1, "random_program", index))

        work()
        return counted(work)

    assert 0 < drawing(1) < drawing(2) < drawing(3)
    assert drawing(3) == drawing(3)
