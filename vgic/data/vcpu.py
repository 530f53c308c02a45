# SPDX-License-Identifier: GPL-2.0-only
"""A vCPU and an interrupt, which refer to each other: who has which lists, locks and registers.

`Vcpu`, `VgicCpu` and `VgicIrq` follow the kernel's structs of these names, as plain data, with the
predicate that everybody asks. What there is of them in one machine is in vm.py.
"""

from enum import Enum

from harness import (
    Atomic,
    Cell,
    Ipi,
    KmemCache,
    ListHead,
    Node,
    Refcount,
    Requests,
    SpinLock,
    WaitQueue,
)
from harness.primitives import Freeable
from vgic.data.host_cpu import HostCpu
from vgic.data.intids import EDGE, LEVEL, Config, irq_name
from vgic.data.lock_order import VgicLocks
from vgic.data.resampled import ResampledDevice
from vgic.hardware import (
    PLAIN,
    CpuInterface,
    Hcr,
    Implementation,
    ListRegister,
    PhysicalInterrupt,
)

KVM_REQ_IRQ_PENDING, KVM_REQ_SLEEP, KVM_REQ_VGIC_PROCESS_UPDATE = range(3)

TIF_SIGPENDING = 8
"""The thread has a signal, and goes back to user space for it."""
TIF_NEED_RESCHED = 9
"""Another thread is to have the CPU."""


class Mode(Enum):
    """Where a vCPU is, as others see it (enum in include/linux/kvm_host.h)."""

    OUTSIDE_GUEST_MODE = "outside"
    IN_GUEST_MODE = "in"
    EXITING_GUEST_MODE = "exiting"


OUTSIDE_GUEST_MODE, IN_GUEST_MODE, EXITING_GUEST_MODE = Mode


class VgicIrq:
    """An interrupt: SGI, PPI or SPI, or the base of an LPI (arm_vgic.h, struct vgic_irq).

    Differs: only levels are mapped to physical interrupts.

    Attributes:
        irq_lock: guards all of the below.
        ap_list: its link; on exactly one vCPU's lists or on none.
        vcpu: the vCPU whose lists it is on, None if on none.
        target_vcpu: where it is routed to; for a private one the vCPU it belongs to.
        line_level: the input line, for level-triggered ones.
        pending_latch: pending for edge-triggered ones; moves into the LR at flush.
        pended_since_load: software has made it pending, and no list register has taken that yet;
            counts for level-triggered ones, whose latch stays set while they are in one.
        active: the guest has acknowledged and not yet deactivated it; stale while it is in an LR.
        enabled: the guest wants it.
        on_lr: it is in a list register, from populate to fold.
        priority, group, config: 0 is the most urgent, in multiples of 8; 0 or 1; edge or level.
        resampled: the device whose line is sampled again at each end, None where none is.
        physical: the physical interrupt that it is mapped to (hw, hwintid), None if to none.
        refcount: who has a pointer to an LPI (lpis.py); None for one that lives as long as the VM.
        source, active_source: of an SGI of GICv2, who has sent it, a bit each; and whose is active.
    """

    __slots__ = (
        "active", "active_source", "ap_list", "config", "enabled", "group", "intid", "irq_lock",
        "line_level", "name", "on_lr", "pended_since_load", "pending_latch", "physical", "priority",
        "refcount", "resampled", "source", "target_vcpu", "vcpu",
    )  # fmt: skip

    def __init__(
        self,
        locks: VgicLocks,
        intid: int,
        config: Config,
        priority: int,
        target_vcpu: "Vcpu | None",
        group: int = 1,
    ) -> None:
        self.intid = intid
        self.name = irq_name(intid, 0 if target_vcpu is None else target_vcpu.vcpu_id)
        self.irq_lock = SpinLock(locks.order, locks.irq_lock, self.name)
        self.ap_list: Node[VgicIrq] = Node(self, self.name)
        self.vcpu: Vcpu | None = None
        self.target_vcpu = target_vcpu
        self.line_level = False
        self.pending_latch = False
        self.pended_since_load = False
        self.active = False
        self.enabled = True
        self.on_lr = False
        self.priority = priority
        self.group = group
        self.config = config
        self.resampled: ResampledDevice | None = None
        self.physical: PhysicalInterrupt | None = None
        self.refcount: Refcount | None = None
        self.source = self.active_source = 0

    def __str__(self) -> str:
        return self.name


class MortalIrq(VgicIrq, Freeable):
    """An interrupt that is freed with its VM; here, since who watches its fields goes by that."""

    __slots__ = ("life",)


class Lpi(VgicIrq, Freeable):
    """An LPI: an edge of group 1 that can be freed (struct vgic_irq with its refcount and rcu).

    It begins with one reference, which belongs to whoever has made it.

    Attributes:
        mapped: an event is mapped to it.
    """

    __slots__ = ("life", "mapped")

    def __init__(
        self, locks: VgicLocks, cache: KmemCache, intid: int, priority: int, target: "Vcpu | None"
    ) -> None:
        super().__init__(locks, intid, EDGE, priority, target)
        self.mapped = False
        self.refcount = Refcount(cache.scheduler, "refcount", self.name, inside=self)
        self.be_born(cache, self.name)


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
        sort_keys: while its list is sorted, the keys that were sampled for that, if any were;
            guarded by ap_list_lock.
        vgic_pmr: the guest's priority mask when it was last left (of vgic_vmcr).
        holds_moving: its prune has a reference to the LPI that it is moving.
        lpi_died: its prune has dropped the last reference to an LPI, and not released it yet.
    """

    __slots__ = (
        "_name", "ap_list_head", "ap_list_lock", "holds_moving", "lpi_died",
        "overflow_ap_list_head", "private_irqs", "sort_keys", "used_lrs",
        "vgic_hcr", "vgic_lr", "vgic_pmr",
    )  # fmt: skip

    def __init__(self, locks: VgicLocks, nr_lr: int, vcpu_id: int, name: str) -> None:
        self.ap_list_lock = SpinLock(locks.order, locks.ap_list_lock, name, rank=vcpu_id)
        self.private_irqs: dict[int, VgicIrq] = {}
        guard, scheduler = self.ap_list_lock, locks.order.scheduler
        self.ap_list_head: ListHead[VgicIrq] = ListHead(scheduler, "ap_list_head", name, guard)
        self.overflow_ap_list_head: ListHead[VgicIrq] = ListHead(
            scheduler, "overflow_ap_list_head", name, guard
        )
        self._name = name
        self.vgic_hcr = Hcr()
        self.vgic_lr = [ListRegister() for _ in range(nr_lr)]
        self.used_lrs = 0
        self.sort_keys: dict[VgicIrq, tuple[bool | int, ...]] = {}
        self.vgic_pmr = 0
        self.holds_moving = self.lpi_died = False

    def __str__(self) -> str:
        return f"vgic_cpu[{self._name}]"


class Vcpu:
    """A vCPU with the thread that runs it.

    Attributes:
        vcpu_id: its number.
        cpu: the CPU of the host that it runs on, or was on last.
        mode: where it is.
        pause: how many have halted the VM: while there are any it does not enter its guest.
        wait: where it sleeps meanwhile, and while its guest waits for an interrupt.
        requests: what others want of it before it enters the guest.
        work: what the host wants of its thread before that (the TIF bits of thread_info).
        role: the role of the thread that runs it.
        ipi: the interrupt that makes its CPU leave the guest.
        vgic_cpu: the host's view of its interrupts.
        cpuif: the hardware's and the guest's view of them.
    """

    __slots__ = (
        "cpu", "cpuif", "ipi", "mode", "name", "pause", "requests", "role", "vcpu_id", "vgic_cpu",
        "wait", "work",
    )  # fmt: skip

    def __init__(
        self, locks: VgicLocks, nr_lr: int, vcpu_id: int, implementation: Implementation = PLAIN
    ) -> None:
        scheduler = locks.order.scheduler
        self.vcpu_id = vcpu_id
        self.name = f"vcpu {vcpu_id}"
        self.role = f"vcpu{vcpu_id}"
        self.mode = Cell(scheduler, "mode", self.name, OUTSIDE_GUEST_MODE)
        self.pause = Atomic(scheduler, "pause", self.name)
        self.wait = WaitQueue(scheduler, "wait", self.name)
        self.requests = Requests(scheduler, self.name)
        self.work = Requests(scheduler, self.name, "work")
        self.ipi = Ipi(scheduler, self.name)
        self.vgic_cpu = VgicCpu(locks, nr_lr, vcpu_id, self.name)
        self.cpuif = CpuInterface(nr_lr, implementation)
        self.cpu: HostCpu[VgicIrq] = HostCpu(vcpu_id)

    def __str__(self) -> str:
        return self.name

    def retire(self) -> None:
        """Let go of all that refers back here: nothing of it is used any more."""
        self.ipi.retire()
        self.cpu.vcpu = None
        self.requests.retire()
        self.wait.retire()
        self.vgic_cpu.ap_list_lock.retire()
        self.vgic_cpu.ap_list_head.retire()
        self.vgic_cpu.overflow_ap_list_head.retire()
        del self.vgic_cpu


def irq_is_pending(irq: VgicIrq) -> bool:
    """Tell whether the interrupt is pending outside any list register (irq_is_pending)."""
    return irq.pending_latch or (irq.config is LEVEL and irq.line_level)
