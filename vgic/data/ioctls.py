# SPDX-License-Identifier: GPL-2.0-only
"""What the ioctls of user space and the threads of vCPUs have in common: mutexes and SRCU.

Each KVM_RUN has its vCPU's mutex for as long as it lasts, so whoever has them all has every vCPU
out of its guest, and not in the kernel either. What is on the bus and the table of routes are read
in sections of SRCU, and replaced whole: who has replaced one waits for those who may still read the
old one, and frees it.

A VM that user space calls nothing of beside its vCPUs has nothing of this, and costs nothing for
it: nobody else could wait for those mutexes, or be waited for in those sections.
"""

from harness import Atomic, Cell, KmemCache, Mutex, SlabObject, SpinLock, Srcu, WaitQueue
from vgic.data.lock_order import VgicLocks


class IoBus(SlabObject):
    """What is on the bus of MMIO (struct kvm_io_bus)."""


class RoutingTable(SlabObject):
    """By what irqfds find their interrupts (struct kvm_irq_routing_table); all have the same."""


class Ioctls:
    """The locks of ioctls, and what those who hold them change.

    Attributes:
        lock: of what is about the whole VM (kvm->lock).
        mutexes: of each vCPU, which its ioctls have (vcpu->mutex).
        slots_lock: of the bus.
        srcu: the read sections in which a vCPU goes by the bus (kvm->srcu).
        bus: what is on it now.
        irq_lock: of the routes (kvm->irq_lock).
        irq_srcu: the read sections in which an irqfd goes by the routes.
        routes: the table of now.
        calls_back: user space wants the threads of vCPUs to wait there.
        away: how many of them do.
        waits: where they do, and who waits for them.
    """

    def __init__(self, locks: VgicLocks, nr_vcpus: int, irq_srcu: Srcu | None) -> None:
        """Begin with every vCPU's thread in user space, and with what is there from the start.

        Args:
            locks: the lock classes of the VM.
            nr_vcpus: how many vCPUs there are.
            irq_srcu: the read sections of irqfds, where they are there already.
        """
        order, classes = locks.order, locks.of_ioctls
        scheduler = order.scheduler
        self.lock = locks.kvm_lock
        self.mutexes = [Mutex(order, classes.mutex, f"vcpu {n}") for n in range(nr_vcpus)]
        self.slots_lock = Mutex(order, classes.slots_lock, "vm")
        self.srcu = Srcu(order, classes.srcu, "vm")
        self._buses = KmemCache(scheduler, "kvm_io_bus")
        self.bus = Cell(scheduler, "bus", "vm", self.new_bus())
        self.irq_lock = Mutex(order, classes.irq_lock, "vm")
        self.irq_srcu = irq_srcu or Srcu(order, order.lock_class("irq_srcu"), "vm")
        self._tables = KmemCache(scheduler, "kvm_irq_routing_table")
        self.routes = Cell(scheduler, "irq_routing", "vm", self.new_routes())
        self.calls_back = Cell(scheduler, "calls_back", "vm", value=False)
        self.away = Atomic(scheduler, "away", "vm")
        self.waits = WaitQueue(scheduler, "user_space", "vm")

    def new_bus(self) -> IoBus:
        """Allocate a bus."""
        return IoBus(self._buses)

    def new_routes(self) -> RoutingTable:
        """Allocate a table of routes."""
        return RoutingTable(self._tables)

    def locks(self) -> list[SpinLock]:
        """Return its locks, outermost first."""
        return [self.lock, *self.mutexes, self.slots_lock, self.irq_lock]

    def retire(self) -> None:
        """Let go of all that refers back: nothing of it is used any more."""
        for lock in self.locks()[1:]:
            lock.retire()
        self.waits.retire()
        for cache in (self._buses, self._tables):
            cache.lives.clear()
