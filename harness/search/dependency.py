# SPDX-License-Identifier: GPL-2.0-only
"""Which operations may not be exchanged: what every search that compares executions goes by.

Two operations of different threads are independent if doing them in either order leads to the
same state; executions that differ only in the order of independent steps are one behaviour. What
is said here must err on the side of dependence: a dependence too many costs time, one too few
loses behaviours.
"""

from collections.abc import Sequence

from harness.engine import EVERYTHING, Operation

_READS = ("read", "acquire", "list", "idle", "relax")
_SECTIONS = ("read_lock", "read_unlock")
MODES = {
    **dict.fromkeys(_READS, "read"),
    **dict.fromkeys(_SECTIONS, "section"),
    **{kind: kind for kind in ("use", "send", "request", "join", "leave", "wait_set")},
    **{kind: kind for kind in ("trylock", "timed_wait", "found_shut", "plain_read")},
}
"""The kinds that commute with their like, by what they have in common.

To look twice, or to set a bit twice, has no order; readers have one only with a thread that waits
for them, and uses of an object only with its end. Those who wait for one thing come through in any
order. What is tried in vain changes nothing; else its step touches what commutes with nothing.
"""

OPENS = frozenset({"unlock", "write_unlock", "done", "spawn", "exit"})
"""What opens a gate that no thread could have passed before it, so that nobody races with it.

Whoever waits at the gate competes with those who shut it.
"""

FOUND_SHUT = "found_shut"
"""Touched by a step whose operation on the same object has found its gate shut: who waits there
could not have come right before it, as it could before others of that kind."""

COMMUTE_WITH_NOTHING = frozenset(
    {
        *("lock", "unlock", "write", "release", "cmpxchg", "swapped", "add", "take", "taken"),
        *("assert", "complete", "reinit", "wait_for", "prepare_to_wait", "sleep", "wake_up"),
        *("inc", "inc_not_zero", "dec_not_one", "dec", "dec_and_test", "last", "free"),
        *("synchronize", "wait", "call", "callback"),
        *("write_lock", "write_unlock", "down", "up"),
        *("set", "clear", "arrive", "abort", "reset"),
        *("queue_work", "next_work", "run_work", "cancel_work"),
        *("mod_timer", "del_timer", "fire", "done"),
        *("plain_write", "relink", "change", "learn", "spawn", "start", "exit", "everything"),
    }
)
"""The other kinds of the harness; a kind of a program's own is one of these."""


def mode(operation: Operation) -> str | None:
    """Return what the operation commutes with on its own object; None for nothing."""
    return MODES.get(operation.kind)


def conflicting(one: Operation, other: Operation) -> bool:
    """Whether the order of two operations of different threads matters."""
    if EVERYTHING.kind in (one.kind, other.kind):
        return True
    if one.name != other.name or not one.name:
        return False
    shared = mode(one)
    return shared is None or shared != mode(other)


def any_conflicting(some: Sequence[Operation], others: Sequence[Operation]) -> bool:
    """Whether the order of two steps of different threads matters, given what each touched."""
    return any(conflicting(one, other) for one in some for other in others)
