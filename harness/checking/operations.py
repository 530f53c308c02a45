# SPDX-License-Identifier: GPL-2.0-only
"""Operations in plain words: a row for each kind there is.

`{name}` is the object, and `{object}` the same after the kind of object it is. Where it has a value
that can be shown, `{was}` is that before the operation and `{now}` that after it. A kind of a
program's own is shown as it was published.
"""

from harness.engine import Operation

WORDS = {
    "lock": "acquires {object}",
    "unlock": "releases {name}",
    "read": "reads {name}",
    "acquire": "reads {name} (acquire)",
    "plain_read": "reads {name} without its guard",
    "write": "writes {name}",
    "release": "writes {name} (release)",
    "plain_write": "writes {name} without its guard",
    "cmpxchg": "compares and exchanges {name}",
    "add": "adds to {name}",
    "prepare_to_wait": "stands in the queue at {name}",
    "sleep": "wakes up at {name}",
    "wake_up": "wakes up who sleeps at {name}",
    "wait_for": "goes on after a wait for {name}",
    "complete": "completes {name}",
    "reinit": "begins {name} anew",
    "inc": "takes a reference: {name}",
    "inc_not_zero": "takes a reference unless there is none: {name}",
    "dec_not_one": "puts a reference unless it is the last: {name}",
    "dec": "puts a reference: {name}",
    "dec_and_test": "puts a reference: {name}",
    "last": "has put the last reference to {name}",
    "use": "uses {name}",
    "free": "frees {name}",
    "read_lock": "enters a read section of {name}",
    "read_unlock": "leaves its read section of {name}",
    "synchronize": "begins to wait for the readers of {name}",
    "wait": "goes on after a wait at {name}",
    "call": "leaves a callback for after the readers of {name}",
    "callback": "runs a callback of {name}",
    "request": "looks for requests at {name}",
    "take": "takes a request from {name}",
    "send": "sends {name}",
    "taken": "takes {name}",
    "idle": "wakes up: {name} is pending",
    "assert": "asserts {name}",
    "list": "walks {name}",
    "relink": "links {name} anew",
    "change": "changes {name}",
    "relax": "spins for {name}",
    "swapped": "has changed {name}",
    "learn": "takes {name} in a new order",
    "trylock": "tries to take {object}",
    "write_lock": "acquires {object} to write",
    "write_unlock": "releases {name}",
    "down": "takes {object} down",
    "up": "takes {object} up",
    "set": "sets {name}",
    "clear": "clears {name}",
    "wait_set": "goes on: {name} is set",
    "timed_wait": "goes on at {name}, where it waited with a timeout",
    "arrive": "comes to {name}",
    "leave": "leaves {name}",
    "abort": "breaks {name}",
    "reset": "resets {name}",
    "mod_timer": "arms {name}",
    "del_timer": "takes {name} off",
    "fire": "fires {name}",
    "queue_work": "queues {name}",
    "next_work": "takes work from {name}",
    "run_work": "begins with {name}",
    "cancel_work": "takes {name} off its queue",
    "done": "is done with {name}",
    "found_shut": "finds that {name} lets nobody pass",
    "spawn": "starts {name}",
    "join": "goes on: {name} has ended",
    "start": "starts",
    "exit": "ends",
    "everything": "waits with all others",
}
"""What a line about an operation of each kind says."""

VALUES = {
    **dict.fromkeys(("read", "acquire"), " = {was}"),
    **dict.fromkeys(("write", "release"), " = {now}"),
    "cmpxchg": ": finds {was}, leaves {now}",
    **dict.fromkeys(
        ("add", "inc", "inc_not_zero", "dec_not_one", "dec", "dec_and_test"), ": {was} to {now}"
    ),
}
"""What the line adds if the object's value is known."""

SHOWN = frozenset(
    {
        *("unlock", "read_unlock", "write_unlock"),
        *("lock", "read_lock", "write_lock", "down", "wait_set", "run_work"),
    }
)
"""What a thread does at no scheduling point of its own, and is shown all the same: it releases a
lock, or has taken one, or what else it tried to have."""


def operation_in_words(
    operation: Operation, noun: str, values: tuple[str, str] | None = None
) -> str:
    """Say what an operation does.

    Args:
        operation: the operation.
        noun: what kind of object it is of, "" if that is not known.
        values: the object's value before the operation and after it, None if not known.
    """
    words = WORDS.get(operation.kind)
    if words is None:
        return str(operation)
    if values is not None:
        words += VALUES.get(operation.kind, "")
    was, now = values or ("", "")
    name = operation.name
    says_it = not noun or name.startswith(noun)
    return words.format(name=name, object=name if says_it else f"{noun} {name}", was=was, now=now)
