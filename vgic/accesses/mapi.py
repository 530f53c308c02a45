# SPDX-License-Identifier: GPL-2.0-only
"""The command MAPI of an ITS: an event is mapped to the LPI that has its own number."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

MAPI = "mapi"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_its_cmd_handle_mapi(event, event, value)


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True, command=MAPI)


KIND = AccessKind(
    MAPI,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
    names_vcpu=True,
)
