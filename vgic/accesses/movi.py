# SPDX-License-Identifier: GPL-2.0-only
"""The command MOVI of an ITS: an event's LPI is routed to another vCPU."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import FIRST_LPI, LAST_LPI, Asks, Vcpu
from vgic.kernel import Kernel

MOVI = "movi"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_its_cmd_handle_movi(event, kernel.kvm.vcpus[value])


def _asks(value: int) -> Asks:
    return Asks(field="target_vcpu", value=value, command=MOVI)


KIND = AccessKind(
    MOVI,
    of_an_event,
    _asks,
    intids=(FIRST_LPI, LAST_LPI),
    emulate_event=_emulate,
    names_vcpu=True,
)
