# SPDX-License-Identifier: GPL-2.0-only
"""The command MAPC of an ITS: the LPIs of a collection go to a vCPU.

The collection is what stands for an interrupt elsewhere.
"""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import NR_VCPUS_MAX, Asks, Vcpu
from vgic.kernel import Kernel

MAPC = "mapc"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    if kernel.kvm.dist.lpis is not None:
        kernel.vgic_its_cmd_handle_mapc(event, kernel.kvm.vcpus[value])


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True, command=MAPC)


KIND = AccessKind(
    MAPC,
    of_an_event,
    _asks,
    intids=(0, NR_VCPUS_MAX - 1),
    emulate_event=_emulate,
    names_vcpu=True,
    has_interrupt=False,
)
