# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a message, and of the commands of an ITS?"""

from collections.abc import Callable

from harness import Execution
from harness.primitives.slab import life_of
from vgic import Mechanism
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import LpiTable, references
from vgic.data.vcpu import Lpi

InKernel = Callable[..., Execution]
EVENT = FIRST_LPI
REFUSED = -22


def mapped(kernel: Mechanism) -> Lpi:
    """Return the LPI of the event."""
    irq = kernel.kvm.add_irq(EVENT, EDGE, 0x80, 0)
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def test_a_message_makes_the_lpi_pending_and_queues_it(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (_, target) = mapped(kernel), kernel.kvm.vcpus
        irq.target_vcpu = target
        assert kernel.vgic_its_inject_msi(EVENT) == 0
        assert (irq.pending_latch, irq.vcpu) == (True, target)
        assert target.requests.bits

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_a_message_of_what_is_mapped_to_nothing_is_refused(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        assert kernel.vgic_its_inject_msi(EVENT + 1) == REFUSED
        kernel.vgic_get_irq_ref(irq)
        assert kernel.vgic_its_cmd_handle_discard(EVENT) == 0
        assert kernel.vgic_its_inject_msi(EVENT) == REFUSED
        assert not irq.pending_latch

    in_kernel(body, irqs_off=False)


def test_movi_routes_what_is_mapped_and_tells_nobody(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (old, new) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        old.requests.bits = 0
        assert kernel.vgic_its_cmd_handle_movi(EVENT, new) == 0
        assert (irq.target_vcpu, irq.vcpu) == (new, old)
        assert (old.requests.bits, new.requests.bits) == (0, 0)
        assert kernel.vgic_its_cmd_handle_movi(EVENT + 1, new) == REFUSED

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_discard_drops_a_reference_and_what_is_listed_stays(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_inject_msi(EVENT)
        assert kernel.vgic_its_cmd_handle_discard(EVENT) == 0
        assert (irq.pending_latch, irq.vcpu) == (True, kernel.kvm.vcpus[0])
        assert references(irq).value == 1
        assert kernel.vgic_its_cmd_handle_discard(EVENT) == REFUSED

    in_kernel(body, irqs_off=False)


def test_discard_of_what_nobody_else_has_frees_it(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_cmd_handle_discard(EVENT)
        assert life_of(irq).freed is not None

    in_kernel(body, irqs_off=False)


def test_a_flush_takes_lpis_off_the_list_and_nothing_else(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, spi = mapped(kernel), kernel.kvm.add_irq(32, EDGE, 0x80, 0)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.kvm_vgic_inject_irq(None, 32, level=True)
        vcpu = kernel.kvm.vcpus[0]
        kernel.vgic_flush_pending_lpis(vcpu)
        assert vcpu.vgic_cpu.ap_list_head.verify() == [spi]
        assert (irq.pending_latch, irq.vcpu, references(irq).value) == (False, None, 2)

    in_kernel(body, irqs_off=False)


def test_a_flush_frees_what_nothing_else_has(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_discard(EVENT)
        kernel.vgic_flush_pending_lpis(kernel.kvm.vcpus[0])
        assert life_of(irq).freed is not None

    in_kernel(body, irqs_off=False)


def test_when_the_vm_ends_every_event_and_every_list_lets_go(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [kernel.kvm.add_irq(EVENT + n, EDGE, 0x80, 0) for n in range(3)]
        kernel.vgic_its_inject_msi(EVENT)
        kernel.kvm_vgic_vcpu_destroy(kernel.kvm.vcpus[0])
        kernel.vgic_its_destroy()
        assert all(isinstance(irq, Lpi) and life_of(irq).freed is not None for irq in irqs)
        assert (table(kernel).entries, table(kernel).events, kernel.kvm.irqs) == ({}, {}, [])

    in_kernel(body, irqs_off=False)
