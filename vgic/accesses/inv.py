# SPDX-License-Identifier: GPL-2.0-only
"""The command INV of an ITS: the configuration of an event's LPI is read again.

The guest has written it just before, to memory: a priority, and bit 0 if the LPI is enabled.
"""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.hardware import PRIORITY_MASK
from vgic.kernel import Kernel

INV = "inv"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    lpis = kernel.kvm.dist.lpis
    ite = None if lpis is None else lpis.events.get(event)
    if lpis is not None:
        lpis.property_of(event if ite is None else ite.irq.intid).write(value)
    kernel.vgic_its_cmd_handle_inv(event)


def _asks(value: int) -> Asks:
    return Asks(announces=bool(value & 1), field="priority", value=value & PRIORITY_MASK)


KIND = AccessKind(
    INV,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
    values=tuple(priority | enabled for priority in range(0, 0x100, 8) for enabled in (0, 1)),
)
