# SPDX-License-Identifier: GPL-2.0-only
"""In which order do interrupts compete for list registers?

Deliverable here before not, enabled group before disabled, pending before active, then by
priority; equals keep the order in which they came.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import Execution, Failure
from harness.engine.trace import entry_text
from vgic import REVISIONS, Mechanism, Reference
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq


@dataclass(frozen=True)
class Kind:
    """What an interrupt is like; deliverable on vCPU 0 unless said otherwise."""

    priority: int = 0x80
    pending: bool = True
    active: bool = False
    elsewhere: bool = False
    group: int = 1


BEST = Kind()


def make(kernel: Mechanism, intid: int, kind: Kind) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, kind.priority, int(kind.elsewhere))
    irq.pending_latch, irq.active, irq.group = kind.pending, kind.active, kind.group
    irq.vcpu = kernel.kvm.vcpus[0]
    return irq


def compare_kinds(kernel: Mechanism, first: Kind, second: Kind) -> int:
    vcpu = kernel.kvm.vcpus[0]
    vcpu.cpuif.vmcr.group_enabled = (False, True)
    with vcpu.vgic_cpu.ap_list_lock:
        return kernel.vgic_irq_cmp(vcpu, make(kernel, 32, first), make(kernel, 33, second))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Kind(0xF8, active=True, pending=False), Kind(0x00, elsewhere=True)),
        (Kind(0xF8, group=0), Kind(0x00, elsewhere=True)),
        (Kind(0xF8, active=True, pending=False), Kind(0x00, group=0)),
        (Kind(0xF8), Kind(0x00, active=True, pending=False)),
        (Kind(0xF8), Kind(0x00, active=True, pending=True)),
        (Kind(0x78), Kind(0x80)),
        (Kind(0x78, active=True, pending=False), Kind(0x80, active=True, pending=False)),
        (Kind(0x78, active=True, pending=True), Kind(0x80, active=True, pending=False)),
    ],
)
def test_each_key_weighs_more_than_all_that_follow(
    in_kernel: Callable[..., Execution], better: Kind, worse: Kind
) -> None:
    def forward(kernel: Mechanism) -> None:
        assert compare_kinds(kernel, better, worse) < 0

    def backward(kernel: Mechanism) -> None:
        assert compare_kinds(kernel, worse, better) > 0

    in_kernel(forward, nr_vcpus=2)
    in_kernel(backward, nr_vcpus=2)


INNER, OUTER = Kind(0x88, active=True, pending=False), Kind(0x80, active=True, group=0)


@pytest.mark.parametrize("kernel", [Reference, compose(Reference, ["whole_priorities"])])
@pytest.mark.parametrize(("bpr", "nests"), [((2, 3), False), ((2, 4), True)])
def test_active_ones_go_by_what_their_handlers_nest_by(
    in_kernel: Callable[..., Execution],
    kernel: type[Mechanism],
    bpr: tuple[int, int],
    nests: bool,
) -> None:
    """With four bits of group 1 that count, its 0x88 is 0x80 to handlers, and 0x88 as a whole."""

    def body(built: Mechanism) -> None:
        vmcr = built.kvm.vcpus[0].cpuif.vmcr
        vmcr.group_enabled = (True, True)
        vmcr.set_binary_points(bpr, common=False)
        outer, inner = make(built, 32, OUTER), make(built, 33, INNER)
        with built.kvm.vcpus[0].vgic_cpu.ap_list_lock:
            order = built.vgic_irq_cmp(built.kvm.vcpus[0], outer, inner)
        assert order == (0 if nests and kernel is Reference else -1)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("active", [False, True])
def test_pending_ones_go_by_their_whole_priorities_whatever_nests(
    in_kernel: Callable[..., Execution], active: bool
) -> None:
    """A list register takes the more urgent of two that do not interrupt each other's handlers."""

    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.vmcr.set_binary_points((2, 5), common=False)
        kinds = [Kind(priority, active=active) for priority in (0x80, 0x88)]
        assert compare_kinds(kernel, *kinds) == (0 if active else -1)

    in_kernel(body)


@pytest.mark.parametrize("kind", [BEST, Kind(active=True), Kind(elsewhere=True), Kind(group=0)])
def test_equals_keep_their_order(in_kernel: Callable[..., Execution], kind: Kind) -> None:
    def body(kernel: Mechanism) -> None:
        assert compare_kinds(kernel, kind, kind) == 0

    in_kernel(body, nr_vcpus=2)


def test_an_interrupt_compared_with_itself_is_equal_and_takes_its_lock_at_most_once(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = make(kernel, 32, BEST)
        with kernel.kvm.vcpus[0].vgic_cpu.ap_list_lock:
            assert kernel.vgic_irq_cmp(kernel.kvm.vcpus[0], irq, irq) == 0

    in_kernel(body)


def test_comparing_a_pair_both_ways_round_is_no_lock_order_failure(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        a, b = make(kernel, 32, Kind(0x40)), make(kernel, 33, Kind(0x80))
        with vcpu.vgic_cpu.ap_list_lock:
            assert kernel.vgic_irq_cmp(vcpu, a, b) == -kernel.vgic_irq_cmp(vcpu, b, a) != 0
        assert a.irq_lock.owner is None
        assert b.irq_lock.owner is None

    in_kernel(body)


def test_the_list_is_sorted_in_place_and_stays_whole(
    in_kernel: Callable[..., Execution], enlist: Callable[..., None]
) -> None:
    kinds = {
        32: Kind(0x40, active=True, pending=False),
        33: Kind(0x80),
        34: Kind(0x00, elsewhere=True),
        35: Kind(0x80),
        36: Kind(0x10),
    }

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(make(kernel, intid, kind) for intid, kind in kinds.items()))
        with vcpu.vgic_cpu.ap_list_lock:
            kernel.vgic_sort_ap_list(vcpu)
            order = [irq.intid for irq in vcpu.vgic_cpu.ap_list_head.verify()]
        assert order == [36, 33, 35, 32, 34]

    in_kernel(body, nr_vcpus=2)


def test_sorting_without_the_list_lock_is_a_failure(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda kernel: kernel.vgic_sort_ap_list(kernel.kvm.vcpus[0]))
    assert failure.kind == "lock not held"
    assert failure.lock_classes == ("ap_list_lock",)


# Do interrupts compete for list registers in the order the November 2025 series gave them?
#
# Section 4.1 of the semantics, the row of v1 23/33: deliverable here, group enabled, pending and
# not active, then priority; ties keep the order of arrival.


OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]


def sort(kernel: Mechanism) -> None:
    vcpu = kernel.kvm.vcpus[0]
    with vcpu.vgic_cpu.ap_list_lock:
        kernel.vgic_sort_ap_list(vcpu)


def compare(kernel: Mechanism, a: VgicIrq, b: VgicIrq) -> int:
    vcpu = kernel.kvm.vcpus[0]
    with vcpu.vgic_cpu.ap_list_lock:
        return kernel.vgic_irq_cmp(vcpu, a, b)


def add(kernel: Mechanism, intid: int, kind: str, priority: int) -> VgicIrq:
    """One interrupt of a kind; the kinds below are in the order in which they are to come out."""
    irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, 0)
    irq.pending_latch = "pending" in kind
    irq.active = "active" in kind
    irq.group = 0 if "masked" in kind else 1
    irq.enabled = "disabled" not in kind
    if "elsewhere" in kind:
        irq.target_vcpu = kernel.kvm.vcpus[1]
    return irq


KINDS = ["pending", "active", "masked pending", "masked active", "pending elsewhere"]
EQUALLY_ACTIVE = ["active", "pending active", "active disabled"]


def mask_group_0(kernel: Mechanism) -> None:
    kernel.kvm.vcpus[0].cpuif.vmcr.group_enabled = (False, True)


@pytest.mark.parametrize(("first", "second"), list(pairwise(KINDS)))
def test_each_key_decides_before_any_priority(first: str, second: str, on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        mask_group_0(kernel)
        a, b = add(kernel, 32, first, 0xF8), add(kernel, 33, second, 0x00)
        assert compare(kernel, a, b) < 0 < compare(kernel, b, a)

    on_vcpu0(body)


@pytest.mark.parametrize("kind", KINDS)
def test_within_a_kind_the_lower_priority_value_goes_first(kind: str, on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        mask_group_0(kernel)
        a, b = add(kernel, 32, kind, 0x08), add(kernel, 33, kind, 0x10)
        assert compare(kernel, a, b) < 0 < compare(kernel, b, a)

    on_vcpu0(body)


@pytest.mark.parametrize("kind", EQUALLY_ACTIVE)
@pytest.mark.parametrize("other", EQUALLY_ACTIVE)
def test_active_ones_are_equal_whether_pending_or_enabled_or_not(
    kind: str, other: str, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        assert compare(kernel, add(kernel, 32, kind, 8), add(kernel, 33, other, 8)) == 0

    on_vcpu0(body)


@pytest.mark.parametrize("kind", ["", "pending disabled"])
def test_what_is_to_be_delivered_nowhere_is_as_far_back_as_what_is_elsewhere(
    kind: str, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        idle, active = add(kernel, 32, kind, 0), add(kernel, 33, "masked active", 0xF8)
        mask_group_0(kernel)
        assert compare(kernel, active, idle) < 0

    on_vcpu0(body)


def test_compared_with_itself_it_is_equal_and_takes_no_lock(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add(kernel, 32, "pending", 0x80)
        assert compare(kernel, irq, irq) == 0

    execution = on_vcpu0(body)
    assert not any(entry_text(each).startswith("lock irq_lock") for each in execution.trace)


def test_a_comparison_takes_both_irq_locks_in_order_and_drops_them(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        compare(kernel, add(kernel, 33, "pending", 8), add(kernel, 32, "pending", 8))
        assert not kernel.scheduler.current.held

    locks = [entry_text(each) for each in on_vcpu0(body).trace]
    assert [each for each in locks if each.startswith("lock irq")] == [
        "lock irq_lock[spi 33]",
        "lock irq_lock[spi 32]",
    ]


@pytest.fixture
def sorted_by_kernel(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed
) -> Callable[[list[tuple[str, int]]], list[int]]:
    """Sort a list of (kind, priority) and tell where each entry went."""

    def run(entries: list[tuple[str, int]]) -> list[int]:
        order: list[int] = []

        def body(kernel: Mechanism) -> None:
            mask_group_0(kernel)
            irqs = [
                add(kernel, 32 + index, kind, priority)
                for index, (kind, priority) in enumerate(entries)
            ]
            enlist(kernel.kvm.vcpus[0], *irqs)
            sort(kernel)
            order.extend(intid - 32 for intid in listed(kernel.kvm.vcpus[0]))

        on_vcpu0(body)
        return order

    return run


ENTRIES = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([0, 8, 16])), max_size=8)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(entries=ENTRIES)
def test_the_whole_list_comes_out_sorted_and_stable(
    entries: list[tuple[str, int]],
    sorted_by_kernel: Callable[[list[tuple[str, int]]], list[int]],
) -> None:
    expected = sorted(
        range(len(entries)), key=lambda index: (KINDS.index(entries[index][0]), entries[index][1])
    )
    assert sorted_by_kernel(entries) == expected


# What of a key that changes in the middle of the sort?
#
# 32 is pending and in front of 33, which is handled inside of 34. Somebody disables 32 before the
# n-th time that a key is read, for each n.


class Disables(Reference):
    """Another vCPU disables 32 before a key is read; it is told how many are left until then."""

    left = 0

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        self.left -= 1
        if not self.left:
            self.kvm.dist.spis[32].enabled = False
        return super().sort_key(vcpu, irq)


@pytest.fixture
def orders(on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed) -> Callable[..., set[bool]]:
    """Tell whether the handlers' interrupts come out as they nest, wherever the key changes."""

    def run(cls: type[Mechanism]) -> set[bool]:
        found = set()

        def body(kernel: Disables, left: int) -> None:
            kernel.left = left
            irqs = [
                add(kernel, 32, "pending", 0x10), add(kernel, 33, "active", 0x40),
                add(kernel, 34, "active", 0xC0), add(kernel, 35, "pending", 0x20),
            ]  # fmt: skip
            enlist(kernel.kvm.vcpus[0], *irqs)
            sort(kernel)
            order = listed(kernel.kvm.vcpus[0])
            found.add(order.index(33) < order.index(34))

        for left in range(1, 16):
            on_vcpu0(partial(body, left=left), kernel=cls)
        return found

    return run


def test_what_changes_while_a_list_is_sorted_leaves_the_handlers_in_order(
    orders: Callable[..., set[bool]],
) -> None:
    assert orders(Disables) == {True}


def test_it_does_not_where_each_comparison_reads_the_keys_again(
    orders: Callable[..., set[bool]],
) -> None:
    assert orders(compose(Disables, ["keys_change_in_sort"])) == {True, False}


def test_a_key_is_read_once_in_a_sort(on_vcpu0: OnVcpu0, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(add(kernel, 40 - n, "pending", 8 * n) for n in range(5)))
        sort(kernel)
        assert not vcpu.vgic_cpu.sort_keys

    locks = [entry_text(each) for each in on_vcpu0(body).trace]
    assert [each for each in locks if each.startswith("lock irq")] == [
        f"lock irq_lock[spi {40 - n}]" for n in range(5)
    ]


class TheOtherWayRound(Mechanism):
    """The comparator is another one."""

    def vgic_irq_cmp(self, vcpu: Vcpu, a: VgicIrq, b: VgicIrq) -> int:
        return -super().vgic_irq_cmp(vcpu, a, b)


class LeastUrgentFirst(Mechanism):
    """The key is another one."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        return (-irq.priority,)


@pytest.mark.parametrize("patch", [TheOtherWayRound, LeastUrgentFirst])
@pytest.mark.parametrize("revision", ["reference", "linux-7.3"])
def test_a_patch_of_the_comparator_or_of_the_key_alone_changes_the_order(
    on_vcpu0: OnVcpu0, enlist: Enlist, listed: Listed, patch: type[Mechanism], revision: str
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        enlist(vcpu, *(add(kernel, 32 + n, "pending", 8 * n) for n in range(3)))
        sort(kernel)
        assert listed(vcpu) == [34, 33, 32]

    on_vcpu0(body, kernel=type("Patched", (patch, REVISIONS[revision].cls), {}))
