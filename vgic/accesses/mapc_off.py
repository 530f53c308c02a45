# SPDX-License-Identifier: GPL-2.0-only
"""The command MAPC of an ITS: a collection is no more, and its events go nowhere."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import Asks, Vcpu
from vgic.kernel import Kernel

MAPC_OFF = "mapc off"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    if kernel.kvm.dist.lpis is not None:
        kernel.vgic_its_cmd_handle_mapc(value, None)


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True, command=MAPC_OFF)


KIND = AccessKind(
    MAPC_OFF,
    of_an_event,
    _asks,
    intids=(0, 0),
    emulate_event=_emulate,
    names_vcpu=True,
    has_interrupt=False,
)
