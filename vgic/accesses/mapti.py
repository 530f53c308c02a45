# SPDX-License-Identifier: GPL-2.0-only
"""The command MAPTI of an ITS: an event is mapped to an LPI, here to that of the event beside it.

The two are one even and the odd one after it.
"""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

MAPTI = "mapti"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_its_cmd_handle_mapi(event, event ^ 1, value)


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True, command=MAPTI)


KIND = AccessKind(
    MAPTI,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
    names_vcpu=True,
)
