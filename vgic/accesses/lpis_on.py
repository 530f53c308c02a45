# SPDX-License-Identifier: GPL-2.0-only
"""GICR_CTLR.EnableLPIs: a redistributor forwards LPIs again."""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import Asks, Vcpu
from vgic.kernel import Kernel

LPIS_ON = "lpis on"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    kernel.vgic_mmio_write_v3r_ctlr(kernel.kvm.vcpus[value], enables=True)


def _asks(value: int) -> Asks:
    return Asks(writes=False, lpis="on", value=value)


KIND = AccessKind(
    LPIS_ON,
    of_an_event,
    _asks,
    intids=(0, 0),
    names_vcpu=True,
    has_interrupt=False,
    emulate_event=_emulate,
)
