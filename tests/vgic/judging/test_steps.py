# SPDX-License-Identifier: GPL-2.0-only
"""Is it known how far an execution came towards a window that it did not cross?"""

import pytest

from harness import OsThreads
from stress.executions import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import WINDOWS
from vgic.judging.steps import LISTED, OTHERS_LIST, progress, steps_of, steps_reached


@pytest.mark.parametrize("window", WINDOWS)
def test_every_window_has_steps_in_words_and_the_last_is_the_crossing(window: str) -> None:
    steps = steps_of(window)
    assert len(steps) > 1
    assert len(set(steps)) == len(steps)
    assert steps_reached(window, {window}) == len(steps), "what was crossed was crossed"
    assert steps_reached(window, set()) == 0


def test_progress_is_of_all_windows() -> None:
    assert set(dict(progress(frozenset()))) == set(WINDOWS)


@pytest.mark.parametrize(
    ("reached", "steps"),
    [
        (set(), 0),
        ({LISTED}, 1),
        ({"overflow"}, 0),  # the first is missing, so it is no progress
        ({LISTED, "overflow"}, 2),
        ({LISTED, "overflow", OTHERS_LIST}, 2),
        ({LISTED, "overflow", "eoicount"}, 3),
        ({LISTED, "overflow", "eoicount", "eoicount_of_two"}, 4),
    ],
)
def test_steps_are_counted_from_the_first(reached: set[str], steps: int) -> None:
    assert steps_reached("eoicount_of_two", reached) == steps


def test_executions_reach_what_leads_to_their_windows(carriers: OsThreads) -> None:
    singles = [
        run_index(SCENARIOS["reroute_while_pruning"], 3, index, "random-walk", Target(), carriers)
        for index in range(12)
    ]
    assert all(LISTED in single.steps for single in singles)
    for single in singles:
        moved = bool({"migration", "prune_recheck"} & single.windows)
        assert (OTHERS_LIST in single.steps) is moved
