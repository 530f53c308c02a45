# SPDX-License-Identifier: GPL-2.0-only
"""An execution run again and recorded: what every view is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness import Carriers, Deviation, Execution, Failed, Failure, Scheduler, execute
from harness.engine import Operation
from harness.schedule import Change, LenientReplay, Moment, RecordedEvent, Recorder, Stretch, Thing
from stress.executions import Target
from vgic import Machine, Parameters
from vgic.state import LockState, Look


@dataclass(frozen=True)
class Deed:
    """What one function did after an event, up to where another began or went on.

    Attributes:
        stack: the functions it was done in, outermost first.
        changes: the fields it left otherwise; those of locks are no changes.
        released: the names of the locks it released.
        state: what the machine looks like after it.
        returned: what it returned in the end, if it did and that is a word or some; else "".
    """

    stack: tuple[str, ...]
    changes: tuple[Change, ...]
    released: tuple[str, ...]
    state: Moment
    returned: str = ""

    @property
    def function(self) -> str:
        """The function that did it, "" if that has no name."""
        return self.stack[-1] if self.stack else ""


@dataclass(frozen=True)
class Step:
    """An event and what was done until the next one.

    Attributes:
        event: the operation or note.
        changes: the fields that are not the same before the next event.
        deeds: what each function did, in order; the first is what the event itself did.
        enters: control has just passed to its thread.
        leaves: control passes to another thread after it.
    """

    event: RecordedEvent
    changes: tuple[Change, ...]
    deeds: tuple[Deed, ...]
    enters: bool
    leaves: bool

    @property
    def released(self) -> tuple[str, ...]:
        """The names of the locks released before the next event."""
        return tuple(lock for deed in self.deeds for lock in deed.released)


@dataclass(frozen=True)
class Recorded:
    """An execution with all that there is to say of it.

    Attributes:
        parameters: the machine and its programs.
        execution: the execution.
        steps: its operations and notes, in order.
        end: the place of the failure and the state at it; else the end of the execution.
        waiting: for each thread that could not go on at the end, what it did.
        ended: the threads that had come to their end.
        roles: its threads in creation order.
        preemptions: the deviations at which the thread could have gone on.
    """

    parameters: Parameters
    execution: Execution
    steps: tuple[Step, ...]
    end: RecordedEvent
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
        return [index for name, index in taken.items() if _holder(self.end.state, name) == role]


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
        parameters=parameters,
        execution=execution,
        steps=_steps(recorder.events, recorder.stretches),
        end=recorder.events[-1],
        waiting=recorder.waiting,
        ended=recorder.ended,
        roles=recorder.roles,
        preemptions=tuple(replay.preemptions),
    )


def _steps(events: Sequence[RecordedEvent], stretches: Sequence[Stretch]) -> tuple[Step, ...]:
    done: list[list[Stretch]] = [[] for _ in events]
    for stretch in stretches:
        done[stretch.after].append(stretch)
    steps = []
    before = ""
    for event, after, between in zip(events, events[1:], done, strict=False):
        steps.append(
            Step(
                event=event,
                changes=_changes(event.state, after.state),
                deeds=_deeds(event, between),
                enters=event.role != before,
                leaves=event.role != after.role,
            )
        )
        before = event.role
    return tuple(steps)


def _deeds(event: RecordedEvent, stretches: Sequence[Stretch]) -> tuple[Deed, ...]:
    """Return what each function did after an event."""
    deeds = []
    before, what = event.state, event.what
    locked = what.name if isinstance(what, Operation) and what.kind == "lock" else ""
    for stretch in stretches:
        released = _released(before, stretch.state)
        # What was taken by the event itself and is free again has been held by nobody in between.
        if locked and _holder(stretch.state, locked) is None and locked not in released:
            released.append(locked)
        changes = _changes(before, stretch.state)
        deeds.append(Deed(stretch.stack, changes, tuple(released), stretch.state, stretch.returned))
        before, locked = stretch.state, ""
    return tuple(deeds)


def _changes(before: Moment, after: Moment) -> tuple[Change, ...]:
    return tuple(change for change in before.until(after) if change.thing.kind is not LockState)


def _released(before: Moment, after: Moment) -> list[str]:
    return [
        change.thing.name
        for change in before.until(after)
        if change.thing.kind is LockState and change.new is None
    ]


def _holder(state: Moment, name: str) -> object:
    """Return who holds a lock at a moment: None if nobody does, "" if it is not shown."""
    lock = state.get(Thing(LockState, name), "")
    return lock.holder if isinstance(lock, LockState) else ""
