# SPDX-License-Identifier: GPL-2.0-only
"""An execution run again and recorded: what every view is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from harness import Carriers, Deviation, Execution, Failed, Failure, Scheduler, execute
from harness.engine import Operation
from harness.schedule import Change, Event, LenientReplay, Recorder, Thing
from stress.executions import Target
from vgic import Machine, Parameters
from vgic.state import LockState, Look


@dataclass(frozen=True)
class Step:
    """An event and what it changed.

    Attributes:
        event: the operation or note.
        changes: the fields that are not the same before the next event.
        released: the names of the locks released before the next event.
        enters: control has just passed to its thread.
        leaves: control passes to another thread after it.
    """

    event: Event
    changes: tuple[Change, ...]
    released: tuple[str, ...]
    enters: bool
    leaves: bool


@dataclass(frozen=True)
class Recorded:
    """An execution with all that there is to say of it.

    Attributes:
        execution: the execution.
        steps: its operations and notes, in order.
        end: the place of the failure and the state at it; else the end of the execution.
        waiting: for each thread that could not go on at the end, what it did.
        ended: the threads that had come to their end.
        roles: its threads in creation order.
        preemptions: the deviations at which the thread could have gone on.
    """

    execution: Execution
    steps: tuple[Step, ...]
    end: Event
    waiting: dict[str, str]
    ended: frozenset[str]
    roles: tuple[str, ...]
    preemptions: tuple[Deviation, ...]

    @property
    def failure(self) -> Failure | None:
        """What went wrong, None if nothing did."""
        outcome = self.execution.outcome
        return outcome.failure if isinstance(outcome, Failed) else None

    @cached_property
    def things(self) -> Mapping[str, Thing]:
        """The objects by the names that operations print."""
        return {thing.name: thing for thing in self.end.state}

    @property
    def locks(self) -> list[Thing]:
        """The locks, in the order in which they are shown."""
        return [thing for thing in self.end.state if thing.kind is LockState]

    def holds(self, role: str) -> list[int]:
        """Return the steps in which a thread took what it holds at the end, oldest first."""
        taken: dict[str, int] = {}
        for index, step in enumerate(self.steps):
            what = step.event.what
            if step.event.role == role and isinstance(what, Operation) and what.kind == "lock":
                taken.pop(what.name, None)
                taken[what.name] = index
        return [index for name, index in taken.items() if _holder(self.end, name) == role]


def record(
    parameters: Parameters,
    deviations: Sequence[Deviation],
    target: Target,
    carriers: Carriers,
) -> Recorded:
    """Run an execution once more and record it.

    Args:
        parameters: the machine and its programs.
        deviations: the schedule; what has no place is left out.
        target: what it is run on.
        carriers: what the threads run on.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    recorders: list[Recorder] = []
    kernel = target.kernel

    def program(scheduler: Scheduler) -> None:
        recorder = Recorder(scheduler)
        recorders.append(recorder)
        machine = Machine(scheduler, parameters, kernel)
        recorder.look = Look(machine.kvm, machine.guests, machine.kernel)

    replay = LenientReplay(deviations)
    execution = execute(program, replay, carriers)
    recorder = recorders[0]
    recorder.close()
    return Recorded(
        execution=execution,
        steps=_steps(recorder.events),
        end=recorder.events[-1],
        waiting=recorder.waiting,
        ended=recorder.ended,
        roles=recorder.roles,
        preemptions=tuple(replay.preemptions),
    )


def _steps(events: Sequence[Event]) -> tuple[Step, ...]:
    steps = []
    before = ""
    for event, after in pairwise(events):
        changed = tuple(event.state.until(after.state))
        steps.append(
            Step(
                event=event,
                changes=tuple(change for change in changed if not _is_lock(change)),
                released=_released(event, after, changed),
                enters=event.role != before,
                leaves=event.role != after.role,
            )
        )
        before = event.role
    return tuple(steps)


def _is_lock(change: Change) -> bool:
    return change.thing.kind is LockState


def _holder(event: Event, name: str) -> object:
    """Return who holds a lock before an event: None if nobody does, "" if it is not shown."""
    lock = event.state.get(Thing(LockState, name), "")
    return lock.holder if isinstance(lock, LockState) else ""


def _released(event: Event, after: Event, changed: Sequence[Change]) -> tuple[str, ...]:
    """Return the locks released between two events: held before, or taken by the event itself."""
    released = [change.thing.name for change in changed if _is_lock(change) and change.new is None]
    what = event.what
    if isinstance(what, Operation) and what.kind == "lock":
        released += [what.name] * (_holder(after, what.name) is None)
    return tuple(released)
