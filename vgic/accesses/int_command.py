# SPDX-License-Identifier: GPL-2.0-only
"""The command INT of an ITS: an event's LPI becomes pending, as by its message."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

INT = "int"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.trace.driving(vcpu.vcpu_id, event, True)
    kernel.vgic_its_cmd_handle_int(event)
    kernel.trace.driven(vcpu.vcpu_id, event, True)


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(
    INT,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
)
