# SPDX-License-Identifier: GPL-2.0-only
"""On which vCPU's list does an interrupt belong? The truth table of vgic_target_oracle."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import pytest

from harness import Execution, Failed, Failure
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq

HERE = 0
TARGET = 1


@dataclass(frozen=True)
class Row:
    """One line: an interrupt routed to vCPU 1 unless said otherwise, and where it belongs."""

    says: str
    answer: int | None
    active: bool = False
    enabled: bool = True
    pending: bool = True
    on_list_of: int | None = None
    routed: bool = True
    distributor: bool = True


ROWS = [
    Row("pending goes where it is routed", TARGET),
    Row("pending goes where it is routed even from another list", TARGET, on_list_of=HERE),
    Row("idle belongs nowhere", None, pending=False),
    Row("idle belongs nowhere even while on a list", None, pending=False, on_list_of=HERE),
    Row("disabled belongs nowhere", None, enabled=False),
    Row("pending with no target belongs nowhere", None, routed=False),
    Row("pending with the distributor off belongs nowhere", None, distributor=False),
    Row("no target and distributor off belongs nowhere", None, routed=False, distributor=False),
    Row("active stays on its list", HERE, active=True, on_list_of=HERE),
    Row("active and disabled stays on its list", HERE, active=True, enabled=False, on_list_of=HERE),
    Row("active not pending stays on its list", HERE, active=True, pending=False, on_list_of=HERE),
    Row("active with the distributor off", HERE, active=True, distributor=False, on_list_of=HERE),
    Row("active on no list goes where it is routed", TARGET, active=True, pending=False),
    Row("active, on no list, routed nowhere", None, active=True, routed=False),
    Row("active, routed nowhere, on a list", HERE, active=True, routed=False, on_list_of=HERE),
]


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("row", ROWS, ids=[row.says for row in ROWS])
def test_truth_table(in_kernel: Callable[..., Execution], row: Row, config: Config) -> None:
    def body(kernel: Mechanism) -> None:
        vcpus = kernel.kvm.vcpus
        irq = kernel.kvm.add_irq(32, config, 0x80, TARGET)
        irq.active, irq.enabled = row.active, row.enabled
        irq.line_level = row.pending and config is Config.LEVEL
        irq.pending_latch = row.pending and config is Config.EDGE
        irq.vcpu = None if row.on_list_of is None else vcpus[row.on_list_of]
        irq.target_vcpu = vcpus[TARGET] if row.routed else None
        kernel.kvm.dist.enabled = row.distributor
        with irq.irq_lock:
            answer = kernel.vgic_target_oracle(irq)
        assert answer is (None if row.answer is None else vcpus[row.answer])

    in_kernel(body, nr_vcpus=2)


def test_a_level_is_pending_by_its_latch_as_well(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        irq.pending_latch = True
        with irq.irq_lock:
            assert kernel.vgic_target_oracle(irq) is kernel.kvm.vcpus[0]

    in_kernel(body)


def test_an_edge_is_not_pending_by_its_line(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        irq.line_level = True
        with irq.irq_lock:
            assert kernel.vgic_target_oracle(irq) is None

    in_kernel(body)


def test_asking_without_the_lock_is_a_failure(failure_in_kernel: Callable[..., Failure]) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.vgic_target_oracle(kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0))

    failure = failure_in_kernel(body)
    assert failure.kind == "lock not held"
    assert failure.lock_classes == ("irq_lock",)


# Does the target oracle answer as the kernel's does, for every state an interrupt can be in?
#
# Section 3.1 of the semantics. It looks at nothing else: not at group, priority or masks.


OnVcpu0 = Callable[..., Execution]
FLAGS = ("active", "enabled", "pending_latch", "line_level")


def ask(kernel: Mechanism, irq: VgicIrq) -> Vcpu | None:
    with irq.irq_lock:
        return kernel.vgic_target_oracle(irq)


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("distributor", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("queued", [None, 0], ids=["unqueued", "queued"])
@pytest.mark.parametrize("target", [None, 1], ids=["no target", "target"])
def test_every_state(
    config: Config, distributor: bool, queued: int | None, target: int | None, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        kvm.dist.enabled = distributor
        irq = kvm.add_irq(32, config, 0x80, 0)
        irq.vcpu = None if queued is None else kvm.vcpus[queued]
        irq.target_vcpu = None if target is None else kvm.vcpus[target]
        for values in product([False, True], repeat=len(FLAGS)):
            for name, value in zip(FLAGS, values, strict=True):
                setattr(irq, name, value)
            active, enabled, latch, line = values
            if active:
                expected = irq.target_vcpu if irq.vcpu is None else irq.vcpu
            elif enabled and distributor and (latch or (config is Config.LEVEL and line)):
                expected = irq.target_vcpu
            else:
                expected = None
            assert ask(kernel, irq) is expected, values

    on_vcpu0(body)


@pytest.mark.parametrize("active", [False, True])
def test_what_the_guest_masks_does_not_matter(active: bool, on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0xF8, 1)
        irq.pending_latch, irq.active = not active, active
        vcpu.cpuif.vmcr.pmr = 0
        vcpu.cpuif.vmcr.group_enabled = (False, False)
        for group, priority in product((0, 1), (0, 0xF8)):
            irq.group, irq.priority = group, priority
            assert ask(kernel, irq) is vcpu

    on_vcpu0(body)


def test_it_changes_nothing(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        irq.line_level = irq.pending_latch = True
        before = [getattr(irq, name) for name in (*FLAGS, "vcpu", "target_vcpu", "on_lr")]
        ask(kernel, irq)
        assert [getattr(irq, name) for name in (*FLAGS, "vcpu", "target_vcpu", "on_lr")] == before

    on_vcpu0(body)


def test_it_may_not_be_asked_without_the_irq_lock(attempt: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.vgic_target_oracle(kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0))

    outcome = attempt({"vcpu0": body}).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.lock_classes == ("irq_lock",)
