# SPDX-License-Identifier: GPL-2.0-only
"""Which interrupts get list registers on the way into the guest, and where do the others wait?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import Mechanism, Reference
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.kernel.summary import ApListSummary


def pending(kernel: Mechanism, intid: int, priority: int = 0x80, vcpu_id: int = 0) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, vcpu_id)
    irq.pending_latch = True
    return irq


def active(kernel: Mechanism, intid: int, priority: int = 0x80) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, 0)
    irq.active = True
    return irq


def disabled(kernel: Mechanism, intid: int, priority: int = 0x80) -> VgicIrq:
    irq = pending(kernel, intid, priority)
    irq.enabled = False
    return irq


def flush(kernel: Mechanism) -> Vcpu:
    vcpu = kernel.kvm.vcpus[0]
    with vcpu.vgic_cpu.ap_list_lock:
        kernel.vgic_flush_lr_state(vcpu)
    return vcpu


def in_lrs(vcpu: Vcpu) -> list[int]:
    return [lr.intid for lr in vcpu.vgic_cpu.vgic_lr[: vcpu.vgic_cpu.used_lrs]]


def lists(vcpu: Vcpu) -> tuple[list[int], list[int]]:
    """Return the AP-list and the overflow list; both have to be well formed rings."""
    heads = (vcpu.vgic_cpu.ap_list_head, vcpu.vgic_cpu.overflow_ap_list_head)
    first, second = ([irq.intid for irq in head.verify()] for head in heads)
    return first, second


def test_the_summary_counts_what_can_be_delivered_here(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        both = active(kernel, 33)
        both.pending_latch = True
        enlist(
            vcpu, pending(kernel, 32), both, active(kernel, 34), disabled(kernel, 35),
            pending(kernel, 36, vcpu_id=1), pending(kernel, 37),
        )  # fmt: skip
        with vcpu.vgic_cpu.ap_list_lock:
            summary = kernel.summarize_ap_list(vcpu)
        assert (summary.nr_pend, summary.nr_act, summary.nr_lr) == (2, 2, 3)

    in_kernel(body, nr_lr=3, nr_vcpus=2)


@pytest.mark.parametrize("bug", ["", "disabled_group_counts"])
@pytest.mark.parametrize("enabled", [False, True])
def test_what_is_in_a_disabled_group_brings_nobody_back_but_for_the_bug(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], bug: str, enabled: bool
) -> None:
    """It still counts for what stays outside, and so for the sort."""

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.cpuif.vmcr.group_enabled = (enabled, True)
        irqs = [pending(kernel, intid) for intid in (32, 33)]
        irqs[1].group = 0
        enlist(vcpu, *irqs)
        flush(kernel)
        hcr = vcpu.vgic_cpu.vgic_hcr
        assert (hcr.npie, hcr.uie) == (bool(bug) or enabled, True)

    in_kernel(body, nr_lr=1, kernel=compose(Reference, [bug] if bug else []))


def test_nothing_on_the_list_uses_no_register_and_leaves_no_overflow(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = flush(kernel)
        assert vcpu.vgic_cpu.used_lrs == 0
        assert lists(vcpu) == ([], [])

    in_kernel(body)


def test_nothing_injected_leaves_the_list_as_it_is_and_no_overflow(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], *(disabled(kernel, intid) for intid in (32, 33, 34)))
        vcpu = flush(kernel)
        assert vcpu.vgic_cpu.used_lrs == 0
        assert lists(vcpu) == ([32, 33, 34], [])

    in_kernel(body, nr_lr=2)


@pytest.mark.parametrize("nr_lr", [3, 4])
def test_everything_injected_leaves_no_overflow(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], nr_lr: int
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], *(pending(kernel, intid) for intid in (32, 33, 34)))
        vcpu = flush(kernel)
        assert in_lrs(vcpu) == [32, 33, 34]
        assert lists(vcpu) == ([32, 33, 34], [])

    in_kernel(body, nr_lr=nr_lr)


@pytest.mark.parametrize("nr_lr", [1, 2, 3])
def test_the_rest_goes_to_the_overflow_best_first(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None], nr_lr: int
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(
            kernel.kvm.vcpus[0], active(kernel, 32, 0x00), pending(kernel, 33, 0xC0),
            pending(kernel, 34, 0x40), pending(kernel, 35, 0x80),
        )  # fmt: skip
        vcpu = flush(kernel)
        order = [34, 35, 33, 32]
        assert in_lrs(vcpu) == order[:nr_lr]
        assert lists(vcpu) == (order[:nr_lr], order[nr_lr:])
        assert [irq.intid for irq in kernel.kvm.irqs if irq.on_lr] == sorted(order[:nr_lr])

    in_kernel(body, nr_lr=nr_lr)


def test_the_overflow_says_its_vcpu_still(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], *(pending(kernel, intid) for intid in (32, 33, 34)))
        vcpu = flush(kernel)
        assert all(irq.vcpu is vcpu for irq in kernel.kvm.irqs)

    in_kernel(body, nr_lr=1)


def test_the_order_of_arrival_stands_where_everything_fits(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(kernel.kvm.vcpus[0], pending(kernel, 32, 0xC0), pending(kernel, 33, 0x40))
        assert in_lrs(flush(kernel)) == [32, 33]

    in_kernel(body, nr_lr=2)


def test_the_undeliverable_between_others_takes_no_register(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        enlist(
            kernel.kvm.vcpus[0], pending(kernel, 32), disabled(kernel, 33), pending(kernel, 34),
            disabled(kernel, 35),
        )  # fmt: skip
        vcpu = flush(kernel)
        assert in_lrs(vcpu) == [32, 34]
        assert lists(vcpu) == ([32, 33, 34], [35])

    in_kernel(body, nr_lr=2, kernel=compose(Reference, ["unsorted_overflow"]))


def test_registers_not_used_are_cleared(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        for lr in vcpu.vgic_cpu.vgic_lr:
            lr.intid, lr.pending, lr.eoi = 99, True, True
        enlist(vcpu, pending(kernel, 32))
        flush(kernel)
        assert vcpu.vgic_cpu.used_lrs == 1
        for lr in vcpu.vgic_cpu.vgic_lr[1:]:
            assert (lr.pending, lr.active, lr.eoi) == (False, False, False)

    in_kernel(body, nr_lr=3)


def test_the_hardware_gets_what_was_prepared(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(pending(kernel, intid) for intid in (32, 33, 34)))
        kernel.kvm_vgic_flush_hwstate(vcpu)
        assert [str(lr) for lr in vcpu.cpuif.lrs] == ["32:P", "33:P"]
        assert vcpu.cpuif.hcr.uie
        assert vcpu.vgic_cpu.ap_list_lock.owner is None

    in_kernel(body, nr_lr=2)


def test_flushing_without_the_list_lock_is_a_failure(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda kernel: kernel.vgic_flush_lr_state(kernel.kvm.vcpus[0]))
    assert failure.kind == "lock not held"


# Does flush load the best that fits and put aside exactly the rest?
#
# Section 6 of the semantics: summary, sort only where something stays outside, populate, the three
# cases of the split, and (section 9) which maintenance conditions are enabled.


OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]


def add(
    kernel: Mechanism,
    intid: int,
    state: str = "P",
    priority: int = 0x80,
    config: Config = Config.EDGE,
) -> VgicIrq:
    """An interrupt of vCPU 0; its state in letters: P, A, D disabled, X routed elsewhere."""
    irq = kernel.kvm.add_irq(intid, config, priority, 0)
    irq.pending_latch = "P" in state and config is Config.EDGE
    irq.line_level = "P" in state and config is Config.LEVEL
    irq.active = "A" in state
    irq.enabled = "D" not in state
    if "X" in state:
        irq.target_vcpu = kernel.kvm.vcpus[1]
    return irq


def registers(vcpu: Vcpu) -> list[str]:
    return [str(lr) for lr in vcpu.vgic_cpu.vgic_lr]


def shape(listed: Listed, vcpu: Vcpu) -> tuple[list[int], list[int]]:
    return listed(vcpu), listed(vcpu, overflow=True)


def test_the_summary_counts_an_active_pending_one_as_active_and_the_undeliverable_as_nothing(
    on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        states = ["P", "P", "A", "PA", "AD", "PD", "PX", ""]
        enlist(vcpu, *(add(kernel, 32 + n, state) for n, state in enumerate(states)))
        with vcpu.vgic_cpu.ap_list_lock:
            summary = kernel.summarize_ap_list(vcpu)
        assert summary == ApListSummary(nr_pend=2, nr_act=3, nr_lr=3)

    on_vcpu0(body, nr_lr=3)


@pytest.mark.parametrize(
    ("pend", "act", "outside", "pending_outside", "active_outside"),
    [
        (0, 0, False, False, False),
        (2, 0, False, False, False),
        (1, 1, False, False, False),
        (0, 2, False, False, False),
        (3, 0, True, True, False),
        (2, 1, True, False, True),
        (0, 3, True, False, True),
        (3, 1, True, True, True),
    ],
)
def test_what_stays_outside_two_registers_and_the_conditions_it_enables(
    pend: int,
    act: int,
    outside: bool,
    pending_outside: bool,
    active_outside: bool,
    on_vcpu0: OnVcpu0,
    enlist: Enlist,
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(add(kernel, 32 + n, "P") for n in range(pend)))
        enlist(vcpu, *(add(kernel, 40 + n, "A") for n in range(act)))
        vcpu.vgic_cpu.vgic_hcr.eoicount = 7
        hcr = flush(kernel).vgic_cpu.vgic_hcr
        assert (hcr.uie, hcr.npie, hcr.lrenpie) == (outside, pending_outside, active_outside)
        assert hcr.eoicount == 0

    on_vcpu0(body, nr_lr=2)


@pytest.mark.parametrize("groups", [(a, b) for a in (False, True) for b in (False, True)])
def test_each_group_is_to_tell_when_it_changes(
    groups: tuple[bool, bool], on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.vmcr.group_enabled = groups
        hcr = flush(kernel).vgic_cpu.vgic_hcr
        assert hcr.grp_disabled_ie == groups
        assert hcr.grp_enabled_ie == (not groups[0], not groups[1])

    on_vcpu0(body)


@pytest.mark.parametrize(
    ("config", "state", "register", "latch", "line"),
    [
        (Config.EDGE, "P", "32:P", False, False),
        (Config.EDGE, "PA", "32:PA", False, False),
        (Config.EDGE, "A", "32:A", False, False),
        (Config.LEVEL, "P", "32:P", False, True),
        (Config.LEVEL, "PA", "32:A", False, True),
        (Config.LEVEL, "A", "32:A", False, False),
    ],
)
def test_an_edges_latch_moves_into_its_register_and_a_level_keeps_its_line(
    config: Config,
    state: str,
    register: str,
    latch: bool,
    line: bool,
    on_vcpu0: OnVcpu0,
    enlist: Enlist,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add(kernel, 32, state, 0x48, config)
        irq.group = 0
        enlist(kernel.kvm.vcpus[0], irq)
        vcpu = flush(kernel)
        lr = vcpu.vgic_cpu.vgic_lr[0]
        assert (str(lr), lr.priority, lr.group) == (register, 0x48, 0)
        assert lr.eoi is (config is Config.LEVEL)
        assert (irq.pending_latch, irq.line_level) == (latch, line)
        assert irq.on_lr
        assert vcpu.vgic_cpu.used_lrs == 1

    on_vcpu0(body)


def test_a_level_pended_by_software_keeps_its_latch(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add(kernel, 32, "", config=Config.LEVEL)
        irq.pending_latch = True
        enlist(kernel.kvm.vcpus[0], irq)
        assert registers(flush(kernel))[0] == "32:P"
        assert irq.pending_latch

    on_vcpu0(body)


class RaisesLate(Reference):
    """What was not deliverable is so as soon as it has been summed up."""

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        summary = super().summarize_ap_list(vcpu)
        for irq in vcpu.vgic_cpu.ap_list_head.entries():
            irq.enabled = True
        return summary


@pytest.mark.parametrize(("bugs", "outside"), [([], [35, 34]), (["unsorted_overflow"], [34, 35])])
def test_an_overflow_that_the_summary_did_not_foresee_is_sorted(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed, bugs: list[str], outside: list[int]
) -> None:
    """The outer handler's came first: EOIcount would be accounted to it, for the inner one's."""

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        late = [add(kernel, 32, "PD"), add(kernel, 33, "PD")]
        enlist(vcpu, *late, add(kernel, 34, "A", 0xC0), add(kernel, 35, "A", 0x40))
        flush(kernel)
        assert shape(listed, vcpu) == ([32, 33], outside)
        assert vcpu.vgic_cpu.vgic_hcr.lrenpie

    on_vcpu0(body, nr_lr=2, kernel=compose(RaisesLate, bugs))


@pytest.mark.parametrize(("length", "is_sorted"), [(2, False), (3, True)])
def test_a_list_is_sorted_if_it_is_longer_than_there_are_registers(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed, length: int, is_sorted: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        ids = range(32, 32 + length)
        enlist(vcpu, *(add(kernel, 32 + n, "PX", 0x80 - 8 * n) for n in range(length)))
        flush(kernel)
        assert listed(vcpu) == (sorted(ids, reverse=True) if is_sorted else list(ids))

    on_vcpu0(body, nr_lr=2)


def test_case_1_nothing_went_in_and_the_list_stays_as_it_is(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, add(kernel, 32, "PX"), add(kernel, 33, "PD"))
        flush(kernel)
        assert shape(listed, vcpu) == ([32, 33], [])
        assert vcpu.vgic_cpu.used_lrs == 0

    on_vcpu0(body, nr_lr=1)


def test_case_2_the_last_on_the_list_went_in_and_there_is_no_overflow(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, add(kernel, 32), add(kernel, 33))
        flush(kernel)
        assert shape(listed, vcpu) == ([32, 33], [])
        assert vcpu.vgic_cpu.used_lrs == 2

    on_vcpu0(body, nr_lr=2)


def test_case_3_what_comes_after_the_last_that_went_in_is_put_aside_in_order(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irqs = [
            add(kernel, 32 + n, state, priority)
            for n, (state, priority) in enumerate(
                [("A", 0x00), ("P", 0x80), ("A", 0x10), ("P", 0x40), ("P", 0xF8), ("PX", 0x00)]
            )
        ]
        enlist(vcpu, *irqs)
        flush(kernel)
        assert registers(vcpu) == ["35:P", "33:P"]
        assert shape(listed, vcpu) == ([35, 33], [36, 32, 34, 37])
        assert [irq.vcpu for irq in irqs] == [vcpu] * len(irqs)
        assert [irq.intid for irq in irqs if irq.on_lr] == [33, 35]

    on_vcpu0(body, nr_lr=2)


def test_case_3_with_the_undeliverable_at_the_tail_though_all_fits(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, add(kernel, 32), add(kernel, 33, "PD"))
        flush(kernel)
        assert shape(listed, vcpu) == ([32], [33])
        assert not vcpu.vgic_cpu.vgic_hcr.uie

    on_vcpu0(body, nr_lr=2)


@pytest.mark.parametrize(("bugs", "comes_back"), [([], True), (["stale_summary"], False)])
def test_what_comes_back_between_summary_and_walk_makes_the_vcpu_come_back(
    bugs: list[str], comes_back: bool, on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    class RoutedBack(compose(Reference, bugs)):  # type: ignore[misc]
        def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
            summary: ApListSummary = super().summarize_ap_list(vcpu)
            for irq in self.kvm.irqs:
                irq.target_vcpu = vcpu
            return summary

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, add(kernel, 32, "PX"), add(kernel, 33, "A"))
        flush(kernel)
        assert shape(listed, vcpu) == ([32], [33])
        hcr = vcpu.vgic_cpu.vgic_hcr
        assert (hcr.uie, hcr.lrenpie, hcr.npie) == (comes_back, comes_back, False)

    on_vcpu0(body, nr_lr=1, kernel=RoutedBack)


@pytest.mark.parametrize(("nr_lr", "order"), [(3, [32, 33, 34]), (2, [34, 33])])
def test_it_sorts_only_where_something_has_to_stay_outside(
    nr_lr: int, order: list[int], on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(add(kernel, 32 + n, "P", 0x80 - 8 * n) for n in range(3)))
        flush(kernel)
        assert listed(vcpu) == order

    on_vcpu0(body, nr_lr=nr_lr)


def test_registers_beyond_the_used_ones_are_cleared(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.vgic_cpu.vgic_lr = [
            ListRegister(99, pending=True, active=True, eoi=True, priority=8) for _ in range(3)
        ]
        enlist(vcpu, add(kernel, 32))
        flush(kernel)
        assert registers(vcpu) == ["32:P", "0:invalid", "0:invalid"]
        assert not any(lr.eoi or lr.priority or lr.group for lr in vcpu.vgic_cpu.vgic_lr[1:])

    on_vcpu0(body, nr_lr=3)
