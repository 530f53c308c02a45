# SPDX-License-Identifier: GPL-2.0-only
"""The command CLEAR of an ITS: the pending state of an event's LPI is taken away."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

CLEAR = "clear"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_its_cmd_handle_clear(event)


def _asks(value: int) -> Asks:
    return Asks(forgives=True, field="pending_latch", value=False)


KIND = AccessKind(
    CLEAR,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
)
