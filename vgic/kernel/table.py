# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's functions by name: the table that the mixins fill and a patch overrides.

One method for each kernel function, under the kernel's name; small files beside this one hold
them, one topic each. Below those come the decision methods: every point on which kernel
generations or known bugs differ is one, so a revision or a bug is a class that overrides a few.

Locking order, outermost first, as the comment at the top of vgic.c has it; the last two are taken
with local interrupts off:

    ap_list_lock
      irq_lock

Two ap_list_locks are held at once only to move an interrupt, the lower vCPU's first; two irq_locks
only to compare two entries of one list.
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
        """See target.py."""

    @abstractmethod
    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        """See inject.py."""

    @abstractmethod
    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        """See inject.py."""

    @abstractmethod
    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        """See queue.py."""

    @abstractmethod
    def kvm_make_request(self, request: int, vcpu: Vcpu) -> None:
        """See kick.py."""

    @abstractmethod
    def kvm_vcpu_kick(self, vcpu: Vcpu) -> None:
        """See kick.py."""

    @abstractmethod
    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        """See flush.py."""

    @abstractmethod
    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        """See sort.py."""

    @abstractmethod
    def vgic_sort_ap_list(self, vcpu: Vcpu) -> None:
        """See sort.py."""

    @abstractmethod
    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        """See flush.py."""

    @abstractmethod
    def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
        """See flush.py."""

    @abstractmethod
    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        """See populate.py."""

    @abstractmethod
    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        """See populate.py."""

    @abstractmethod
    def vgic_v3_clear_lr(self, vcpu: Vcpu, lr: int) -> None:
        """See populate.py."""

    @abstractmethod
    def vgic_v3_configure_hcr(self, vcpu: Vcpu, summary: ApListSummary) -> None:
        """See hcr.py."""

    @abstractmethod
    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        """See switch.py."""

    @abstractmethod
    def vgic_v3_save_state(self, vcpu: Vcpu) -> None:
        """See switch.py."""

    @abstractmethod
    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        """See fold.py."""

    @abstractmethod
    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        """See fold.py."""

    @abstractmethod
    def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
        """See prune.py."""

    @abstractmethod
    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """See prune.py."""

    @abstractmethod
    def kvm_vgic_vcpu_init(self, vcpu: Vcpu) -> None:
        """See init.py."""

    @abstractmethod
    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """See init.py."""

    @abstractmethod
    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        """See mmio.py."""

    @abstractmethod
    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        """See mmio.py."""

    @abstractmethod
    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        """See mmio.py."""

    @abstractmethod
    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        """See mmio.py."""

    @abstractmethod
    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """See mmio.py."""

    @abstractmethod
    def vgic_v3_dispatch_sgi(self, target: Vcpu, intid: int) -> None:
        """See mmio.py."""

    @abstractmethod
    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        """See run.py."""

    @abstractmethod
    def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
        """See run.py."""

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
