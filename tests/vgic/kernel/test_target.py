# SPDX-License-Identifier: GPL-2.0-only
"""Does the target oracle answer as the kernel's does, for every state an interrupt can be in?

Section 3.1 of the semantics. It looks at nothing else: not at group, priority or masks.
"""

from collections.abc import Callable
from itertools import product

import pytest

from harness import Execution, Failed
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq

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
