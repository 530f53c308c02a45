# SPDX-License-Identifier: GPL-2.0-only
"""Which LPI is an event mapped to, and what becomes of one whose event is mapped no more?"""

from collections.abc import Callable

import pytest

from harness import Execution
from harness.primitives.slab import life_of
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import LpiTable, references
from vgic.data.vcpu import Lpi

InKernel = Callable[..., Execution]
EVENT = FIRST_LPI
REFUSED = -22


def mapped(kernel: Mechanism, event: int = EVENT) -> Lpi:
    """Return the LPI of an event, which goes to vCPU 0."""
    irq = kernel.kvm.add_irq(event, EDGE, 0x80, 0)
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def test_an_event_is_mapped_to_a_new_lpi_with_its_configuration(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        mapped(kernel)
        table(kernel).property_of(EVENT + 1).value = 0x41
        assert kernel.vgic_its_cmd_handle_mapi(EVENT + 1, EVENT + 1, 1) == 0
        irq = table(kernel).events[EVENT + 1].irq
        assert (irq.intid, irq.priority, irq.enabled) == (EVENT + 1, 0x40, True)
        assert irq.target_vcpu is kernel.kvm.vcpus[1]
        assert references(irq).value == 1
        assert irq in kernel.kvm.irqs
        assert kernel.vgic_its_inject_msi(EVENT + 1) == 0
        assert irq.vcpu is kernel.kvm.vcpus[1]

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_an_event_that_is_mapped_stays_as_it_is(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        assert kernel.vgic_its_cmd_handle_mapi(EVENT, EVENT + 1, 1) == 0
        assert table(kernel).events[EVENT].irq is irq
        assert irq.target_vcpu is kernel.kvm.vcpus[0]

    in_kernel(body, nr_vcpus=2, irqs_off=False)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_lpi_is_mapped_by_one_event_where_that_is_looked_at(
    revision: str, call: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        found = kernel.vgic_its_cmd_handle_mapi(EVENT + 1, EVENT, 1)
        is_refused = revision in ("reference", "linux-7.3")
        assert found == (REFUSED if is_refused else 0)
        assert references(irq).value == (1 if is_refused else 2)
        assert irq.target_vcpu is kernel.kvm.vcpus[0]

    call(body, nr_vcpus=2, irqs_off=False, kernel=REVISIONS[revision].cls)


@pytest.mark.parametrize("revision", REVISIONS)
def test_one_that_lives_on_a_list_goes_where_it_is_mapped_to_anew(
    revision: str, call: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (old, new) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_discard(EVENT)
        assert kernel.vgic_its_cmd_handle_mapi(EVENT, EVENT, 1) == 0
        assert table(kernel).events[EVENT].irq is irq
        assert (irq.vcpu, references(irq).value) == (old, 2)
        expected = new if revision in ("reference", "linux-7.3") else old
        assert irq.target_vcpu is expected

    call(body, nr_vcpus=2, irqs_off=False, kernel=REVISIONS[revision].cls)


def test_a_collection_that_is_not_there_is_made_and_goes_nowhere(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        mapped(kernel)
        assert kernel.vgic_its_cmd_handle_mapi(EVENT + 1, EVENT + 1, 1) == 0
        irq = table(kernel).events[EVENT + 1].irq
        assert irq.target_vcpu is None
        assert table(kernel).collections[1].target is None
        assert kernel.vgic_its_inject_msi(EVENT + 1) == REFUSED
        assert kernel.vgic_its_cmd_handle_mapi(EVENT + 2, EVENT, 2) == REFUSED
        assert 2 not in table(kernel).collections, "that of a command that fails is not"

    in_kernel(body, irqs_off=False)


def test_a_device_that_is_mapped_no_more_has_no_events(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        first, other = mapped(kernel), mapped(kernel, EVENT + 4)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_mapd(0, valid=False)
        assert list(table(kernel).events) == [other.intid]
        assert (first.mapped, references(first).value, first.vcpu) == (
            *(False, 1),
            kernel.kvm.vcpus[0],
        )
        assert not table(kernel).translations.entries
        assert kernel.vgic_its_inject_msi(EVENT) == REFUSED
        assert kernel.vgic_its_cmd_handle_mapi(EVENT, EVENT, 0) == REFUSED
        kernel.vgic_its_cmd_handle_mapd(0, valid=False)
        kernel.vgic_its_cmd_handle_mapd(0, valid=True)
        assert kernel.vgic_its_cmd_handle_mapi(EVENT, EVENT, 0) == 0
        kernel.vgic_its_cmd_handle_mapd(0, valid=True)
        assert list(table(kernel).events) == [other.intid], "mapped again it begins anew"

    in_kernel(body, irqs_off=False)


def test_a_message_may_find_what_a_device_that_goes_had_mapped(in_kernel: InKernel) -> None:
    """Its events are gone before their translations are."""

    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_flush_pending_lpis(kernel.kvm.vcpus[0])
        kernel.its_free_ite(EVENT)
        assert kernel.vgic_its_inject_msi(EVENT) == 0
        assert (irq.pending_latch, irq.vcpu) == (True, kernel.kvm.vcpus[0])

    in_kernel(body, irqs_off=False)


def test_two_who_make_an_lpi_at_once_come_to_one(in_kernel: InKernel) -> None:
    """Two ITSes may; the table decides who was first."""

    def body(kernel: Mechanism) -> None:
        first = mapped(kernel)
        look_up = kernel.vgic_get_irq
        kernel.vgic_get_irq = lambda intid: None  # type: ignore[method-assign]  # it was not there yet
        assert kernel.vgic_add_lpi(EVENT, None) is first
        kernel.vgic_get_irq = look_up  # type: ignore[method-assign]  # as it was
        assert references(first).value == 2
        assert table(kernel).entries[EVENT] is first
        assert kernel.vgic_add_lpi(EVENT, None) is first
        assert references(first).value == 3

    in_kernel(body, irqs_off=False)


def test_one_that_waits_to_be_released_is_replaced(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        old = mapped(kernel)
        del table(kernel).events[EVENT]
        assert kernel.vgic_put_irq_norelease(old)
        made = kernel.vgic_add_lpi(EVENT, kernel.kvm.vcpus[0])
        assert made is not old
        assert life_of(old).freed is not None
        kernel.vgic_release_deleted_lpis()
        assert table(kernel).entries == {EVENT: made}
        assert kernel.kvm.irqs == [made]

    in_kernel(body, irqs_off=False)
