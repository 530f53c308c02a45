# SPDX-License-Identifier: GPL-2.0-only
"""An execution as a trace: what its guests and devices did and saw, in the words of a kernel."""

from collections.abc import Sequence
from typing import NamedTuple

from harness import (
    Carriers,
    Deviation,
    DivergedFrom,
    Execution,
    Failed,
    Passed,
    Quiet,
    Scheduler,
    Strategy,
    execute,
)
from harness.schedule import LenientReplay
from stress.executions.kept_pool import kept_pool
from stress.traces import Trace, TraceWriter
from vgic import Machine, Mechanism, Parameters

STEPS_MAX = 20_000
"""Past so many steps an execution counts as a livelock."""


class Traced(NamedTuple):
    """An execution, and its trace as far as it went.

    Attributes:
        execution: what happened.
        trace: what was done and seen.
    """

    execution: Execution
    trace: Trace

    @property
    def why(self) -> str:
        """Why it did not come to its end, "" if it did."""
        outcome = self.execution.outcome
        if isinstance(outcome, Failed):
            return f"{outcome.failure.kind}: {outcome.failure.message}"
        if isinstance(outcome, DivergedFrom):
            return f"the schedule goes another way at step {outcome.step}"
        return ""


def traced(
    parameters: Parameters,
    kernel: type[Mechanism],
    strategy: Strategy,
    carriers: Carriers,
    *,
    judged: bool = True,
    steps_max: int = STEPS_MAX,
) -> Traced:
    """Run a machine once and write down what its guests and devices do and see.

    Args:
        parameters: the machine and its programs.
        kernel: what runs it.
        strategy: decides the schedule.
        carriers: what the threads run on.
        judged: end it where something is wrong; without judges it goes on as a kernel would.
        steps_max: past so many steps it counts as a livelock.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    writers: list[TraceWriter] = []
    machines: list[Machine] = []

    def program(scheduler: Scheduler) -> None:
        writers.append(TraceWriter(scheduler))
        machine = Machine(scheduler, parameters, kernel, listeners=writers, judged=judged)
        machines.append(machine)

    execution = execute(program, strategy, carriers, steps_max=steps_max)
    ended = isinstance(execution.outcome, Passed)
    for machine in machines:
        if ended and machine.kvm.lifetime is None:  # else its interrupts are no more
            writers[0].finish(machine.kvm)
        machine.retire()
    return Traced(execution, Trace(tuple(writers[0].events), ended))


def model_trace(
    parameters: Parameters,
    kernel: type[Mechanism],
    deviations: Sequence[Deviation] = (),
    *,
    judged: bool = True,
) -> Trace:
    """Return the trace of a machine under the quiet schedule, or one that deviates from it.

    Args:
        parameters: the machine and its programs.
        kernel: what runs it.
        deviations: the schedule; what has no place is left out.
        judged: end it where something is wrong.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    schedule = LenientReplay(deviations) if deviations else Quiet()
    return traced(parameters, kernel, schedule, kept_pool(), judged=judged).trace
