# SPDX-License-Identifier: GPL-2.0-only
"""Atomic context: where a thread must not sleep, checked where it might have to (might_sleep)."""

from harness.engine import IN_IRQ, IN_RCU, Failure, Scheduler, model_function, within


def check_may_sleep(scheduler: Scheduler, what: str, family: str) -> None:
    """Fail if the running thread is atomic.

    Args:
        scheduler: the execution's scheduler.
        what: what it is about to do, and might have to sleep for.
        family: the lock class, or what else it would sleep on.
    """
    if scheduler.unwinding:
        return
    me = scheduler.current
    spins = next((lock for lock in me.held if not lock.sleeps), None)
    who, kind = me.role, "sleep in atomic"
    if me.chain & IN_IRQ:
        # Also what is no kernel has handlers, such as those of signals.
        who, kind = f"a handler on top of {me.role}", "sleep in a handler"
        why = f"{me.role} cannot go on before the handler is over"
    elif me.chain & IN_RCU:
        why = "is in an RCU read section"
    elif spins is not None:
        why = f"holds {spins.name}"
    elif me.irqs_off:
        why = "has local interrupts off"
    elif me.preempt_off:
        why = "has preemption off"
    else:
        return
    function = model_function()
    scheduler.fail(
        Failure(
            kind=kind,
            message=f"{who} is about to {what}{within(function)}, which may sleep, but {why}",
            functions=(function,),
            lock_classes=(family,),
        )
    )
