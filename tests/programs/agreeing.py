# SPDX-License-Identifier: GPL-2.0-only
"""Whether brute force, the preemption bound and reduction say the same of a program."""

from harness import Execution, Exploration, Failed, OsThreads, every_behaviour, every_schedule
from harness.search import behaviour
from tests.programs.example import Program


class Seen:
    """The behaviours of the executions it is told, and how each ended."""

    def __init__(self) -> None:
        self.ends: dict[str, set[str]] = {}
        self.executions = 0

    def __call__(self, execution: Execution) -> None:
        outcome = execution.outcome
        end = outcome.failure.signature if isinstance(outcome, Failed) else ""
        self.ends.setdefault(behaviour(execution.trace, execution.touches), set()).add(end)
        self.executions += 1


def agree(program: Program, carriers: OsThreads, brute_max: int = 3000) -> Exploration | None:
    """Compare all three; None if there are too many schedules to try them all."""
    by_force, reduced = Seen(), Seen()
    everything = every_schedule(program, carriers, executions_max=brute_max, heard=by_force)
    if not everything.complete:
        return None
    bounded = every_schedule(program, carriers, preemptions=12, executions_max=brute_max)
    reduction = every_behaviour(program, carriers, heard=reduced)
    assert reduction.complete
    assert set(reduced.ends) == set(by_force.ends)
    assert reduction.executions == reduced.executions == len(reduced.ends), "each only once"
    assert set(reduction.failures) == set(everything.failures) == set(bounded.failures)
    assert not bounded.more
    assert bounded.executions == everything.executions
    assert all(len(ends) == 1 for ends in by_force.ends.values()), "one behaviour, one verdict"
    return reduction
