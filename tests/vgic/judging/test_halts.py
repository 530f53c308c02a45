# SPDX-License-Identifier: GPL-2.0-only
"""While the VM is halted, has nobody a copy of anything, and is it said if somebody has? I17."""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure, OsThreads
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS
from vgic import Mechanism, Reference
from vgic.data import KVM_REQ_SLEEP
from vgic.data.intids import EDGE

InKernel = Callable[..., Execution]
FailureInKernel = Callable[..., Failure]


def announced(*events: str) -> Callable[[Mechanism], None]:
    """Return what announces these events, of vCPU 0 where they are of one."""

    def body(kernel: Mechanism) -> None:
        for event in events:
            of_one = event not in ("halted", "resuming")
            getattr(kernel.trace, event)(*([0] if of_one else []))

    return body


@pytest.mark.parametrize(
    "events",
    [
        ("flushing", "entered", "exited", "synced", "halted"),
        ("flushing", "aborted", "synced", "halted"),
        ("turned_back", "halted", "turned_back"),
        ("halted", "resuming", "flushing"),
        ("halted", "halted", "resuming", "resuming", "flushing"),
    ],
)
def test_who_has_folded_and_stays_out_is_halted(in_kernel: InKernel, events: Sequence[str]) -> None:
    in_kernel(announced(*events))


@pytest.mark.parametrize(
    ("events", "kind", "where"),
    [
        (("flushing", "halted"), "I17 halted too early", "kvm_vgic_flush_hwstate"),
        (("flushing", "entered", "halted"), "I17 halted too early", "kvm_vgic_flush_hwstate"),
        (("halted", "flushing"), "I17 entry while halted", "kvm_vgic_flush_hwstate"),
        (("halted", "halted", "resuming", "flushing"), "I17 entry while halted", None),
    ],
)
def test_who_has_not_is_not(
    failure_in_kernel: FailureInKernel, events: Sequence[str], kind: str, where: str | None
) -> None:
    failure = failure_in_kernel(announced(*events))
    assert failure.kind == kind
    assert where is None or failure.functions == (where,)


def test_who_has_left_its_guest_is_to_fold_first(failure_in_kernel: FailureInKernel) -> None:
    def body(kernel: Mechanism) -> None:
        announced("flushing", "entered")(kernel)
        kernel.kvm.vcpus[0].mode.read()
        announced("exited", "halted")(kernel)

    failure = failure_in_kernel(body)
    assert failure.kind == "I17 halted too early"
    assert failure.functions == ("kvm_vgic_sync_hwstate",)


@pytest.mark.parametrize("loaded", [False, True])
def test_while_it_is_halted_nothing_is_loaded(
    in_kernel: InKernel, failure_in_kernel: FailureInKernel, loaded: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(32, EDGE, 0x80, 0).on_lr = loaded
        kernel.trace.halted()

    if loaded:
        assert failure_in_kernel(body).kind == "I17 loaded while halted"
    else:
        in_kernel(body)


class HaltsNobody(Reference):
    """A patch of the halt alone, which forgets what it is for."""

    def kvm_arm_halt_guest(self) -> None:
        for vcpu in self.kvm.vcpus:
            self.add_to_pause(vcpu, 1)


class HaltsAnew(Reference):
    """A patch of both, as they should be."""

    def kvm_arm_halt_guest(self) -> None:
        for vcpu in self.kvm.vcpus:
            self.add_to_pause(vcpu, 1)
        self.kvm_make_all_cpus_request(KVM_REQ_SLEEP, wait=True, wakes=False)

    def kvm_arm_resume_guest(self) -> None:
        for vcpu in self.kvm.vcpus:
            if self.add_to_pause(vcpu, -1):
                self.kvm_vcpu_wake_up(vcpu)


@pytest.mark.parametrize(
    ("kernel", "kind"), [(HaltsNobody, "I17 halted too early"), (HaltsAnew, None)]
)
def test_a_halt_that_a_patch_has_replaced_is_judged_alike(
    pinned: OsThreads, kernel: type[Mechanism], kind: str | None
) -> None:
    scenario, target = SCENARIOS["active_written_from_beside"], Target(cls=kernel)
    kinds = set[str]()
    for index in range(30):
        outcome = run_index(scenario, 3, index, "burst", target, pinned).execution.outcome
        if isinstance(outcome, Failed):
            kinds.add(outcome.failure.kind)
    assert (kind in kinds) if kind else not kinds
