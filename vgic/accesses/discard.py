# SPDX-License-Identifier: GPL-2.0-only
"""The command DISCARD of an ITS: an event is mapped to nothing any more."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

DISCARD = "discard"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_its_cmd_handle_discard(event)


def _asks(value: int) -> Asks:
    return Asks(unmaps=True, command=DISCARD)


KIND = AccessKind(
    DISCARD,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
)
