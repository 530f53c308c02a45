# SPDX-License-Identifier: GPL-2.0-only
"""Spinning: a loop that looks again and again until somebody else has changed something.

A turn of such a loop that finds nothing changes nothing, so the thread that takes it is as good as
blocked until what it has read is written. `cpu_relax` stands in each turn and says what is waited
for; `wait_until` is the whole loop. A thread that relaxes goes on when another one has changed a
word that it has read in this turn, so that a right program that spins ends under every schedule,
and one in which all wait for what nobody is left to write is a livelock, named at once and not by
the step bound.

Words are what primitives read. What a loop reads beside them (a plain attribute, a list) is not
seen, so where nobody can go on every spinning thread for which anything may have changed has
another turn before that is believed.
"""

from collections.abc import Callable

from harness.engine import Gate, Operation, Scheduler, Thread, Unwind, operation

LOOKS = ("read", "acquire", "cmpxchg", "trylock")
"""Operations that read a word; a cmpxchg or trylock that finds another value does no more."""

_CHANGES_NOTHING = (*LOOKS, "list", "idle", "relax", "start", "exit")


class _Turn(Gate):
    """The gate at which a thread stands that has looked in vain: one turn of its loop."""

    spins = True

    def __init__(
        self, scheduler: Scheduler, what: str, condition: Callable[[], bool] | None
    ) -> None:
        self._scheduler = scheduler
        self._what = what
        self._condition = condition
        self._me = scheduler.current
        # Of each word, where in the trace this thread has read it last.
        self._read: dict[str, int] = {}
        self._owner = self._me
        self._seen = self._me.relaxed
        self._changed: set[str] = set()
        self._anything = False
        self._look_once_more = False
        self._catch_up()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that this thread has read in this turn."""
        return tuple(self._read)

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether another turn would find what this one has found."""
        if self._look_once_more:
            return False
        self._catch_up()
        if self._read:
            return not (self._changed or self._changed_in_no_trace())
        if self._condition is not None:
            return not self._scheduler.evaluate(self._condition)
        return not self._anything

    def look_again(self) -> bool:
        """Open for another turn if what it reads beside words may have changed."""
        self._catch_up()
        if self._condition is not None:
            self._look_once_more = self._scheduler.evaluate(self._condition)
        else:
            self._look_once_more = self._anything
        return self._look_once_more

    def describe_wait(self) -> str:
        """Say what the thread is waiting for."""
        return f"{self._what}, and spins"

    def last_wake_up(self) -> tuple[str, ...]:
        """Return who has changed last what it reads, and how."""
        last = {word: f"nobody has changed {word}" for word in self._read}
        role = ""
        for entry in self._scheduler.trace:
            if isinstance(entry, Thread):
                role = entry.role
            elif isinstance(entry, Operation) and entry.name in last and self._changes(entry):
                last[entry.name] = f"the last to change {entry.name} was {role}: {entry}"
        return tuple(last.values())

    def _changed_in_no_trace(self) -> bool:
        swapped = self._scheduler.swapped
        return any(swapped.get(word, -1) > place for word, place in self._read.items())

    def _catch_up(self) -> None:
        """See what was read by this thread and changed by others since it looked last."""
        trace = self._scheduler.trace
        for place in range(self._seen, len(trace)):
            entry = trace[place]
            if isinstance(entry, Thread):
                self._owner = entry
            elif isinstance(entry, Operation):
                self._account(entry, place)
        self._seen = len(trace)

    def _account(self, operation: Operation, place: int) -> None:
        kind, word = operation.kind, operation.name
        mine = self._owner is self._me
        if self._changes(operation, place):
            # Of its own a change of what it has read counts too: another look finds that.
            self._anything |= not mine
            self._changed.add(word)
        elif mine and kind in LOOKS:
            self._read[word] = place
            self._changed.discard(word)
        if kind == "assert":
            # A handler on top of a thread that spins may change what that waits for.
            self._changed |= self._read.keys()

    def _changes(self, operation: Operation, place: int = -1) -> bool:
        """Return whether an operation has changed its word, at this place of the trace or later."""
        if operation.kind == "cmpxchg":
            return self._scheduler.swapped.get(operation.name, -1) > place
        return operation.kind not in _CHANGES_NOTHING


def cpu_relax(scheduler: Scheduler, what: str) -> None:
    """Let others go on, in a loop that looks at something until it has changed (cpu_relax).

    Args:
        scheduler: the execution's scheduler.
        what: what the loop waits for, as a report says it: `my turn`, `the writer to leave`.
    """
    _relax(scheduler, what, None)


def wait_until(scheduler: Scheduler, condition: Callable[[], bool], what: str) -> None:
    """Spin until a condition holds (smp_cond_load_relaxed, read_poll_timeout without its end).

    Args:
        scheduler: the execution's scheduler.
        condition: looked at in each turn; it changes nothing.
        what: what is waited for, as a report says it.
    """
    me = scheduler.current
    while True:
        me.relaxed = len(scheduler.trace)
        if condition() or scheduler.unwinding:
            return
        _relax(scheduler, what, condition)


def _relax(scheduler: Scheduler, what: str, condition: Callable[[], bool] | None) -> None:
    if scheduler.unwinding:
        raise Unwind  # what it waits for may never come
    me = scheduler.current
    turn = _Turn(scheduler, what, condition)
    scheduler.gated_point(Operation("relax", what, what, turn))
    me.relaxed = len(scheduler.trace)
    for word in turn.words:
        scheduler.touch(operation("read", word, word))
