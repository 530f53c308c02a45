# SPDX-License-Identifier: GPL-2.0-only
"""How is an LPI configured, pended and cleared by the commands of an ITS?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import LpiTable
from vgic.data.vcpu import Lpi

InKernel = Callable[..., Execution]
EVENT = FIRST_LPI
REFUSED = -22


def mapped(kernel: Mechanism, event: int = EVENT, vcpu: int = 0) -> Lpi:
    """Return the LPI of an event, which goes to a vCPU."""
    irq = kernel.kvm.add_irq(event, EDGE, 0x80, vcpu)
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def test_what_a_guest_writes_counts_when_it_is_read(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        table(kernel).property_of(EVENT).write(0x20)
        assert (irq.priority, irq.enabled) == (0x80, True)
        assert kernel.vgic_its_cmd_handle_inv(EVENT) == 0
        assert (irq.priority, irq.enabled) == (0x20, False)
        assert kernel.vgic_its_cmd_handle_inv(EVENT + 1) == REFUSED

    in_kernel(body, irqs_off=False)


def test_one_that_is_pending_is_queued_when_it_is_enabled(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        irq.enabled = False
        assert kernel.vgic_its_cmd_handle_int(EVENT) == 0
        assert (irq.pending_latch, irq.vcpu) == (True, None)
        assert kernel.vgic_its_cmd_handle_inv(EVENT) == 0
        assert (irq.enabled, irq.vcpu) == (True, kernel.kvm.vcpus[0])
        assert kernel.kvm.vcpus[0].requests.bits

    in_kernel(body, irqs_off=False)


def test_all_of_a_collections_vcpu_are_read_and_no_others(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [mapped(kernel, EVENT + vcpu, vcpu) for vcpu in (0, 1)]
        for irq in irqs:
            table(kernel).property_of(irq.intid).value = 0x41
        assert kernel.vgic_its_cmd_handle_invall(1) == 0
        assert [irq.priority for irq in irqs] == [0x80, 0x40]
        assert kernel.vgic_its_cmd_handle_invall(5) == REFUSED
        kernel.vgic_its_cmd_handle_mapc(1, None)
        kernel.vgic_its_cmd_handle_mapi(EVENT + 2, EVENT + 2, 1)
        assert kernel.vgic_its_cmd_handle_invall(1) == REFUSED, "it goes nowhere"

    in_kernel(body, nr_vcpus=2, irqs_off=False)


@pytest.mark.parametrize("revision", REVISIONS)
def test_clear_takes_the_lock_where_that_is_right(
    revision: str,
    call: Callable[..., Execution],
    operations: Callable[[Execution], list[str]],
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        irq.pending_latch = True
        assert kernel.vgic_its_cmd_handle_clear(EVENT) == 0
        assert not irq.pending_latch
        assert kernel.vgic_its_cmd_handle_clear(EVENT + 1) == REFUSED

    story = operations(call(body, irqs_off=False, kernel=REVISIONS[revision].cls))
    assert any("irq_lock" in each for each in story) is (revision == "reference")


def test_int_is_refused_as_a_message_is(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        assert kernel.vgic_its_cmd_handle_int(EVENT + 1) == REFUSED
        kernel.vgic_mmio_write_v3r_ctlr(kernel.kvm.vcpus[0], enables=False)
        assert kernel.vgic_its_cmd_handle_int(EVENT) < 0
        assert not irq.pending_latch

    in_kernel(body, irqs_off=False)
