# SPDX-License-Identifier: GPL-2.0-only
"""How long a VM lives: as long as somebody has it open, and then its interrupts are freed.

Each vCPU's thread has it open by its vCPU, and user space by the VM itself. Irqfds do not count:
they are shut down as user space closes the VM, and whoever injects by one just then is waited for.
A VM whose end is not part of an execution has no lifetime, and costs nothing for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from harness import KmemCache, LockOrder, Refcount, Srcu
from harness.engine import operations
from vgic.data.vcpu import MortalIrq, VgicIrq


class Lifetime:
    """Who has a VM open, and what is freed in the end.

    Attributes:
        users: how many have it open (kvm->users_count).
        irqs: where its interrupts are allocated.
        injecting: the read sections in which irqfds inject (kvm->irq_srcu).
        irqfds_are_shut: none of them injects any more.
        is_destroyed: nobody has the VM open, and its vGIC is gone.
    """

    __slots__ = (
        "_ends", "_is_over", "_looks", "_scheduler", "_shuts", "injecting", "irqfds_are_shut",
        "irqs", "is_destroyed", "users",
    )  # fmt: skip

    def __init__(self, order: LockOrder, nr_vcpus: int) -> None:
        """Begin with a VM that user space and each vCPU has open.

        Args:
            order: the lock classes of the execution.
            nr_vcpus: how many vCPUs there are.
        """
        self._scheduler = order.scheduler
        self.users = Refcount(order.scheduler, "users_count", "vm", 1 + nr_vcpus)
        self.irqs = KmemCache(order.scheduler, "vgic_irq")
        self.injecting = Srcu(order, order.lock_class("irq_srcu"), "vm")
        self.irqfds_are_shut = self.is_destroyed = self._is_over = False
        self._looks, self._ends = operations("ends", "ends[vm]", "read", "write")
        (self._shuts,) = operations("irqfds", "irqfds[vm]", "write")

    def end(self) -> None:
        """User space wants its vCPUs back, for good: a plain write, which a signal tells of."""
        self._scheduler.touch(self._ends)
        self._is_over = True

    def is_over(self) -> bool:
        """Tell whether it does: a plain read, in a vCPU that has had a signal."""
        self._scheduler.touch(self._looks)
        return self._is_over

    def shut_irqfds(self) -> None:
        """Have nobody begin to inject any more."""
        self._scheduler.touch(self._shuts)
        self.irqfds_are_shut = True

    @contextmanager
    def of_irqfd(self) -> Iterator[bool]:
        """Inject by an irqfd meanwhile, unless that has been shut down."""
        section = self.injecting.read_lock()
        self._scheduler.touch(self._shuts)
        yield not self.irqfds_are_shut
        self.injecting.read_unlock(section)


def exhume(irq: VgicIrq) -> None:
    """Make an interrupt one again that was freed: the execution is over, and is taken apart."""
    object.__setattr__(irq, "__class__", MortalIrq)
