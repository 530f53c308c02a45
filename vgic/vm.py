# SPDX-License-Identifier: GPL-2.0-only
"""The virtual machine as plain data: who has which lists, locks and registers.

`Kvm`, `Vcpu`, `VgicCpu`, `VgicDist` follow the kernel's structs of these names; code that changes
them is in the kernel mixins, code that judges them in watch.py.
"""

from enum import Enum

from harness import Cell, Ipi, ListHead, LockOrder, Requests, Scheduler, SpinLock
from vgic.cpuif import CpuInterface
from vgic.irq import FIRST_SPI, Config, VgicIrq, is_private
from vgic.lr import Hcr, ListRegister

KVM_REQ_IRQ_PENDING = 0


class Mode(Enum):
    """Where a vCPU is, as others see it (enum in include/linux/kvm_host.h)."""

    OUTSIDE_GUEST_MODE = "outside"
    IN_GUEST_MODE = "in"
    EXITING_GUEST_MODE = "exiting"


OUTSIDE_GUEST_MODE, IN_GUEST_MODE, EXITING_GUEST_MODE = Mode


class VgicCpu:
    """The vGIC's part of a vCPU (struct vgic_cpu with its v3 back end).

    Attributes:
        ap_list_lock: guards both lists.
        private_irqs: its SGIs and PPIs by INTID.
        ap_list_head: pending and active interrupts of this vCPU.
        overflow_ap_list_head: while the guest runs, those of them that found no list register.
        vgic_hcr: the shadow of ICH_HCR_EL2, with the EOIcount found at the last exit.
        vgic_lr: the shadow list registers.
        used_lrs: how many of those are meant.
    """

    __slots__ = (
        "ap_list_head", "ap_list_lock", "overflow_ap_list_head", "private_irqs", "used_lrs",
        "vgic_hcr", "vgic_lr",
    )  # fmt: skip

    def __init__(self, kvm: "Kvm", vcpu_id: int, name: str) -> None:
        self.ap_list_lock = SpinLock(kvm.order, kvm.ap_list_lock_class, name, rank=vcpu_id)
        self.private_irqs: dict[int, VgicIrq] = {}
        guard, scheduler = self.ap_list_lock, kvm.scheduler
        self.ap_list_head: ListHead[VgicIrq] = ListHead(scheduler, "ap_list_head", name, guard)
        self.overflow_ap_list_head: ListHead[VgicIrq] = ListHead(
            scheduler, "overflow_ap_list_head", name, guard
        )
        self.vgic_hcr = Hcr()
        self.vgic_lr = [ListRegister() for _ in range(kvm.nr_lr)]
        self.used_lrs = 0


class Vcpu:
    """A vCPU with the physical CPU it runs on.

    Attributes:
        vcpu_id: its number.
        mode: where it is.
        requests: what others want of it before it enters the guest.
        role: the role of the thread that runs it.
        ipi: the interrupt that makes its CPU leave the guest.
        vgic_cpu: the host's view of its interrupts.
        cpuif: the hardware's and the guest's view of them.
    """

    __slots__ = ("cpuif", "ipi", "mode", "name", "requests", "role", "vcpu_id", "vgic_cpu")

    def __init__(self, kvm: "Kvm", vcpu_id: int) -> None:
        self.vcpu_id = vcpu_id
        self.name = f"vcpu {vcpu_id}"
        self.role = f"vcpu{vcpu_id}"
        self.mode = Cell(kvm.scheduler, "mode", self.name, OUTSIDE_GUEST_MODE)
        self.requests = Requests(kvm.scheduler, self.name)
        self.ipi = Ipi(kvm.scheduler, self.name)
        self.vgic_cpu = VgicCpu(kvm, vcpu_id, self.name)
        self.cpuif = CpuInterface(kvm.nr_lr)

    def __str__(self) -> str:
        return self.name


class VgicDist:
    """The distributor (struct vgic_dist).

    Attributes:
        enabled: GICD_CTLR lets interrupts through.
        spis: the shared interrupts by INTID.
    """

    __slots__ = ("enabled", "spis")

    def __init__(self) -> None:
        self.enabled = True
        self.spis: dict[int, VgicIrq] = {}


class Kvm:
    """A virtual machine.

    Attributes:
        scheduler: the scheduler of the execution it lives in.
        order: the lock classes and their order.
        nr_lr: how many list registers each CPU has (kvm_vgic_global_state.nr_lr).
        vcpus: its vCPUs by number.
        dist: its distributor.
        irqs: all interrupts, shared and private.
        stopping: user space wants the vCPUs to return from KVM_RUN.
    """

    __slots__ = (
        "ap_list_lock_class", "dist", "irq_lock_class", "irqs", "nr_lr", "order", "scheduler",
        "stopping", "vcpus",
    )  # fmt: skip

    def __init__(
        self, scheduler: Scheduler, *, nr_lr: int, nr_vcpus: int, lock_order: bool = True
    ) -> None:
        self.scheduler = scheduler
        self.order = LockOrder(scheduler, checking=lock_order)
        self.ap_list_lock_class = self.order.lock_class("ap_list_lock", irqs_off=True)
        self.irq_lock_class = self.order.lock_class("irq_lock", irqs_off=True)
        # The comment "Locking order is always" at the top of vgic.c.
        self.order.document(self.ap_list_lock_class, self.irq_lock_class)
        self.nr_lr = nr_lr
        self.vcpus = [Vcpu(self, vcpu_id) for vcpu_id in range(nr_vcpus)]
        self.dist = VgicDist()
        self.irqs: list[VgicIrq] = []
        self.stopping = False

    def add_irq(self, intid: int, config: Config, priority: int, vcpu_id: int) -> VgicIrq:
        """Add an interrupt.

        Args:
            intid: its INTID; below 32 it is private.
            config: edge or level.
            priority: a multiple of 8, below 256.
            vcpu_id: the vCPU it is routed to, or whose own it is.
        """
        vcpu = self.vcpus[vcpu_id]
        irq = VgicIrq(self.order, self.irq_lock_class, intid, config, priority, vcpu)
        home = vcpu.vgic_cpu.private_irqs if is_private(intid) else self.dist.spis
        home[intid] = irq
        self.irqs.append(irq)
        for each in self.vcpus:
            each.vgic_cpu.ap_list_head.population += 1
            each.vgic_cpu.overflow_ap_list_head.population += 1
        return irq

    def retire(self) -> None:
        """Let go of all that refers back here: nothing of the VM is used any more."""
        for irq in self.irqs:
            irq.irq_lock.retire()
            irq.ap_list.retire()
        for vcpu in self.vcpus:
            vcpu.ipi.retire()
            vcpu.vgic_cpu.ap_list_lock.retire()
            vcpu.vgic_cpu.ap_list_head.retire()
            vcpu.vgic_cpu.overflow_ap_list_head.retire()
            del vcpu.vgic_cpu

    def get_vcpu_irq(self, vcpu: Vcpu | None, intid: int) -> VgicIrq | None:
        """Look an interrupt up by its INTID (vgic_get_vcpu_irq, vgic_get_irq).

        Args:
            vcpu: whose private interrupts are meant; None finds shared ones only.
            intid: the INTID.
        """
        if intid < FIRST_SPI:  # is_private, without the call
            return None if vcpu is None else vcpu.vgic_cpu.private_irqs.get(intid)
        return self.dist.spis.get(intid)
