# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's functions by name: the table that the mixins fill and a patch overrides.

One method for each kernel function, under the kernel's name; small files beside this one hold
them, one topic each. What is decided in them, and so what a revision or a bug overrides, is in
decisions.py; what the host does with the threads of vCPUs is in host_side.py, what guests' accesses
come to in register_side.py, what is done with LPIs in lpi_side.py, what an ITS does in its_side.py,
GICv2's own in v2_side.py, what user space calls in ioctl_side.py. In which order locks are taken
stands in vgic/data/lock_order.py.
"""

from abc import abstractmethod

from vgic.data import Exit, Ioctls, Kvm, LpiTable, RunsInGuestMode, Trap, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel.host_side import HostSide
from vgic.kernel.ioctl_side import IoctlSide
from vgic.kernel.its_side import ItsSide
from vgic.kernel.judged_by import JudgedBy
from vgic.kernel.lpi_side import LpiSide
from vgic.kernel.old_watch import OldWatch
from vgic.kernel.register_side import RegisterSide
from vgic.kernel.summary import ApListSummary
from vgic.kernel.v2_side import V2Side
from vgic.tracepoints import Tracepoints


class Kernel(HostSide, RegisterSide, LpiSide, ItsSide, V2Side, IoctlSide):
    """What a vGIC has to be able to do, over one VM.

    Attributes:
        kvm: the VM it works on.
        trace: where kernel functions announce what they do; none depends on who listens.
        announces_returns: functions of a user's class announce what they return.
        checks_races: every access to a shared field is checked.
        stops_at_unguarded: an access to a shared field without its guard is a scheduling point.
        checks_kicks: nobody is to be kicked for nothing.
        judged_by: what judges it.
        remembers_places: locks remember where they were taken, for a report of one left behind.
    """

    announces_returns = False
    checks_races = False
    stops_at_unguarded = False
    checks_kicks = False
    judged_by = JudgedBy.INVARIANTS
    remembers_places = False

    def __init__(self, kvm: Kvm, trace: Tracepoints) -> None:
        self.kvm = kvm
        self.trace = trace
        self.scheduler = kvm.scheduler

    @property
    def _lpis(self) -> LpiTable:
        """The table of LPIs, for what is done where there are some."""
        assert self.kvm.dist.lpis is not None
        return self.kvm.dist.lpis

    @property
    def _ioctls(self) -> Ioctls:
        """What ioctls share with vCPUs, for what is done where user space calls any."""
        assert self.kvm.ioctls is not None
        return self.kvm.ioctls

    @property
    def watch(self) -> OldWatch:
        """The trace, by the name and with the methods that it had in 0.1."""
        return OldWatch(self.trace)

    # Kernel functions.

    @abstractmethod
    def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
        """Say on which vCPU's list an interrupt belongs, None for nowhere."""

    @abstractmethod
    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        """Tell whether a change of the line means anything."""

    @abstractmethod
    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        """Take in a device's line: an edge, or a level that went up or down."""

    @abstractmethod
    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        """Put an interrupt on the list it belongs on, and tell that vCPU."""

    @abstractmethod
    def kvm_make_request(self, request: int, vcpu: Vcpu) -> None:
        """Leave a request for a vCPU to find before it enters the guest."""

    @abstractmethod
    def kvm_vcpu_kick(self, vcpu: Vcpu) -> None:
        """Make a vCPU that is in the guest leave it, and wake one that sleeps."""

    @abstractmethod
    def kvm_make_all_cpus_request(self, request: int, *, wait: bool, wakes: bool) -> None:
        """Leave a request for every vCPU, and make those leave their guests that are in them."""

    @abstractmethod
    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        """Count the entries that can be delivered here."""

    @abstractmethod
    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        """Compare two entries: below 0 if `a` goes first, 0 if they keep their order."""

    @abstractmethod
    def vgic_sort_ap_list(self, vcpu: Vcpu) -> None:
        """Sort a vCPU's AP-list."""

    @abstractmethod
    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        """Fill the list registers from the AP-list and put the rest aside."""

    @abstractmethod
    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        """Prepare the vGIC for entering the guest."""

    @abstractmethod
    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        """Say what a list register for this interrupt would hold, changing nothing."""

    @abstractmethod
    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """Fill a shadow list register; an edge's pending state moves into it."""

    @abstractmethod
    def vgic_v3_clear_lr(self, vcpu: Vcpu, lr: int) -> None:
        """Empty a shadow list register."""

    @abstractmethod
    def vgic_v3_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """Set the enables of the maintenance interrupt afresh, which also clears EOIcount."""

    @abstractmethod
    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        """Load the shadow into the hardware."""

    @abstractmethod
    def vgic_v3_save_state(self, vcpu: Vcpu) -> None:
        """Save what the guest has done to the hardware, and quiesce it."""

    @abstractmethod
    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        """Take one list register's state back into its interrupt."""

    @abstractmethod
    def vgic_irq_needs_resampling(self, irq: VgicIrq) -> bool:
        """Tell whether the host deactivates a mapped interrupt for the guest."""

    @abstractmethod
    def vgic_get_phys_line_level(self, irq: VgicIrq) -> bool:
        """Read whether the output of the device behind an interrupt is up."""

    @abstractmethod
    def vgic_irq_set_phys_active(self, irq: VgicIrq, active: bool) -> None:
        """Make the physical interrupt behind a virtual one active or inactive."""

    @abstractmethod
    def vgic_v3_deactivate_phys(self, lr: ListRegister) -> None:
        """Deactivate the physical interrupt that a list register names."""

    @abstractmethod
    def vgic_irq_handle_resampling(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        """Sample the line of a mapped interrupt at its fold, and let its device come again."""

    @abstractmethod
    def kvm_notify_acked_irq(self, irq: VgicIrq) -> None:
        """Have a resampling irqfd lower its line, and raise it again if it has to."""

    @abstractmethod
    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        """Fold the used list registers, then account EOIcount."""

    @abstractmethod
    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        """Put the overflow back, take idle interrupts off the list, move rerouted ones."""

    @abstractmethod
    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """Take the vGIC's state back from the guest, after every flush."""

    @abstractmethod
    def kvm_vgic_process_async_update(self, vcpu: Vcpu) -> None:
        """Prune the list outside the run loop, since somebody has asked for that."""

    @abstractmethod
    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        """Make a new vCPU's lists."""

    @abstractmethod
    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Forget what is left on a vCPU's lists."""

    @abstractmethod
    def run_guest(self, vcpu: Vcpu, guest: RunsInGuestMode) -> Exit | Trap | None:
        """Run the guest until it exits for good."""

    @abstractmethod
    def kvm_arch_vcpu_ioctl_run(self, vcpu: Vcpu, guest: RunsInGuestMode) -> None:
        """Run a vCPU until user space wants it back."""

    @abstractmethod
    def enter_guest_mode(self, vcpu: Vcpu) -> bool:
        """Publish the mode, look at the requests, and fill the list registers."""

    @abstractmethod
    def kvm_vcpu_exit_request(self, vcpu: Vcpu) -> bool:
        """Tell whether there is something to do before the guest is entered."""

    @abstractmethod
    def exit_guest_mode(self, vcpu: Vcpu) -> None:
        """Fold what the guest has done, and publish that the vCPU is outside."""

    @abstractmethod
    def flush(self, vcpu: Vcpu) -> None:
        """Call kvm_vgic_flush_hwstate, and announce it."""

    @abstractmethod
    def sync(self, vcpu: Vcpu) -> None:
        """Call kvm_vgic_sync_hwstate, and announce it."""

    @abstractmethod
    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        """Do what others have asked for; a pending interrupt needs no more than a new entry."""

    @abstractmethod
    def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
        """Do what the guest left for, if it did: emulate its access."""
