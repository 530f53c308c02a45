# SPDX-License-Identifier: GPL-2.0-only
"""A device's own register that makes it write a message at once: an event's LPI becomes pending."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.accesses.line import send
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

MSI = "msi"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    send(kernel, vcpu, event)


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(
    MSI,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
)
