# SPDX-License-Identifier: GPL-2.0-only
"""The timeline: an execution as Chrome trace events, for ui.perfetto.dev.

One track for each thread, with its calls and operations, and one for each lock, with who holds
it. What one function does, up to where another begins or goes on, takes a microsecond there: the
model has an order of events, no time.
"""

import json
from collections.abc import Iterator

from harness.engine import Operation, entry_text
from stress.explaining.recorded import Deed, Recorded, Step
from stress.explaining.words import changed_name, value_in_words

_THREADS, _LOCKS = 1, 2
_TraceEvent = dict[str, object]


def timeline(recorded: Recorded, title: str) -> str:
    """Return the trace in the JSON object format.

    Args:
        recorded: the execution.
        title: what the viewer calls it.
    """
    events = [*_names(recorded, title), *_calls(recorded), *_operations(recorded)]
    events += [*_holding(recorded), *_failure(recorded)]
    return json.dumps(
        {"traceEvents": events, "displayTimeUnit": "ns", "otherData": {"title": title}}, indent=1
    )


def _event(phase: str, name: str, track: tuple[int, int], at: int, **more: object) -> _TraceEvent:
    return {"ph": phase, "name": name, "pid": track[0], "tid": track[1], "ts": at, **more}


def _names(recorded: Recorded, title: str) -> Iterator[_TraceEvent]:
    for process, name in ((_THREADS, f"threads: {title}"), (_LOCKS, "locks")):
        yield _event("M", "process_name", (process, 0), 0, args={"name": name})
    for role, track in _threads(recorded).items():
        yield _event("M", "thread_name", track, 0, args={"name": role})
    for lock, track in _locks(recorded).items():
        yield _event("M", "thread_name", track, 0, args={"name": lock})


def _threads(recorded: Recorded) -> dict[str, tuple[int, int]]:
    return {role: (_THREADS, number + 1) for number, role in enumerate(recorded.roles)}


def _locks(recorded: Recorded) -> dict[str, tuple[int, int]]:
    return {lock.name: (_LOCKS, number + 1) for number, lock in enumerate(recorded.locks)}


def _deeds(recorded: Recorded) -> Iterator[tuple[int, Step, Deed | None]]:
    """Yield each event, and then what each function has done after it, with its microsecond."""
    at = 0
    for step in recorded.steps:
        # What the event itself did, it does in its own microsecond.
        yield at, step, None
        for place, deed in enumerate(step.deeds):
            at += place > 0
            yield at, step, deed
        at += 1


def _end(recorded: Recorded) -> int:
    return sum(max(1, len(step.deeds)) for step in recorded.steps)


def _calls(recorded: Recorded) -> Iterator[_TraceEvent]:
    """Yield a slice for each call of a model function."""
    tracks = _threads(recorded)
    open_calls: dict[str, list[str]] = {role: [] for role in recorded.roles}
    for at, step, deed in _deeds(recorded):
        role, stack = step.event.role, step.event.stack if deed is None else deed.stack
        if role not in open_calls:
            continue
        calls = open_calls[role]
        same = 0
        while same < min(len(calls), len(stack)) and calls[same] == stack[same]:
            same += 1
        while len(calls) > same:
            yield _event("E", calls.pop(), tracks[role], at)
        for function in stack[same:]:
            calls.append(function)
            yield _event("B", function, tracks[role], at)
    for role, calls in open_calls.items():
        while calls:
            yield _event("E", calls.pop(), tracks[role], _end(recorded))


def _operations(recorded: Recorded) -> Iterator[_TraceEvent]:
    tracks = _threads(recorded)
    for at, step, deed in _deeds(recorded):
        what, role = step.event.what, step.event.role
        if what is None or role not in tracks:
            continue
        if deed is None:
            name = entry_text(what).strip()
            if isinstance(what, Operation):
                yield _event("X", name, tracks[role], at, dur=1, cat=what.kind)
            else:
                yield _event("i", name, tracks[role], at, s="t")
        elif deed.changes:
            changed = {
                changed_name(change): value_in_words(change.field, change.new)
                for change in deed.changes
            }
            name = ", ".join(dict.fromkeys(change.thing.name for change in deed.changes))
            yield _event("i", f"{name} changed", tracks[role], at, s="t", args=changed)


def _holding(recorded: Recorded) -> Iterator[_TraceEvent]:
    """Yield a slice for each time that a lock is held."""
    for lock, track in _locks(recorded).items():
        begin, holder = 0, ""
        for at, step, deed in _deeds(recorded):
            what = step.event.what
            taken = isinstance(what, Operation) and what.kind == "lock" and what.name == lock
            if deed is None and taken:
                begin, holder = at, step.event.role
            if holder and deed is not None and lock in deed.released:
                yield _event("X", holder, track, begin, dur=at + 1 - begin, cat="lock")
                holder = ""
        if holder:
            yield _event("X", holder, track, begin, dur=_end(recorded) - begin, cat="lock")


def _failure(recorded: Recorded) -> Iterator[_TraceEvent]:
    failure = recorded.failure
    if failure is not None:
        track = _threads(recorded).get(recorded.end.role, (_THREADS, 1))
        yield _event(
            "i", failure.kind, track, _end(recorded), s="g", args={"message": failure.message}
        )
