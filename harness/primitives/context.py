# SPDX-License-Identifier: GPL-2.0-only
"""The context of the running thread: local interrupts of its CPU, and whether it may be put.

A thread that has preemption off stays on its CPU: it must not sleep, nor give the CPU away. The
schedule does not care: it is about who goes on when all have CPUs of their own.
"""

import sys

from harness.engine import IRQS_ON, Scheduler


def local_irq_disable(scheduler: Scheduler) -> None:
    """Turn local interrupts off."""
    me = scheduler.current
    if not me.irqs_off:
        caller = sys._getframe(1)
        me.irqs_off_at = caller.f_code, caller.f_lineno
    me.irqs_off = True
    me.chain &= ~IRQS_ON


def local_irq_enable(scheduler: Scheduler) -> None:
    """Turn local interrupts on."""
    me = scheduler.current
    me.irqs_off = False
    me.chain |= IRQS_ON
    for lock in me.held:
        lock.kept_with_irqs_on(me)
    if scheduler.interrupts and not scheduler.unwinding:
        scheduler.interrupt(me)


def preempt_disable(scheduler: Scheduler) -> None:
    """Keep the running thread on its CPU; as often as that is done it has to be undone."""
    scheduler.current.preempt_off += 1


def preempt_enable(scheduler: Scheduler) -> None:
    """Undo one preempt_disable."""
    scheduler.current.preempt_off -= 1
