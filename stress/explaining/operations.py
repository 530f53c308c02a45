# SPDX-License-Identifier: GPL-2.0-only
"""Operations in words and by weight: a row for each kind there is.

A kind of a program's own stands in no table; it is shown as it was published, and weighs as locks
do.
"""

from harness.engine import Operation

LOCKS, KICKS, STATE = 1, 2, 3
"""The weights of a line."""

_AS_PUBLISHED = "{operation}"
_WHAT_IS_FOUND = "{name} is {state}"

WORDS = {
    **dict.fromkeys(("read", "cmpxchg", "request", "take"), _WHAT_IS_FOUND),
    "list": "walk {name}",
    "idle": "wakes up: {name} is pending",
    "relax": "spins for {name}",
    "plain_read": "reads {name} without its guard",
    "plain_write": "writes {name} without its guard",
    "acknowledge": "guest acknowledges nothing",
    "access": "guest accesses a register",
    "work": "other work",
    **dict.fromkeys(("lock", "unlock", "learn"), _AS_PUBLISHED),
    **dict.fromkeys(("write", "acquire", "release", "swapped", "add"), _AS_PUBLISHED),
    **dict.fromkeys(("send", "taken", "assert", "eoi"), _AS_PUBLISHED),
    **dict.fromkeys(
        ("inc", "inc_not_zero", "dec_not_one", "dec", "dec_and_test", "last"), _AS_PUBLISHED
    ),
    **dict.fromkeys(("read_lock", "read_unlock", "synchronize", "wait"), _AS_PUBLISHED),
    **dict.fromkeys(("call", "callback", "use", "free"), _AS_PUBLISHED),
    **dict.fromkeys(("prepare_to_wait", "sleep", "wake_up"), _AS_PUBLISHED),
    **dict.fromkeys(("wait_for", "complete", "reinit"), _AS_PUBLISHED),
    "join": "{name} has ended",
    "fire": "{name} fires",
    "timed_wait": "waits for {name}, with a timeout",
    **dict.fromkeys(("trylock", "write_lock", "write_unlock", "down", "up"), _AS_PUBLISHED),
    **dict.fromkeys(
        ("set", "clear", "wait_set", "arrive", "leave", "abort", "reset"), _AS_PUBLISHED
    ),
    **dict.fromkeys(("mod_timer", "del_timer", "found_shut", "done"), _AS_PUBLISHED),
    **dict.fromkeys(("queue_work", "next_work", "run_work", "cancel_work"), _AS_PUBLISHED),
    **dict.fromkeys(("spawn", "relink", "change"), _AS_PUBLISHED),
    **dict.fromkeys(("start", "exit", "everything"), _AS_PUBLISHED),
}
"""What a line about an operation of each kind says, if nothing that changes says it already."""

WEIGHTS = {**dict.fromkeys(WORDS, LOCKS), "list": STATE, "relink": STATE}
"""What it weighs, if its object does not weigh more."""


def operation_in_words(what: Operation, state: str) -> str:
    """Say what an operation does.

    Args:
        what: the operation.
        state: its object's state before it in words, "" if nothing is known of it.
    """
    words = WORDS.get(what.kind, _AS_PUBLISHED)
    if words == _WHAT_IS_FOUND and not state:
        words = _AS_PUBLISHED
    return words.format(operation=what, name=what.name, state=state)


def weight_of(what: Operation) -> int:
    """Return how much a reader learns by an operation, whatever its object is."""
    return WEIGHTS.get(what.kind, LOCKS)
