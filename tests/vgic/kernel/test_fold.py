# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a list register's state when the guest is left?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import BUGS, Mechanism, Reference
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister


def loaded(kernel: Mechanism, config: Config) -> VgicIrq:
    """Return an interrupt that is in a list register."""
    irq = kernel.kvm.add_irq(32, config, 0x40, 0)
    irq.vcpu = kernel.kvm.vcpus[0]
    irq.on_lr = True
    return irq


def fold(
    kernel: Mechanism, *, pending: bool = False, active: bool = False, intid: int = 32
) -> None:
    lr = ListRegister(intid, pending=pending, active=active, priority=0x40)
    kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], lr)


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("was", [False, True])
@pytest.mark.parametrize("active", [False, True])
def test_the_active_state_is_what_the_register_says(
    in_kernel: Callable[..., Execution], config: Config, was: bool, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, config)
        irq.active = was
        fold(kernel, active=active)
        assert irq.active is active
        assert not irq.on_lr
        assert irq.irq_lock.owner is None

    in_kernel(body)


@pytest.mark.parametrize("active", [False, True])
def test_an_edge_not_acknowledged_is_pulled_back(
    in_kernel: Callable[..., Execution], active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, pending=True, active=active)
        assert irq.pending_latch
        assert irq.active is active

    in_kernel(body)


def test_an_edge_that_was_acknowledged_leaves_nothing_behind(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, active=True)
        assert not irq.pending_latch

    in_kernel(body)


@pytest.mark.parametrize("active", [False, True])
def test_an_edge_sent_again_meanwhile_stays_pending(
    in_kernel: Callable[..., Execution], active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        irq.pending_latch = True
        fold(kernel, active=active)
        assert irq.pending_latch

    in_kernel(body)


@pytest.mark.parametrize(
    ("pending", "active", "latch"),
    [(False, False, False), (True, False, True), (False, True, True)],
)
def test_a_levels_software_latch_goes_when_the_guest_is_through_with_it(
    in_kernel: Callable[..., Execution], pending: bool, active: bool, latch: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.LEVEL)
        irq.pending_latch = True
        fold(kernel, pending=pending, active=active)
        assert irq.pending_latch is latch

    in_kernel(body)


@pytest.mark.parametrize("line", [False, True])
def test_a_pending_level_in_a_register_sets_no_latch_and_moves_no_line(
    in_kernel: Callable[..., Execution], line: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.LEVEL)
        irq.line_level = line
        fold(kernel, pending=True)
        assert not irq.pending_latch
        assert irq.line_level is line

    in_kernel(body)


def test_a_register_of_an_unknown_interrupt_is_dropped(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, intid=77, pending=True, active=True)
        assert (irq.active, irq.pending_latch, irq.on_lr) == (False, False, True)

    in_kernel(body)


def test_a_private_interrupt_is_folded_into_this_vcpus_own(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        own, other = (kernel.kvm.add_irq(20, Config.EDGE, 0x40, number) for number in (0, 1))
        fold(kernel, intid=20, active=True)
        assert own.active
        assert not other.active

    in_kernel(body, nr_vcpus=2)


def test_every_used_register_is_folded_and_none_beyond(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irqs = [kernel.kvm.add_irq(intid, Config.EDGE, 0x40, 0) for intid in (32, 33, 34)]
        vcpu.vgic_cpu.vgic_lr[:] = [ListRegister(irq.intid, active=True) for irq in irqs]
        vcpu.vgic_cpu.used_lrs = 2
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert [irq.active for irq in irqs] == [True, True, False]
        assert vcpu.vgic_cpu.used_lrs == 0

    in_kernel(body, nr_lr=3)


def test_the_canary_drops_the_edge_instead(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, Config.EDGE)
        fold(kernel, pending=True)
        assert not irq.pending_latch

    in_kernel(body, kernel=BUGS["canary"].cls)


# Does each interrupt get back what happened to it in the guest, in a register or outside?
#
# Sections 7.2 and 7.4 of the semantics. EOIcount carries no INTID: its victims are the first active
# entries of the overflow list, and nobody else is.


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


@pytest.mark.parametrize("state", ["", "P", "A"])
@pytest.mark.parametrize("bug", ["", "soft_pend_lost"])
def test_a_level_that_was_pended_since_it_was_loaded_is_still_to_come(
    on_vcpu0: OnVcpu0, state: str, bug: str
) -> None:
    """Only the end of one, an empty register, could be taken for an answer to it."""

    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, Config.LEVEL, 0x80, 0)
        irq.on_lr = irq.pending_latch = irq.pended_since_load = True
        lr = ListRegister(32, pending=state == "P", active=state == "A")
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], lr)
        assert irq.pending_latch is (not bug or state != "")

    on_vcpu0(body, kernel=compose(Reference, [bug] if bug else []))


def test_a_level_that_is_ended_outside_the_registers_keeps_what_was_pended_meanwhile(
    on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        first, second = (kernel.kvm.add_irq(intid, Config.LEVEL, 0x80, 0) for intid in (32, 33))
        for irq in (first, second):
            irq.active = irq.pending_latch = True
        second.pended_since_load = True
        enlist(vcpu, first, second)
        assert kernel.account_eoi(vcpu, first)
        assert kernel.account_eoi(vcpu, second)
        assert [irq.pending_latch for irq in (first, second)] == [False, True]

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
