# SPDX-License-Identifier: GPL-2.0-only
"""User space attaches an interrupt's producer anew, since the guest has set its device up anew.

What is behind the interrupt changes, and nothing of the interrupt. Who does it halts the VM, and
has no lock that others who halt it have.
"""

from vgic.accesses.kind import AccessKind
from vgic.data import FIRST_SPI, LAST_SPI, Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

REBIND = "rebind"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    # kvm_arch_irq_bypass_stop, and kvm_arch_irq_bypass_start when the producer is attached.
    kernel.halt()
    kernel.resume()


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(REBIND, _emulate, _asks, intids=(FIRST_SPI, LAST_SPI), is_mmio=False)
