# SPDX-License-Identifier: GPL-2.0-only
"""Local interrupts of the CPU that the running thread is on."""

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
