# SPDX-License-Identifier: GPL-2.0-only
"""What can be wrong with taking or releasing a lock, whatever kind of lock it is."""

from collections.abc import Collection

from harness.engine import Failure, Lock, Scheduler, Thread, model_function, within
from harness.primitives.lock_class import LockClass


def not_held(me: Thread, lock: Lock, lock_class: LockClass, holder: str, kind: str) -> Failure:
    """Describe that a thread does not hold a lock which it has to hold.

    Args:
        me: the thread.
        lock: the lock.
        lock_class: its class.
        holder: who holds it, "" if nobody does.
        kind: what the failure is called.
    """
    function = model_function()
    held = f"{holder} holds it" if holder else "nobody holds it"
    return Failure(
        kind=kind,
        message=f"{me.role}{within(function)} does not hold {lock.name}: {held}",
        functions=(function,),
        lock_classes=(lock_class.name,),
    )


def held_already(me: Thread, lock: Lock, lock_class: LockClass) -> Failure:
    """Describe that a thread wants a lock which it holds."""
    return Failure(
        kind="lock recursion",
        message=f"{me.role} is trying to acquire {lock.name}, which it already holds",
        functions=(model_function(),),
        lock_classes=(lock_class.name,),
    )


def irqs_on(me: Thread, lock: Lock, lock_class: LockClass) -> Failure:
    """Describe that a lock, which a handler takes too, is taken or held with interrupts on."""
    function = model_function()
    return Failure(
        kind="irqs on",
        message=f"{me.role} takes or holds {lock.name}{within(function)} with local interrupts on: "
        "an injecting interrupt handler on its CPU would spin for ever",
        functions=(function,),
        lock_classes=(lock_class.name,),
    )


def leaves_nothing_held(
    scheduler: Scheduler, kind: str, what: str, family: str, before: Collection[Lock] = ()
) -> None:
    """Fail if the running thread holds a lock that was taken in what is over now.

    Args:
        scheduler: the execution's scheduler.
        kind: what the failure is called.
        what: what is over, as the message says it.
        family: the kind of object it belongs to.
        before: the locks it held before.
    """
    me = scheduler.current
    names = ", ".join(lock.name for lock in me.held if lock not in before)
    if names and not scheduler.unwinding:
        scheduler.fail(
            Failure(kind, f"{me.role} holds {names} after {what}", lock_classes=(family,))
        )
