# SPDX-License-Identifier: GPL-2.0-only
"""Is a function that returns with other locks or interrupts found there, and a right one not?"""

import pytest

from harness import Failed, Failure, OsThreads, Rcu, local_irq_disable, local_irq_enable
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS
from vgic import BUGS, REVISIONS, Mechanism, Reference, compose
from vgic.composition import not_of_ours, with_contracts_checked
from vgic.composition.contracted import KIND
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.kernel.contracts import CONTRACTS
from vgic.kernel.table import Kernel


def failures(
    kernel: type[Mechanism], pinned: OsThreads, *, executions: int = 12, scenario: str = ""
) -> list[Failure]:
    """Run some executions with the contracts checked; return how they failed.

    All scenarios are run if none is named, but for the whole VM, in which nothing is called that
    the others do not call, and for longer.
    """
    target = Target(cls=with_contracts_checked(kernel))
    found = []
    for name in [scenario] if scenario else [each for each in SCENARIOS if each != "whole_vm"]:
        for index in range(executions):
            single = run_index(SCENARIOS[name], 7, index, "random-walk", target, pinned)
            if isinstance(single.execution.outcome, Failed):
                found.append(single.execution.outcome.failure)
    return found


def test_each_function_and_decision_has_a_contract() -> None:
    assert set(CONTRACTS) == Kernel.__abstractmethods__


class LeavesALock(Reference):
    """Returns early and forgets what it holds."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Leave irq_lock behind where nothing changes."""
        irqs_were_off = irq.irq_lock.lock_irqsave()
        if irq.target_vcpu is target:
            return
        irq.target_vcpu = target
        irq.irq_lock.unlock_irqrestore(irqs_were_off)


class LeavesInterruptsOff(Reference):
    """Unlocks, and forgets that it was an irqsave."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Leave local interrupts off."""
        irq.irq_lock.lock_irqsave()
        irq.target_vcpu = target
        irq.irq_lock.unlock()


class LeavesInterruptsOffByItself(Reference):
    """Turns local interrupts off, and not on again."""

    def check_vcpu_requests(self, vcpu: Vcpu) -> None:
        """Leave local interrupts off."""
        super().check_vcpu_requests(vcpu)
        local_irq_disable(self.scheduler)


class TurnsInterruptsOn(Reference):
    """Turns local interrupts on that its caller has off."""

    def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
        """Turn them on too early."""
        super().kvm_vgic_sync_hwstate(vcpu)
        local_irq_enable(self.scheduler)


class DropsACallersLock(Reference):
    """Releases the lock that its caller goes on with."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Unlock what was locked by the caller."""
        super().replug_overflow(vcpu)
        vcpu.vgic_cpu.ap_list_lock.unlock()


class ReturnsWithAnother(Reference):
    """Swaps the caller's lock for another one of the class."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Return with the lock of another interrupt."""
        taken = super().takes_lr(vcpu, irq)
        other = next((each for each in self.kvm.irqs if each is not irq), None)
        if other is not None:
            irq.irq_lock.unlock()
            other.irq_lock.lock()
        return taken


class StaysInASection(Reference):
    """Begins an RCU read section, and forgets to end it."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Return in it."""
        super().vgic_mmio_write_irouter(irq, target)
        Rcu(self.scheduler).read_lock()


class QueueKeepsInterruptsOff(Reference):
    """Gives back other interrupts than it was handed."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        """Act as if they had been off."""
        return super().vgic_queue_irq_unlock(irq, irqs_were_off=True)


@pytest.mark.parametrize(
    ("kernel", "function", "says"),
    [
        (LeavesALock, "vgic_mmio_write_irouter", "returns holding irq_lock[spi 32], taken at"),
        (LeavesInterruptsOff, "vgic_mmio_write_irouter", "interrupts off, turned off at"),
        (LeavesInterruptsOffByItself, "check_vcpu_requests", "interrupts off, turned off at"),
        (TurnsInterruptsOn, "kvm_vgic_sync_hwstate", "interrupts on, which its caller has off"),
        (DropsACallersLock, "replug_overflow", "returns without ap_list_lock[vcpu"),
        (ReturnsWithAnother, "takes_lr", "returns holding irq_lock["),
        (StaysInASection, "vgic_mmio_write_irouter", "returns in 1 RCU read sections, called in 0"),
        (QueueKeepsInterruptsOff, "vgic_queue_irq_unlock", "returns with local interrupts off"),
    ],
)
def test_a_function_that_returns_otherwise_is_found_where_it_returns(
    kernel: type[Mechanism], function: str, says: str, pinned: OsThreads
) -> None:
    found = failures(kernel, pinned, scenario="migration_ping_pong", executions=30)
    assert found
    assert {(failure.kind, failure.functions) for failure in found} == {(KIND, (function,))}
    assert any(says in failure.message for failure in found), found[0].message
    taken_here = "at " in says
    assert not taken_here or all(__file__.rpartition("/")[2] in each.message for each in found)


class ForgetsToUnlock(Reference):
    """Has the mutexes of all vCPUs taken, and releases none."""

    def vgic_v3_attr_regs_access(self) -> int:
        """Read nothing."""
        with self._ioctls.lock:
            self.kvm_trylock_all_vcpus()
        return 0


class TakesForItsCaller(Reference):
    """Takes all mutexes, and releases them, as it is to."""

    def kvm_trylock_all_vcpus(self) -> bool:
        """Try the last one first."""
        return super().kvm_trylock_all_vcpus()

    def kvm_unlock_all_vcpus(self) -> None:
        """Release them."""
        super().kvm_unlock_all_vcpus()


@pytest.mark.parametrize(("kernel", "wrong"), [(ForgetsToUnlock, True), (TakesForItsCaller, False)])
def test_who_has_locks_taken_for_him_is_held_to_them(
    kernel: type[Mechanism], wrong: bool, pinned: OsThreads
) -> None:
    found = failures(kernel, pinned, scenario="ioctls_beside_vcpus", executions=10)
    functions = {(failure.kind, failure.functions) for failure in found}
    assert functions == ({(KIND, ("vgic_v3_attr_regs_access",))} if wrong else set())


class DropsAndTakesAgain(Reference):
    """Lets a caller's locks go on the way and has them again, in another order, on return."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Take irq_lock once more."""
        irq.irq_lock.unlock()
        irq.irq_lock.lock()
        return super().takes_lr(vcpu, irq)

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Name the arguments, and turn interrupts off and on."""
        local_irq_disable(self.scheduler)
        super().vgic_mmio_write_irouter(irq=irq, target=target)
        local_irq_enable(self.scheduler)


class NamesItsArguments(Reference):
    """Calls by keyword."""

    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        """Enable it, and queue it with the arguments the other way round."""
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.enabled = True
        self.vgic_queue_irq_unlock(irqs_were_off=irqs_were_off, irq=irq)


class NamesItsParameters(Reference):
    """Calls its parameter otherwise, and hands it over by that name."""

    def vgic_target_oracle(self, entry: VgicIrq) -> Vcpu | None:
        """Hand it on."""
        return super().vgic_target_oracle(entry)

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        """Ask by name."""
        return self.vgic_target_oracle(entry=irq)


@pytest.mark.parametrize(
    "kernel", [Reference, DropsAndTakesAgain, NamesItsArguments, NamesItsParameters]
)
def test_a_function_that_has_all_again_when_it_returns_passes(
    kernel: type[Mechanism], pinned: OsThreads
) -> None:
    assert failures(kernel, pinned) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_revisions_and_bugs_that_are_here_keep_their_contracts(
    revision: str, pinned: OsThreads
) -> None:
    record = REVISIONS[revision]
    bugs = [name for name, bug in BUGS.items() if revision in bug.revisions]
    for name in ("", *bugs):
        kernel = compose(record.cls, [name] if name else [])
        # With a bug all but what it overrides is the revision's own, which has been looked at.
        found = failures(kernel, pinned, executions=1 if name else 3)
        kinds = {failure.kind for failure in found}
        assert KIND not in kinds, name


def test_what_unwinds_is_no_return(pinned: OsThreads) -> None:
    class Raises(Reference):
        def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
            irq.irq_lock.lock_irqsave()
            raise ValueError("of its own")

    found = failures(Raises, pinned, scenario="migration_ping_pong")
    assert {failure.kind for failure in found} == {"exception"}


class ReplacesAHelper(Reference):
    """Replaces a helper that a function of ours calls."""

    def _prune_own_list(self, vcpu: Vcpu) -> tuple[VgicIrq, Vcpu] | None:
        moving = super()._prune_own_list(vcpu)
        if moving is None:
            vcpu.vgic_cpu.ap_list_lock.lock()
        return moving


def test_of_a_users_class_what_it_changes_is_checked() -> None:
    assert not_of_ours(Reference) == []
    assert not_of_ours(compose(Reference, ["no_splice"])) == []
    assert not_of_ours(LeavesALock) == ["vgic_mmio_write_irouter"]
    assert not_of_ours(compose(LeavesALock, ["no_splice"])) == ["vgic_mmio_write_irouter"]
    assert not_of_ours(ReplacesAHelper) == list(CONTRACTS)


def test_a_helper_that_leaves_a_lock_is_found_where_its_caller_returns(pinned: OsThreads) -> None:
    found = failures(ReplacesAHelper, pinned, scenario="migration_ping_pong", executions=60)
    assert {each.functions for each in found} == {("vgic_prune_ap_list",)}
    assert {each.kind for each in found} == {KIND}
