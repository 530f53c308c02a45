# SPDX-License-Identifier: GPL-2.0-only
"""The command INVALL of an ITS: the configuration of a collection's LPIs is read again."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import Asks, Vcpu
from vgic.kernel import Kernel

INVALL = "invall"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    if kernel.kvm.dist.lpis is not None:
        kernel.vgic_its_cmd_handle_invall(value)


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True)


KIND = AccessKind(
    INVALL,
    of_an_event,
    _asks,
    intids=(0, 0),
    emulate_event=_emulate,
    names_vcpu=True,
    has_interrupt=False,
)
