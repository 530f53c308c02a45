# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's functions by name: the table that the mixins fill and a patch overrides.

One method for each kernel function, under the kernel's name; small files beside this one hold
them, one topic each. Below those come the decision methods: every point on which kernel
generations or known bugs differ is one, so a revision or a bug is a class that overrides a few.
In which order locks are taken stands in vgic/data/lock_order.py.
"""

from abc import ABC, abstractmethod

from harness import ListHead
from vgic.data import Exit, Kvm, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel.old_watch import OldWatch
from vgic.kernel.summary import ApListSummary
from vgic.tracepoints import Tracepoints


class Kernel(ABC):
    """What a vGIC has to be able to do, over one VM.

    Attributes:
        kvm: the VM it works on.
        trace: where kernel functions announce what they do; none depends on who listens.
        announces_returns: functions of a user's class announce what they return.
        checks_races: every access to a shared field is checked.
        checks_kicks: nobody is to be kicked for nothing.
        remembers_places: locks remember where they were taken, for a report of one left behind.
    """

    announces_returns = False
    checks_races = False
    checks_kicks = False
    remembers_places = False

    def __init__(self, kvm: Kvm, trace: Tracepoints) -> None:
        self.kvm = kvm
        self.trace = trace
        self.scheduler = kvm.scheduler

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
        """Make a vCPU that is in the guest leave it."""

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
    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        """Fold the used list registers, then account EOIcount."""

    @abstractmethod
    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        """Put the overflow back, take idle interrupts off the list, move rerouted ones."""

    @abstractmethod
    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """Take the vGIC's state back from the guest, on every exit and every aborted entry."""

    @abstractmethod
    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        """Make a new vCPU's lists."""

    @abstractmethod
    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Forget what is left on a vCPU's lists."""

    @abstractmethod
    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        """Enable an interrupt (GICD_ISENABLER), and queue it if it is pending."""

    @abstractmethod
    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        """Disable an interrupt (GICD_ICENABLER); nobody is kicked."""

    @abstractmethod
    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        """Make an interrupt pending by software (GICD_ISPENDR), and queue it."""

    @abstractmethod
    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        """Take an interrupt's pending latch away (GICD_ICPENDR); nobody is kicked."""

    @abstractmethod
    def vgic_mmio_write_priority(self, irq: VgicIrq, priority: int) -> None:
        """Give an interrupt another priority (GICD_IPRIORITYR); neither queued nor kicked."""

    @abstractmethod
    def vgic_mmio_read_pending(self, irq: VgicIrq) -> bool:
        """Tell a guest whether an interrupt is pending (GICD_ISPENDR)."""

    @abstractmethod
    def vgic_mmio_read_active(self, irq: VgicIrq) -> bool:
        """Tell a guest whether an interrupt is active (GICD_ISACTIVER)."""

    @abstractmethod
    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Route a shared interrupt to another vCPU (GICD_IROUTER); neither queued nor kicked."""

    @abstractmethod
    def vgic_v3_dispatch_sgi(self, target: Vcpu, intid: int) -> None:
        """Send a software-generated interrupt to a vCPU (ICC_SGI1R_EL1)."""

    @abstractmethod
    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        """Do what others have asked for; a pending interrupt needs no more than a new entry."""

    @abstractmethod
    def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
        """Do what the guest left for, if it did: emulate its access."""

    # Decisions.

    @abstractmethod
    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        """Look again whether an interrupt belongs on a list; see queue.py."""

    @abstractmethod
    def announce_pending(self, vcpu: Vcpu) -> None:
        """Tell a vCPU that something became pending for it; see kick.py."""

    @abstractmethod
    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Put aside what found no list register; see flush.py."""

    @abstractmethod
    def overflow_counts(self) -> bool:
        """Say whether the vCPU comes back for what the walk has left outside; see flush.py."""

    @abstractmethod
    def save_eoicount(self, vcpu: Vcpu) -> None:
        """Keep the hardware's EOIcount across the exit; see switch.py."""

    @abstractmethod
    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take the pending state back out of a list register; see fold.py."""

    @abstractmethod
    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        """Say how many deactivations EOIcount stands for; see fold.py."""

    @abstractmethod
    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Say on which list EOIcount's victims are; see fold.py."""

    @abstractmethod
    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Say how an interrupt competes for a list register; see sort.py."""

    @abstractmethod
    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether an interrupt is put into a list register; see flush.py."""

    @abstractmethod
    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        """Say where an interrupt on the list belongs; see prune.py."""

    @abstractmethod
    def migration_lock_order(self, vcpu: Vcpu, target: Vcpu) -> tuple[Vcpu, Vcpu]:
        """Say whose ap_list_lock is taken first; see prune.py."""

    @abstractmethod
    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        """Look again whether an interrupt is to be moved; see prune.py."""

    @abstractmethod
    def announce_migration(self, target: Vcpu) -> None:
        """Tell the vCPU that was given an interrupt; see prune.py."""

    @abstractmethod
    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Put back what was put aside; see prune.py."""

    @abstractmethod
    def leaves_guest_mode_before_sync(self) -> bool:
        """Say whether others see the vCPU outside before its state is folded; see run.py."""
