# SPDX-License-Identifier: GPL-2.0-only
"""The decisions and steps by name: every point on which generations, bugs and patches differ.

A kernel function asks a decision, and consists of steps where it drops a lock or goes round a loop,
so that a patch replaces one of them and not the whole. The kernel's own functions are in table.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from harness import ListHead, Node
from vgic.data import Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel.added import Added
from vgic.kernel.summary import ApListSummary


class Decisions(ABC):
    """What is decided in kernel functions, and what they do in one go."""

    @abstractmethod
    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        """Look again whether an interrupt belongs on a list; see queue.py."""

    @abstractmethod
    def add_to_ap_list(self, vcpu: Vcpu, irq: VgicIrq) -> Added:
        """Put an interrupt on a list if it still belongs there; see queue.py."""

    @abstractmethod
    def is_first_in_flight(self, irq: VgicIrq) -> bool:
        """Say whether an arrival concerns every vCPU; see queue.py."""

    @abstractmethod
    def announce_pending(self, vcpu: Vcpu) -> None:
        """Tell a vCPU that something became pending for it; see kick.py."""

    @abstractmethod
    def announce_to_all(self) -> None:
        """Tell every vCPU that it has to come in anew; see kick.py."""

    @abstractmethod
    def wait_for_irqfds(self) -> None:
        """Wait until who has begun to inject by an irqfd has returned; see teardown.py."""

    @abstractmethod
    def has_something(self, vcpu: Vcpu) -> bool:
        """Say who has to look when the distributor has been turned on; see distributor.py."""

    @abstractmethod
    def has_pending_below(self, vcpu: Vcpu, mask: int, *lists: ListHead[VgicIrq]) -> bool:
        """Tell whether something pending is listed that a mask lets in; see wfi.py."""

    @abstractmethod
    def save_vmcr(self, vcpu: Vcpu) -> None:
        """Save what the guest has set on its CPU interface; see switch.py."""

    @abstractmethod
    def add_to_pause(self, vcpu: Vcpu, amount: int) -> bool:
        """Pause a vCPU once more, or take one pause back; see halt.py."""

    @abstractmethod
    def needs_halt(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether the VM is halted to access an active state; see mmio_active.py."""

    @abstractmethod
    def summarize_irq(self, vcpu: Vcpu, irq: VgicIrq, summary: ApListSummary) -> None:
        """Count one entry; see flush.py."""

    @abstractmethod
    def sets_aside_disabled(self) -> bool:
        """Say whether what a disabled group keeps from the guest is told apart; see flush.py."""

    @abstractmethod
    def needs_sort(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Say whether the list has to be sorted; see flush.py."""

    @abstractmethod
    def load_irq(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> bool:
        """Put one entry into a list register, if it takes one; see flush.py."""

    @abstractmethod
    def remember_last_lr(self, vcpu: Vcpu, irq: VgicIrq, count: int) -> None:
        """Remember who was the last to get a list register; see flush.py."""

    @abstractmethod
    def traps_dir(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Say whether the guest's writes of DIR are trapped; see hcr.py."""

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
    def fold_irq(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Make an interrupt what its list register says; see fold.py."""

    @abstractmethod
    def hear_of_end(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        """Go on from a fold if that was the end of a level; see fold.py."""

    @abstractmethod
    def hears_of_end(self, was_active: bool) -> bool:
        """Say whether the host hears of the end of a level; see fold.py."""

    @abstractmethod
    def was_deactivated(self, irq: VgicIrq) -> None:
        """Do what follows from the end of a level; see fold.py."""

    @abstractmethod
    def deactivate_unless_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[Vcpu | None, bool]:
        """Deactivate what is on a list and in no list register; see deactivate.py."""

    @abstractmethod
    def deactivation_target(self, irq: VgicIrq) -> Vcpu | None:
        """Say on whose list an interrupt is that a guest deactivates; see deactivate.py."""

    @abstractmethod
    def announce_deactivated(self, irq: VgicIrq, target: Vcpu) -> None:
        """Tell the vCPU whose list it is on that it has been deactivated; see deactivate.py."""

    @abstractmethod
    def deactivate_loaded(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Deactivate what may be in a list register of a vCPU that runs; see deactivate.py."""

    @abstractmethod
    def samples_again(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> bool:
        """Say whether the line of a mapped interrupt is read at its fold; see physical.py."""

    @abstractmethod
    def is_over_in_software(self, irq: VgicIrq) -> bool:
        """Say when the host lets a device come again itself; see physical.py."""

    @abstractmethod
    def keeps_device_out(self, irq: VgicIrq) -> bool:
        """Say whether software has pended what the guest is still to take; see physical.py."""

    @abstractmethod
    def lets_device_come(self, irq: VgicIrq) -> bool:
        """Say whether a write of ICPENDR lets the device come again; see physical.py."""

    @abstractmethod
    def sample_enabled(self, irq: VgicIrq) -> None:
        """Read the line of a mapped interrupt that is being enabled; see physical.py."""

    @abstractmethod
    def physical_is_known(self, irq: VgicIrq) -> bool:
        """Say whether memory tells what a physical interrupt is to be; see physical.py."""

    @abstractmethod
    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take the pending state back out of a list register; see fold.py."""

    @abstractmethod
    def latch_was_taken(self, irq: VgicIrq) -> bool:
        """Say whether the guest has taken what software pended; see fold.py."""

    @abstractmethod
    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        """Say how many deactivations EOIcount stands for; see fold.py."""

    @abstractmethod
    def eoicount_candidates(self, vcpu: Vcpu) -> ListHead[VgicIrq]:
        """Say on which list EOIcount's victims are; see fold.py."""

    @abstractmethod
    def eoicount_walk(self, vcpu: Vcpu, candidates: ListHead[VgicIrq]) -> Iterator[Node[VgicIrq]]:
        """Say where on the list EOIcount's victims are looked for; see fold.py."""

    @abstractmethod
    def account_eoi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take one off EOIcount for an entry; see fold.py."""

    @abstractmethod
    def sample_keys(
        self, vcpu: Vcpu, irqs: Sequence[VgicIrq]
    ) -> dict[VgicIrq, tuple[bool | int, ...]]:
        """Read the keys by which a list is going to be sorted; see sort.py."""

    @abstractmethod
    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Say how an interrupt competes for a list register; see sort.py."""

    @abstractmethod
    def handler_priority(self, vcpu: Vcpu, irq: VgicIrq) -> int:
        """Say by what an active interrupt's handler nests in others; see sort.py."""

    @abstractmethod
    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say whether an interrupt is put into a list register; see flush.py."""

    @abstractmethod
    def prune_irq(self, vcpu: Vcpu, irq: VgicIrq) -> Vcpu | None:
        """Take one entry off the list if it belongs nowhere; see prune.py."""

    @abstractmethod
    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        """Say where an interrupt on the list belongs; see prune.py."""

    @abstractmethod
    def migrate_irq(self, vcpu: Vcpu, irq: VgicIrq, target: Vcpu) -> bool:
        """Move an interrupt to another list, with nothing held at first; see prune.py."""

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
        """Say whether others see the vCPU outside before its state is folded; see entry.py."""
