# SPDX-License-Identifier: GPL-2.0-only
"""Can EOIcount, which has five bits, come round to zero between two exits?

Not with an honest guest. Each end that is counted drops an active priority, and its interrupt is in
a list register again only after an exit. There are 31 priorities at which a guest can be given an
interrupt, so at most 31 handlers are open, and all of them outside count to 31. One more takes
an end that drops the priority of what was acknowledged since, and that is somebody else's.
"""

from collections.abc import Callable

import pytest

from harness import Execution, local_irq_disable, local_irq_enable
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_SPI, VgicIrq

OPEN = 31
KERNELS = [REVISIONS[name].cls for name in ("reference", "linux-7.3")]


def flushed(kernel: Mechanism, priority: int) -> tuple[list[VgicIrq], VgicIrq]:
    """Have a guest with 31 handlers open enter; return those and what is in its list register."""
    kvm = kernel.kvm
    vcpu = kvm.vcpus[0]
    irqs = [kvm.add_irq(FIRST_SPI + n, EDGE, 8 * n, 0) for n in range(OPEN)]
    pending = kvm.add_irq(FIRST_SPI + OPEN, EDGE, priority, 0)
    pending.enabled = pending.pending_latch = True
    local_irq_disable(kernel.scheduler)
    with vcpu.vgic_cpu.ap_list_lock:
        for irq in [*irqs, pending]:
            with irq.irq_lock:
                irq.active = irq is not pending
                irq.vcpu = vcpu
                vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
    vcpu.cpuif.ap1r = (1 << OPEN) - 1
    kernel.kvm_vgic_flush_hwstate(vcpu)
    return irqs, pending


def synced(kernel: Mechanism) -> None:
    """Have it leave."""
    kernel.kvm_vgic_sync_hwstate(kernel.kvm.vcpus[0])
    local_irq_enable(kernel.scheduler)


@pytest.mark.parametrize("cls", KERNELS)
def test_all_that_a_guest_can_have_open_is_counted_and_accounted(
    in_kernel: Callable[..., Execution], cls: type[Mechanism]
) -> None:
    def body(kernel: Mechanism) -> None:
        cpuif = kernel.kvm.vcpus[0].cpuif
        irqs, _ = flushed(kernel, 0xF0)
        for irq in irqs:
            cpuif.end_of_interrupt(irq.intid)
        assert cpuif.hcr.eoicount == OPEN
        cpuif.end_of_interrupt(irqs[-1].intid)
        assert cpuif.hcr.eoicount == OPEN
        synced(kernel)
        assert not any(irq.active for irq in irqs)

    in_kernel(body, kernel=cls, nr_lr=1)


@pytest.mark.parametrize("cls", KERNELS)
def test_who_ends_one_twice_can_bring_it_round_and_loses_all_of_them(
    in_kernel: Callable[..., Execution], cls: type[Mechanism]
) -> None:
    """Quirk Q6: no kernel can tell that from a guest that has ended nothing."""

    def body(kernel: Mechanism) -> None:
        cpuif = kernel.kvm.vcpus[0].cpuif
        irqs, pending = flushed(kernel, 0)
        cpuif.end_of_interrupt(irqs[0].intid)
        assert cpuif.acknowledge() == pending.intid
        cpuif.end_of_interrupt(irqs[0].intid)
        for irq in irqs[1:]:
            cpuif.end_of_interrupt(irq.intid)
        assert cpuif.hcr.eoicount == 0
        synced(kernel)
        assert all(irq.active for irq in [*irqs, pending])

    in_kernel(body, kernel=cls, nr_lr=1)
