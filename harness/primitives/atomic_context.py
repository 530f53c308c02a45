# SPDX-License-Identifier: GPL-2.0-only
"""Atomic context: where a thread must not sleep, nor have other CPUs do something for it.

Checked where it might have to (might_sleep, smp_call_function_many), whether it has to or not.
"""

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


def check_may_call_cpus(scheduler: Scheduler) -> None:
    """Warn if the running thread is not to have functions run on other CPUs.

    With local interrupts off it would not do meanwhile what others ask of it: two who ask each
    other wait for ever. A handler may have come in the middle of such a call, which has one set of
    messages for each CPU (kernel/smp.c, smp_call_function_many_cond).

    Args:
        scheduler: the execution's scheduler.
    """
    me = scheduler.current
    if scheduler.unwinding or not (me.irqs_off or me.chain & IN_IRQ):
        return
    function = model_function()
    in_handler = me.chain & IN_IRQ
    who = f"a handler on top of {me.role}" if in_handler else f"{me.role}, with interrupts off,"
    scheduler.fail(
        Failure(
            kind="warning",
            message=f"{who} has other CPUs called{within(function)}: two who do so may wait for "
            "each other",
            functions=(function,),
        )
    )
