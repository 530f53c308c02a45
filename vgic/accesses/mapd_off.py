# SPDX-License-Identifier: GPL-2.0-only
"""The command MAPD of an ITS: the device of an event is mapped no more, nor are its events."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu, device_of
from vgic.kernel import Kernel

MAPD_OFF = "mapd off"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_its_cmd_handle_mapd(device_of(event), valid=False)


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True, command=MAPD_OFF)


KIND = AccessKind(
    MAPD_OFF,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
)
