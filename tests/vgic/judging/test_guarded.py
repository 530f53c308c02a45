# SPDX-License-Identifier: GPL-2.0-only
"""Is each access to a shared field under its lock in the reference, and one that is not found?"""

from collections.abc import Callable

import pytest

from harness import Failed, Failure, OsThreads
from harness.detectors.races.checker import KINDS
from harness.search.strategies import STRATEGIES
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import BUGS, REVISIONS, Mechanism, Reference
from vgic.composition import compose
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.revisions.facts import ClearsUnlocked as WithoutIrqLock

MOVED = "moved_under_own_lock"
EXCUSED = "active_read_without_sync"
"""Its read is one that is excused, with the config_lock held; and it does not hold it."""
WALKS_BESIDE = "eoi_walk_from_list_head"
RARE = {
    "stale_summary", "kick_without_request", "eoicount_plus_one", "no_recheck_after_relock",
    "active_read_without_sync", "keys_change_in_sort", "pause_is_a_flag", "soft_pend_lost",
    "unsorted_overflow", "wfi_without_recheck", "dir_folds_unlocked", "dir_leaves_latch",
    "dir_wakes_nobody",
    "dir_hits_another", "dir_asks_oracle", "dir_traps_itself_only", "spis_miscounted",
    "disabled_group_counts", "whole_priorities", "kicked_by_old_mask", "irqfds_outlive_vm",
    "calls_cpus_with_irqs_off", "lpis_disabled_unhalted", "msi_without_reference",
    "physical_by_memory", "accessed_while_running", "bus_freed_in_use", "kvm_lock_in_run",
    "routes_freed_in_use", "waits_under_config_lock", "translation_put_twice",
    "movall_moves_all", "lpi_mapped_twice", "moved_lpi_flushed",
}  # fmt: skip


@pytest.fixture(scope="module")
def failures(pinned: OsThreads) -> Callable[..., list[Failure]]:
    """Run some executions of each scenario with the check on, and return the failures."""

    def run(kernel: type[Mechanism], strategy: str, executions: int) -> list[Failure]:
        found = []
        for scenario in SCENARIOS.values():
            for index in range(executions):
                checked = Target(cls=kernel, races=True)
                single = run_index(scenario, 7, index, strategy, checked, pinned)
                if isinstance(single.execution.outcome, Failed):
                    found.append(single.execution.outcome.failure)
        return found

    return run


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_v1_takes_the_lock_for_every_field(
    failures: Callable[..., list[Failure]], strategy: str
) -> None:
    assert failures(Reference, strategy, 3) == []


class WritesUnlocked(Reference):
    """Routes an interrupt with no lock."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Forget irq_lock."""
        irq.target_vcpu = target


class SplicesUnlocked(Reference):
    """Puts the overflow back after it has let the lock go."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Forget ap_list_lock."""
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.unlock()
        if not vgic_cpu.overflow_ap_list_head.empty:
            vgic_cpu.ap_list_head.splice_tail_init(vgic_cpu.overflow_ap_list_head)
        vgic_cpu.ap_list_lock.lock()


class ReadsAnothersRegisters(Reference):
    """Looks into the list registers of a vCPU that it announces to."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Look where only the vCPU's own thread may."""
        if vcpu.vgic_cpu.used_lrs >= 0:
            super().announce_pending(vcpu)


class LooksAtKeys(Reference):
    """Looks whether somebody sorts, without the list's lock."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Look at the keys that were sampled."""
        if not vcpu.vgic_cpu.sort_keys:
            super().announce_pending(vcpu)


@pytest.mark.parametrize(
    ("kernel", "signature"),
    [
        (LooksAtKeys, "unguarded access in announce_pending on sort_keys"),
        (WritesUnlocked, "unguarded access in vgic_mmio_write_irouter on target_vcpu"),
        (SplicesUnlocked, "list changed without its lock in replug_overflow on ap_list_head"),
        (
            compose(Reference, [MOVED]),
            "list changed without its lock in vgic_prune_ap_list on ap_list_head",
        ),
        (ReadsAnothersRegisters, "unguarded access in announce_pending on used_lrs"),
    ],
)
def test_a_kernel_that_forgets_a_lock_is_found(
    failures: Callable[..., list[Failure]], kernel: type[Mechanism], signature: str
) -> None:
    found = failures(kernel, "burst", 3)
    assert signature in {failure.signature for failure in found}
    # Who reads of it is to know whose field it is, by its name.
    assert not any("object at" in failure.message for failure in found)


class ReadsAttributesUnlocked(Reference):
    """Reads for user space what vCPUs change, and stops none of them."""

    def vgic_v3_attr_regs_access(self) -> int:
        """Forget all locks."""
        for irq in self.kvm.irqs:
            self.vgic_uaccess_read_active(irq)
        return 0


class ClearsUnlocked(Reference):
    """Clears the latch of an event's LPI with nothing held."""

    def vgic_its_cmd_handle_clear(self, event: int) -> int:
        """Forget the locks of the ITS, and the LPI's."""
        ite = self._lpis.events.get(event)
        if ite is not None:
            ite.irq.pending_latch = False
        return 0


class ClearsAsShipped(WithoutIrqLock, Reference):
    """Clears it with the ITS locked, and not the LPI."""


class MovesAllUnlocked(Reference):
    """Looks where LPIs go with nothing held, and moves none."""

    def vgic_its_cmd_handle_movall(self, source: Vcpu, target: Vcpu) -> int:
        """Forget the locks of the ITS."""
        for irq in list(self._lpis.entries.values()):
            self.is_moved_from(irq, source)
        return 0


class ForgetsAnothersLists(Reference):
    """A vCPU that ends takes the lists of all others with it."""

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Make them empty."""
        for each in self.kvm.vcpus:
            each.vgic_cpu.ap_list_head.init()
            each.vgic_cpu.overflow_ap_list_head.init()


@pytest.mark.parametrize(
    ("kernel", "scenario", "signature"),
    [
        (
            compose(Reference, [EXCUSED]),
            "active_written_from_beside",
            "unguarded access in vgic_mmio_read_active on active",
        ),
        (
            ReadsAttributesUnlocked,
            "ioctls_beside_vcpus",
            "unguarded access in vgic_uaccess_read_active on active",
        ),
        (
            ClearsUnlocked,
            "events_remapped",
            "unguarded access in vgic_its_cmd_handle_clear on pending_latch",
        ),
        (
            MovesAllUnlocked,
            "events_remapped",
            "unguarded access in vgic_its_cmd_handle_movall on target_vcpu",
        ),
        (
            ForgetsAnothersLists,
            "migration_ping_pong",
            "list changed without its lock in kvm_vgic_vcpu_destroy on ap_list_head",
        ),
    ],
)
def test_what_is_excused_is_not_where_the_lock_is_missing_that_stands_in(
    kernel: type[Mechanism], scenario: str, signature: str, pinned: OsThreads
) -> None:
    """And with it, it is: who makes the same access under that lock is silent about it."""
    found = dict[type[Mechanism], set[str]]()
    right = ClearsAsShipped if kernel is ClearsUnlocked else Reference
    for cls in (kernel, right):
        found[cls] = set()
        for index in range(8):
            checked = Target(cls=cls, races=True)
            single = run_index(SCENARIOS[scenario], 7, index, "burst", checked, pinned)
            if isinstance(single.execution.outcome, Failed):
                found[cls].add(single.execution.outcome.failure.signature)
    assert signature in found[kernel]
    assert signature not in found[right]


@pytest.mark.parametrize("kernel", [compose(Reference, [WALKS_BESIDE]), REVISIONS["head-walk"].cls])
def test_the_ap_list_walked_without_its_lock_is_a_race_with_who_adds_to_it(
    failures: Callable[..., list[Failure]], kernel: type[Mechanism]
) -> None:
    races = {
        failure.signature for failure in failures(kernel, "burst", 12) if failure.kind in KINDS
    }
    queue, *others = (
        f"data race in {changes}, vgic_v3_fold_lr_state on ap_list_head"
        for changes in ("vgic_queue_irq_unlock", "vgic_prune_ap_list", "vgic_flush_pending_lpis")
    )
    assert queue in races
    assert not races - {queue, *others}


@pytest.mark.parametrize("name", sorted(set(BUGS) - RARE - {WALKS_BESIDE, MOVED}))
def test_a_known_bug_is_still_reported_as_what_it_is(
    failures: Callable[..., list[Failure]], name: str
) -> None:
    found = failures(compose(Reference, [name]), "burst", 5)
    assert found
    assert not {failure.kind for failure in found} & set(KINDS)
