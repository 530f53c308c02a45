# SPDX-License-Identifier: GPL-2.0-only
"""Does each interrupt get back what happened to it in the guest, in a register or outside?

Sections 7.2 and 7.4 of the semantics. EOIcount carries no INTID: its victims are the first active
entries of the overflow list, and nobody else is.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import Mechanism, Reference
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister

OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("latch", [False, True])
@pytest.mark.parametrize("line", [False, True])
@pytest.mark.parametrize(("pending", "active"), [(True, False), (False, True), (False, False)])
def test_one_register_comes_back(
    config: Config, latch: bool, line: bool, pending: bool, active: bool, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, config, 0x80, 0)
        irq.pending_latch, irq.line_level = latch, line
        irq.on_lr = True
        irq.active = not active
        lr = ListRegister(32, pending=pending, active=active)
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], lr)
        taken = config is Config.LEVEL and not (pending or active)
        expected = (latch and not taken) or (config is Config.EDGE and pending)
        assert (irq.active, irq.pending_latch, irq.line_level) == (active, expected, line)
        assert not irq.on_lr

    on_vcpu0(body)


def test_an_edge_that_is_pending_and_active_comes_back_as_both(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], ListRegister(32, pending=True, active=True))
        assert (irq.active, irq.pending_latch) == (True, True)

    on_vcpu0(body)


def test_a_register_of_nobody_is_dropped_and_the_others_are_folded(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        vcpu.vgic_cpu.vgic_lr[0] = ListRegister(99, active=True)
        vcpu.vgic_cpu.vgic_lr[1] = ListRegister(32, active=True)
        vcpu.vgic_cpu.used_lrs = 2
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert irq.active
        assert vcpu.vgic_cpu.used_lrs == 0

    on_vcpu0(body)


def overflow_of(
    kernel: Mechanism, enlist: Enlist, states: str, *, eoicount: int
) -> tuple[Vcpu, list[VgicIrq]]:
    """vCPU 0 with these on its overflow list: a active, p pending, i idle, l active level, up."""
    vcpu = kernel.kvm.vcpus[0]
    irqs = []
    for index, state in enumerate(states):
        config = Config.LEVEL if state == "l" else Config.EDGE
        irq = kernel.kvm.add_irq(60 - index, config, 0x80, 0)
        irq.active = state in "al"
        irq.line_level = state == "l"
        irq.pending_latch = state == "p"
        irqs.append(irq)
    enlist(vcpu, *irqs, overflow=True)
    vcpu.vgic_cpu.vgic_hcr.eoicount = eoicount
    return vcpu, irqs


@pytest.mark.parametrize(
    ("states", "eoicount", "after"),
    [
        ("aaa", 0, "aaa"),
        ("aaa", 1, "iaa"),
        ("aaa", 2, "iia"),
        ("papia", 1, "pipia"),
        ("papia", 2, "pipii"),
        ("pp", 1, "pp"),
        ("aa", 31, "ii"),
        ("", 3, ""),
    ],
)
def test_the_count_is_taken_off_the_first_active_entries(
    states: str, eoicount: int, after: str, on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, irqs = overflow_of(kernel, enlist, states, eoicount=eoicount)
        kernel.vgic_v3_fold_lr_state(vcpu)
        found = ["a" if irq.active else "p" if irq.pending_latch else "i" for irq in irqs]
        assert "".join(found) == after
        assert listed(vcpu, overflow=True) == [irq.intid for irq in irqs]

    on_vcpu0(body)


def test_the_walk_looks_no_further_than_the_count(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    looked: list[int] = []

    class Looking(Reference):
        def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
            looked.append(irq.intid)
            return super().vgic_target_oracle(irq)

    def body(kernel: Mechanism) -> None:
        vcpu, _ = overflow_of(kernel, enlist, "paaa", eoicount=1)
        kernel.vgic_v3_fold_lr_state(vcpu)

    on_vcpu0(body, kernel=Looking)
    assert looked == [60, 59]


@pytest.mark.parametrize("eoicount", [1, 2, 31])
def test_what_had_a_register_or_arrived_is_never_a_victim(
    eoicount: int, on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        loaded, arrival = (kvm.add_irq(intid, Config.EDGE, 0, 0) for intid in (32, 33))
        loaded.on_lr = True
        arrival.active = True
        vcpu, (victim,) = overflow_of(kernel, enlist, "a", eoicount=eoicount)
        enlist(vcpu, loaded, arrival)
        vcpu.vgic_cpu.vgic_lr[0] = ListRegister(32, active=True)
        vcpu.vgic_cpu.used_lrs = 1
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert [irq.active for irq in (loaded, arrival, victim)] == [True, True, False]

    on_vcpu0(body)


def test_a_victim_whose_level_is_still_up_is_pending_at_once(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, (irq,) = overflow_of(kernel, enlist, "l", eoicount=1)
        kernel.vgic_v3_fold_lr_state(vcpu)
        kernel.vgic_prune_ap_list(vcpu)
        assert (irq.active, irq.line_level, listed(vcpu)) == (False, True, [60])

    on_vcpu0(body)


def test_a_victim_triggered_again_keeps_its_edge(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, (irq,) = overflow_of(kernel, enlist, "a", eoicount=1)
        irq.pending_latch = True
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert (irq.active, irq.pending_latch) == (False, True)

    on_vcpu0(body)


def test_no_list_lock_is_taken(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu, _ = overflow_of(kernel, enlist, "apa", eoicount=2)
        kernel.vgic_v3_fold_lr_state(vcpu)

    execution = on_vcpu0(body)
    assert not any("lock ap_list_lock" in str(entry) for entry in execution.trace)


def test_a_guest_that_nests_deeper_than_its_registers_ends_the_right_ones(
    on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    """The whole way: three open handlers, one register, the innermost two ended outside it."""

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irqs = [kernel.kvm.add_irq(32 + n, Config.EDGE, 0x80 - 0x20 * n, 0) for n in range(3)]
        for irq in irqs:
            kernel.kvm_vgic_inject_irq(None, irq.intid, level=True)
            kernel.kvm_vgic_flush_hwstate(vcpu)
            assert vcpu.cpuif.acknowledge() == irq.intid
            kernel.kvm_vgic_sync_hwstate(vcpu)
        fourth = kernel.kvm.add_irq(40, Config.EDGE, 0xF8, 0)
        kernel.kvm_vgic_inject_irq(None, 40, level=True)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        vcpu.cpuif.end_of_interrupt(34)
        vcpu.cpuif.end_of_interrupt(33)
        assert vcpu.cpuif.hcr.eoicount == 2
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert [irq.active for irq in (*irqs, fourth)] == [True, False, False, False]
        assert fourth.pending_latch

    on_vcpu0(body, nr_lr=1)
