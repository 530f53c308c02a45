# SPDX-License-Identifier: GPL-2.0-only
"""The locks of the vGIC and the order in which they are taken, outermost first.

As the comment "Locking order is always" at the top of vgic.c has it, and for what comes before the
vGIC's own Documentation/virt/kvm/locking.rst. The kvm->lock, the mutex that each vCPU's ioctls have
and the slots_lock are there where user space calls ioctls beside vCPUs that run, and so is the SRCU
of the bus: its readers may take what comes after it, and to wait for them is done inside what comes
before it. The config_lock is a mutex and the VM's; who holds it may wait for every vCPU. The
cmd_lock and the its_lock are mutexes of an ITS.
The xa_lock guards the table of LPIs. It is a spinlock_t, which sleeps on PREEMPT_RT, and those
inside it do not. These are there where a VM has LPIs. So what may free an LPI is done with none of
them held. The others are taken with local interrupts off, since an interrupt handler of the host
injects, too. Two ap_list_locks are held at once only to move an interrupt, the lower vCPU's first;
two irq_locks only to compare two entries of one list.
"""

from itertools import pairwise
from typing import NamedTuple

from harness import LockClass, LockOrder, Mutex, Scheduler

_OF_IOCTLS = ("kvm->lock", "vcpu->mutex", "slots_lock", "srcu")
_OF_LPIS = ("cmd_lock", "its_lock", "xa_lock")
_ALWAYS = ("config_lock", "ap_list_lock", "irq_lock")
OUTERMOST_FIRST = (*_OF_IOCTLS, "config_lock", *_OF_LPIS, "ap_list_lock", "irq_lock")
"""All there are; the VM's own irq_lock, of its routes, is apart: nothing is taken inside it."""
_TAKEN_WITH_IRQS_ON = ("config_lock",)


class LpiLocks(NamedTuple):
    """The classes of the locks that are about LPIs.

    Attributes:
        cmd_lock: of the mutex under which an ITS carries out commands, one after the other.
        its_lock: of the mutex that guards what an ITS maps.
        xa_lock: of the lock of the table of LPIs.
    """

    cmd_lock: LockClass
    its_lock: LockClass
    xa_lock: LockClass


class IoctlLocks(NamedTuple):
    """The classes of what ioctls take.

    Attributes:
        kvm_lock: of kvm->lock, for what is about the whole VM.
        mutex: of vcpu->mutex, which each ioctl of a vCPU has.
        slots_lock: of the mutex under which the bus is changed.
        srcu: of the read sections in which a vCPU goes by the bus.
        irq_lock: of kvm->irq_lock, under which the routes of irqfds are changed.
    """

    kvm_lock: LockClass
    mutex: LockClass
    slots_lock: LockClass
    srcu: LockClass
    irq_lock: LockClass


class VgicLocks:
    """The lock classes of one VM, known to the checker of their order.

    Attributes:
        order: the checker.
        config_lock: the class of the mutex under which active states are read and written.
        ap_list_lock: the class of the locks that guard a vCPU's lists.
        irq_lock: the class of the locks that guard an interrupt.
    """

    __slots__ = (
        "_kvm_lock", "_of_ioctls", "_of_lpis", "ap_list_lock", "config_lock", "irq_lock", "order",
    )  # fmt: skip

    def __init__(self, scheduler: Scheduler, *, checking: bool = True) -> None:
        """Make the classes.

        Args:
            scheduler: the execution's scheduler.
            checking: report an order that could deadlock; without it only a deadlock is one.
        """
        self.order = LockOrder(scheduler, checking=checking)
        classes = [
            self.order.lock_class(name, irqs_off=name not in _TAKEN_WITH_IRQS_ON)
            for name in _ALWAYS
        ]
        for outer, inner in pairwise(classes):
            self.order.document(outer, inner)
        self.config_lock, self.ap_list_lock, self.irq_lock = classes
        self._of_lpis: LpiLocks | None = None
        self._of_ioctls: IoctlLocks | None = None
        self._kvm_lock: Mutex | None = None

    @property
    def of_lpis(self) -> LpiLocks:
        """The classes of those that are about LPIs; made when somebody first asks for them."""
        if self._of_lpis is None:
            cmd_lock, its_lock = map(self.order.lock_class, _OF_LPIS[:2])
            xa_lock = self.order.lock_class(_OF_LPIS[2], irqs_off=True, sleeps_on_rt=True)
            chain = (self.config_lock, cmd_lock, its_lock, xa_lock, self.ap_list_lock)
            for outer, inner in pairwise(chain):
                self.order.document(outer, inner)
            self._of_lpis = LpiLocks(cmd_lock, its_lock, xa_lock)
        return self._of_lpis

    @property
    def of_ioctls(self) -> IoctlLocks:
        """The classes of what ioctls take; made when somebody first asks for them."""
        if self._of_ioctls is None:
            added = [self.order.lock_class(name) for name in (*_OF_IOCTLS, "kvm->irq_lock")]
            made = self._of_ioctls = IoctlLocks(*added)
            chain = (*added[:-1], self.config_lock)
            for outer, inner in pairwise(chain):
                self.order.document(outer, inner)
            # Each vCPU has its mutex all the time, so what it takes inside that is no news.
            for inner in (self.ap_list_lock, self.irq_lock):
                self.order.document(made.mutex, inner)
            self.order.document(made.mutex, self.config_lock)
            self.order.document(made.kvm_lock, made.irq_lock)
        return self._of_ioctls

    @property
    def kvm_lock(self) -> Mutex:
        """The kvm->lock; made when somebody first asks for it."""
        if self._kvm_lock is None:
            self._kvm_lock = Mutex(self.order, self.of_ioctls.kvm_lock, "vm")
        return self._kvm_lock

    def retire(self) -> None:
        """Let go of what refers back here: the locks are not taken any more."""
        if self._kvm_lock is not None:
            self._kvm_lock.retire()
