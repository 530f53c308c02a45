# SPDX-License-Identifier: GPL-2.0-only
"""The virtual machine as plain data: its vCPUs, its distributor and all of its interrupts.

`Kvm` follows the kernel's struct of this name; vgic.kernel changes it, and vgic.judging judges it.
"""

from collections.abc import Callable

from harness import Cell, LockOrder, Mutex, Scheduler, SpinLock
from vgic.data.dist import VgicDist
from vgic.data.host_cpu import HostCpu
from vgic.data.intids import FIRST_SPI, Config, is_lpi, is_private
from vgic.data.ioctls import Ioctls
from vgic.data.lifetime import Lifetime, exhume
from vgic.data.lock_order import VgicLocks
from vgic.data.lpis import Ite, LpiTable
from vgic.data.resampled import ResampledDevice
from vgic.data.vcpu import MortalIrq, Vcpu, VgicIrq
from vgic.hardware import FIRST_LPI, PLAIN, Implementation, PhysicalInterrupt

NR_VCPUS_MAX = 8
"""How many vCPUs a VM has at most."""


class Kvm:
    """A virtual machine.

    Attributes:
        scheduler: the scheduler of the execution it lives in.
        locks: the lock classes and their order.
        config_lock: is held by who reads or writes active states (kvm->arch.config_lock).
        nr_lr: how many list registers each CPU has (kvm_vgic_global_state.nr_lr).
        vcpus: its vCPUs by number.
        cpus: the CPUs of the host by number, one more than there are vCPUs.
        dist: its distributor.
        irqs: all interrupts, shared and private.
        cells: the cells of memory that its guests share, as far as any of them has used one.
        handed_over: the shared interrupts whose handlers leave it to another vCPU to deactivate
            them, in the guests' memory: by whom, and the INTID.
        implementation: what each of its CPUs has, and does where it may choose.
        lifetime: who has it open, if its end is part of the execution.
        ioctls: the locks of what user space calls beside its vCPUs, if it calls anything.
        is_v2: it has a GICv2, and GICv2's list registers; see gicv2.py.
        on_join: are called with an interrupt that an ITS makes while the VM runs.
        awaiting: the vCPUs whose guests look at a cell until it is set, and take nothing.
        stopping: user space wants the vCPUs to return from KVM_RUN.
    """

    __slots__ = (
        "awaiting", "cells", "config_lock", "cpus", "dist", "handed_over", "implementation",
        "ioctls", "irqs", "is_v2", "lifetime", "locks", "nr_lr", "on_join", "scheduler", "stopping",
        "vcpus",
    )  # fmt: skip

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        nr_lr: int,
        nr_vcpus: int,
        lock_order: bool = True,
        implementation: Implementation = PLAIN,
    ) -> None:
        self.scheduler = scheduler
        self.locks = VgicLocks(scheduler, checking=lock_order)
        self.config_lock = Mutex(self.locks.order, self.locks.config_lock, "vm")
        self.nr_lr = nr_lr
        self.implementation = implementation
        self.is_v2 = False
        self.lifetime: Lifetime | None = None
        self.ioctls: Ioctls | None = None
        self.vcpus = [Vcpu(self.locks, nr_lr, n, implementation) for n in range(nr_vcpus)]
        self.cpus = [*(vcpu.cpu for vcpu in self.vcpus), HostCpu(nr_vcpus)]
        self.dist = VgicDist(scheduler)
        self.irqs: list[VgicIrq] = []
        self.on_join: list[Callable[[VgicIrq], None]] = []
        self.cells: dict[int, Cell[bool]] = {}
        self.handed_over: Cell[tuple[tuple[int, int], ...]] = Cell(
            scheduler, "handed_over", "vm", ()
        )
        self.awaiting: list[Vcpu] = []
        self.stopping = False

    @property
    def lock(self) -> Mutex:
        """The kvm->lock, which there is also where no ioctl takes it."""
        return self.locks.kvm_lock

    @property
    def order(self) -> LockOrder:
        """The checker of the order in which locks are taken."""
        return self.locks.order

    def add_irq(
        self,
        intid: int,
        config: Config,
        priority: int,
        vcpu_id: int,
        group: int = 1,
        resampled: bool = False,
        mapped: bool = False,
    ) -> VgicIrq:
        """Add an interrupt.

        Args:
            intid: its INTID; below 32 it is private.
            config: edge or level.
            priority: a multiple of 8, below 256.
            vcpu_id: the vCPU it is routed to, or whose own it is.
            group: 0 or 1.
            resampled: its device is passed through.
            mapped: it is mapped to a physical interrupt.
        """
        vcpu = self.vcpus[vcpu_id]
        if intid >= FIRST_LPI:
            return self._add_lpi(intid, priority, vcpu)
        irq = self._new_irq(intid, config, priority, vcpu, group)
        irq.resampled = ResampledDevice(self.scheduler, irq.name) if resampled else None
        irq.physical = PhysicalInterrupt(self.scheduler, irq.name) if mapped else None
        home = vcpu.vgic_cpu.private_irqs if is_private(intid) else self.dist.spis
        home[intid] = irq
        return self._entered(irq)

    def _add_lpi(self, intid: int, priority: int, vcpu: Vcpu) -> VgicIrq:
        """Add an LPI that an event is mapped to, whose reference it has from the start."""
        lpis = self.dist.lpis = self.dist.lpis or LpiTable(self.locks, self.vcpus)
        lpis.entries[intid] = made = lpis.make(intid, priority, vcpu)
        made.mapped = True
        lpis.events[intid] = Ite(made, lpis.collections[vcpu.vcpu_id])
        lpis.property_of(intid).value = priority | 1
        return self._entered(made)

    def join(self, irq: VgicIrq) -> None:
        """Have an interrupt that was made while the VM runs among all; who observes it hears."""
        self._entered(irq)
        for hear in self.on_join:
            hear(irq)

    def _entered(self, irq: VgicIrq) -> VgicIrq:
        """Enter it among all interrupts: no list is longer than there are."""
        self.irqs.append(irq)
        for each in self.vcpus:
            each.vgic_cpu.ap_list_head.population += 1
            each.vgic_cpu.overflow_ap_list_head.population += 1
        return irq

    def _new_irq(
        self, intid: int, config: Config, priority: int, vcpu: Vcpu, group: int
    ) -> VgicIrq:
        if self.lifetime is None:
            return VgicIrq(self.locks, intid, config, priority, vcpu, group)
        irq = MortalIrq(self.locks, intid, config, priority, vcpu, group)
        # Its fields are guarded by its lock, and watched for that; who frees it has everybody gone.
        irq.life = self.lifetime.irqs.born(irq.name)
        return irq

    def cell(self, number: int) -> Cell[bool]:
        """Return a cell of the guests' memory: cleared until one of them sets it."""
        if number not in self.cells:
            self.cells[number] = Cell(self.scheduler, "cell", str(number), False)
        return self.cells[number]

    def subject(self, vcpu: int, intid: int) -> VgicIrq | None:
        """Return what a device's line or message is about, and an access; by who observes.

        Args:
            vcpu: whose private interrupt is meant.
            intid: the INTID; from the first LPI's on it is an event.
        """
        if intid < FIRST_LPI:
            return self.get_vcpu_irq(self.vcpus[vcpu], intid)
        ite = None if self.dist.lpis is None else self.dist.lpis.events.get(intid)
        return None if ite is None else ite.irq

    def destination(self, event: int) -> VgicIrq | None:
        """Return what the message of an event is for, None if for none; by who observes."""
        ite = None if self.dist.lpis is None else self.dist.lpis.events.get(event)
        return None if ite is None or ite.target is None else ite.irq

    def all_locks(self) -> list[SpinLock]:
        """Return the VM's locks and those of all vCPUs and interrupts."""
        lists = [vcpu.vgic_cpu.ap_list_lock for vcpu in self.vcpus]
        tables = [] if self.dist.lpis is None else self.dist.lpis.locks()
        outermost = [] if self.ioctls is None else self.ioctls.locks()
        return [*outermost, self.config_lock, *tables, *lists, *(irq.irq_lock for irq in self.irqs)]

    def retire(self) -> None:
        """Let go of all that refers back here: nothing of the VM is used any more."""
        self.config_lock.retire()
        self.locks.retire()
        if self.ioctls is not None:
            self.ioctls.retire()
        self.on_join.clear()
        if self.lifetime is not None:
            for irq in self.irqs:
                if isinstance(irq, MortalIrq):
                    exhume(irq)
            self.lifetime.irqs.lives.clear()
        if self.dist.lpis is not None:
            self.irqs = [irq for irq in self.irqs if not is_lpi(irq.intid)]
            self.dist.lpis.retire()
        for irq in self.irqs:
            irq.irq_lock.retire()
            irq.ap_list.retire()
            if irq.physical is not None:
                irq.physical.retire()
        for vcpu in self.vcpus:
            vcpu.retire()

    def get_vcpu_irq(self, vcpu: Vcpu | None, intid: int) -> VgicIrq | None:
        """Look an interrupt up by its INTID (vgic_get_vcpu_irq, vgic_get_irq).

        An LPI is found by who observes, or has a reference; a kernel function that has none asks
        vgic_get_irq.

        Args:
            vcpu: whose private interrupts are meant; None finds shared ones only.
            intid: the INTID.
        """
        if intid < FIRST_SPI:
            return None if vcpu is None else vcpu.vgic_cpu.private_irqs.get(intid)
        if intid < FIRST_LPI:
            return self.dist.spis.get(intid)
        return None if self.dist.lpis is None else self.dist.lpis.entries.get(intid)
