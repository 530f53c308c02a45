# SPDX-License-Identifier: GPL-2.0-only
"""Does a rerouted interrupt get to its new vCPU, whatever happens in prune's unlocked window?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from tests.fixtures.judged import restarts_of
from vgic import BUGS, Mechanism, Reference
from vgic.data.intids import Config
from vgic.data.vcpu import Mode, Vcpu, VgicIrq


def rerouted(kernel: Mechanism, intid: int = 32, home: int = 0, target: int = 1) -> VgicIrq:
    """Return a pending interrupt for one vCPU that is to be put on another one's list."""
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, home)
    irq.pending_latch = True
    irq.target_vcpu = kernel.kvm.vcpus[target]
    return irq


def listed(vcpu: Vcpu) -> list[int]:
    return [irq.intid for irq in vcpu.vgic_cpu.ap_list_head.verify()]


def test_it_moves_to_the_tail_of_the_new_list_and_the_new_vcpu_is_kicked(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        old, new = kernel.kvm.vcpus
        new.mode.value = Mode.IN_GUEST_MODE
        irq = rerouted(kernel)
        enlist(old, irq)
        enlist(new, kernel.kvm.add_irq(33, Config.EDGE, 0x80, 1))
        kernel.vgic_prune_ap_list(old)
        assert (listed(old), listed(new)) == ([], [33, 32])
        assert irq.vcpu is new
        assert (bool(old.requests.bits), bool(new.requests.bits)) == (False, True)
        assert new.ipi.pending

    in_kernel(body, nr_vcpus=2)


def test_an_active_interrupt_never_moves(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    """I7."""

    def body(kernel: Mechanism) -> None:
        old, new = kernel.kvm.vcpus
        irq = rerouted(kernel)
        irq.active = True
        enlist(old, irq)
        kernel.vgic_prune_ap_list(old)
        assert (listed(old), listed(new)) == ([32], [])

    in_kernel(body, nr_vcpus=2)


def test_everything_that_belongs_elsewhere_moves_in_one_prune(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        old, new, third = kernel.kvm.vcpus
        stays = rerouted(kernel, 34, target=0)
        enlist(old, rerouted(kernel, 32), rerouted(kernel, 33, target=2), stays)
        kernel.vgic_prune_ap_list(old)
        assert (listed(old), listed(new), listed(third)) == ([34], [32], [33])

    in_kernel(body, nr_vcpus=3)


@pytest.mark.parametrize("home", [0, 1])
def test_two_lists_are_locked_in_the_order_of_the_vcpus(
    in_kernel: Callable[..., Execution],
    enlist: Callable[..., None],
    operations: Callable[[Execution], list[str]],
    home: int,
) -> None:
    """I18."""

    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[home], rerouted(kernel, home=home, target=1 - home))
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[home])

    story = operations(in_kernel(body, nr_vcpus=2))
    taken = [line for line in story if "lock ap_list_lock" in line]
    # The own list first and alone; then both; then the own again, to see whether more is to do.
    both = ["vcpu0: lock ap_list_lock[vcpu 0]", "vcpu0: lock ap_list_lock[vcpu 1]"]
    assert taken == [both[home], *both, both[home]]


class ChangedInTheWindow(Reference):
    """Somebody changes the interrupt while prune holds nothing."""

    change: Callable[[VgicIrq], None]

    def migration_lock_order(self, vcpu: Vcpu, target: Vcpu) -> tuple[Vcpu, Vcpu]:
        for irq in self.kvm.irqs:
            type(self).change(irq)
        return super().migration_lock_order(vcpu, target)


def changing(change: Callable[[VgicIrq], None]) -> type[Mechanism]:
    return type("Changing", (ChangedInTheWindow,), {"change": staticmethod(change)})


def disable(irq: VgicIrq) -> None:
    irq.enabled = False


def route_back(irq: VgicIrq) -> None:
    irq.target_vcpu = irq.vcpu


def acknowledge(irq: VgicIrq) -> None:
    irq.active, irq.pending_latch = True, False


@pytest.mark.parametrize(
    ("change", "stays"), [(disable, False), (route_back, True), (acknowledge, True)]
)
def test_it_does_not_move_when_something_changed_in_the_window(
    in_kernel: Callable[..., Execution],
    enlist: Callable[..., None],
    change: Callable[[VgicIrq], None],
    stays: bool,
) -> None:
    def body(kernel: Mechanism) -> None:
        old, new = kernel.kvm.vcpus
        enlist(old, rerouted(kernel))
        kernel.vgic_prune_ap_list(old)
        assert listed(old) == ([32] if stays else [])
        assert listed(new) == []
        assert new.requests.bits == 0
        assert "prune_recheck" in restarts_of(kernel)
        assert "migration" not in restarts_of(kernel)

    in_kernel(body, kernel=changing(change), nr_vcpus=2)


def test_the_bug_no_recheck_after_relock_moves_it_all_the_same(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    kernel = type("Bug", (BUGS["no_recheck_after_relock"].cls, changing(disable)), {})

    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], rerouted(kernel))
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])
        assert listed(kernel.kvm.vcpus[1]) == [32]

    in_kernel(body, kernel=kernel, nr_vcpus=2)


def test_the_bug_two_locks_unordered_is_seen_without_a_deadlock(
    failure_in_kernel: Callable[..., Failure], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[1], rerouted(kernel, home=1, target=0))
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[1])

    failure = failure_in_kernel(body, kernel=BUGS["two_locks_unordered"].cls, nr_vcpus=2)
    assert failure.kind == "lock nesting"
    assert failure.lock_classes == ("ap_list_lock",)


def test_the_bug_no_kick_after_migration_tells_nobody(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        old, new = kernel.kvm.vcpus
        new.mode.value = Mode.IN_GUEST_MODE
        enlist(old, rerouted(kernel))
        kernel.vgic_prune_ap_list(old)
        assert listed(new) == [32]
        assert (new.requests.bits, new.ipi.pending) == (0, False)

    in_kernel(body, kernel=BUGS["no_kick_after_migration"].cls, nr_vcpus=2)
