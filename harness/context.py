# SPDX-License-Identifier: GPL-2.0-only
"""The context a thread runs in: whether local interrupts are off on its CPU."""

from harness.scheduler import Scheduler


def local_irq_disable(scheduler: Scheduler) -> None:
    """Turn interrupts off on the running thread's CPU."""
    scheduler.current.irqs_off = True


def local_irq_enable(scheduler: Scheduler) -> None:
    """Turn interrupts on again on the running thread's CPU."""
    scheduler.current.irqs_off = False
