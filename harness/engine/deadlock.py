# SPDX-License-Identifier: GPL-2.0-only
"""Deadlock: no thread can proceed, and not all of them are merely idle.

Found at the moment it arises, since it is a fact about gates and not about time. The report gives
the wait-for cycle where there is one, in the order in which the waits chain.

A lost wake-up is another kind: a thread sleeps, what it sleeps for has happened, and it will not be
woken for it again. Whether that is so is known to the gate that it sleeps at
(harness.primitives.waitqueue). Where none was lost, somebody else may have had it: so a deadlock
says of each sleeper whom the last wake-up at its place went to, and what became of those. Where all
that wait spin on what nobody is left to change (harness.primitives.spinning) it is a livelock. A
daemon that idles is not what a deadlock is named after, but if it has missed a wake-up the message
says so: what the others wait for may be what it was asked to do.
"""

from collections.abc import Callable, Sequence

from harness.engine.failures import Failure
from harness.engine.frames import model_function, within
from harness.engine.threads import Thread


def _cycle(waiting: Sequence[Thread]) -> list[Thread]:
    """Return the threads of a wait-for cycle, or [] if the waits end elsewhere."""
    for start in waiting:
        path: list[Thread] = []
        thread: Thread | None = start
        while thread is not None and thread not in path:
            path.append(thread)
            thread = None if thread.op.gate is None else thread.op.gate.holder
        if thread is not None:
            cycle = path[path.index(thread) :]
            first = min(range(len(cycle)), key=lambda i: cycle[i].index)
            return cycle[first:] + cycle[:first]
    return []


def deadlock(waiting: Sequence[Thread], stack_of: Callable[[Thread], tuple[str, ...]]) -> Failure:
    """Describe the deadlock of these threads.

    Args:
        waiting: every thread that has not ended.
        stack_of: gives the model functions a thread is in, outermost first.
    """
    cycle = _cycle(waiting)
    lost = {} if cycle else {each: how for each in waiting if (how := _lost_wake_up(each))}
    missed = [each for each in lost if each.busy or not each.daemon]
    involved = (
        cycle or missed or [thread for thread in waiting if not thread.idles] or list(waiting)
    )

    def waits(thread: Thread) -> str:
        return f"waits for {_wait(thread)}"

    stacks = {thread: stack_of(thread) for thread in waiting}
    return Failure(
        kind="lost wake-up" if missed else "livelock" if all(map(_spins, involved)) else "deadlock",
        message="; ".join(
            (
                *(f"{thread.role} {waits(thread)}" for thread in involved),
                *(
                    f"the daemon {thread.role} has missed a wake-up: it {waits(thread)}"
                    for thread in lost
                    if thread not in involved
                ),
            )
        ),
        functions=tuple(stacks[thread][-1] if stacks[thread] else "" for thread in involved),
        lock_classes=tuple(thread.op.lock_class for thread in involved),
        details=tuple(
            line
            for thread in waiting
            for line in (
                ": ".join(filter(None, (thread.role, " > ".join(stacks[thread]), waits(thread)))),
                *(f"  {how}" for how in lost.get(thread, ()) or _last_wake_up(thread)),
            )
        ),
    )


def wait_before_the_start(thread: Thread) -> Failure:
    """Describe that the program waits while it sets up, where nobody could end the wait.

    Args:
        thread: stands for the program before any thread runs.
    """
    function = model_function()
    return Failure(
        kind="wait before the start",
        message=f"the program{within(function)} waits for {_wait(thread)}: nothing runs before it "
        "has returned, so wait in a thread",
        functions=(function,),
        lock_classes=(thread.op.lock_class,),
    )


def _lost_wake_up(thread: Thread) -> tuple[str, ...]:
    return () if thread.op.gate is None else thread.op.gate.lost_wake_up()


def _last_wake_up(thread: Thread) -> tuple[str, ...]:
    return () if thread.op.gate is None else thread.op.gate.last_wake_up()


def _spins(thread: Thread) -> bool:
    return thread.op.gate is not None and thread.op.gate.spins


def _wait(thread: Thread) -> str:
    return thread.op.gate.describe_wait() if thread.op.gate is not None else "nothing"
