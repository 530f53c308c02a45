# SPDX-License-Identifier: GPL-2.0-only
"""Do interrupts compete for list registers in the order the November 2025 series gave them?

Section 4.1 of the semantics, the row of v1 23/33: deliverable here, group enabled, pending and
not active, then priority; ties keep the order of arrival.
"""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import Execution
from harness.engine.trace import entry_text
from vgic import Mechanism
from vgic.data.intids import Config
from vgic.data.vcpu import VgicIrq

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
