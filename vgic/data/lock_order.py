# SPDX-License-Identifier: GPL-2.0-only
"""The locks of the vGIC and the order in which they are taken, outermost first.

As the comment "Locking order is always" at the top of vgic.c has it. The config_lock is a mutex and
the VM's; who holds it may wait for every vCPU. The others are taken with local interrupts off,
since an interrupt handler of the host injects, too. Two ap_list_locks are held at once only to move
an interrupt, the lower vCPU's first; two irq_locks only to compare two entries of one list.
"""

from itertools import pairwise

from harness import LockOrder, Scheduler

OUTERMOST_FIRST = ("config_lock", "ap_list_lock", "irq_lock")
_TAKEN_WITH_IRQS_ON = ("config_lock",)


class VgicLocks:
    """The lock classes of one VM, known to the checker of their order.

    Attributes:
        order: the checker.
        config_lock: the class of the mutex under which active states are read and written.
        ap_list_lock: the class of the locks that guard a vCPU's lists.
        irq_lock: the class of the locks that guard an interrupt.
    """

    __slots__ = ("ap_list_lock", "config_lock", "irq_lock", "order")

    def __init__(self, scheduler: Scheduler, *, checking: bool = True) -> None:
        """Make the classes.

        Args:
            scheduler: the execution's scheduler.
            checking: report an order that could deadlock; without it only a deadlock is one.
        """
        self.order = LockOrder(scheduler, checking=checking)
        classes = [
            self.order.lock_class(name, irqs_off=name not in _TAKEN_WITH_IRQS_ON)
            for name in OUTERMOST_FIRST
        ]
        for outer, inner in pairwise(classes):
            self.order.document(outer, inner)
        self.config_lock, self.ap_list_lock, self.irq_lock = classes
