# SPDX-License-Identifier: GPL-2.0-only
"""The command MOVALL of an ITS: all LPIs of a vCPU go to another.

The number of the first is what stands for an interrupt elsewhere.
"""

from vgic.accesses.kind import AccessKind, of_an_event
from vgic.data import NR_VCPUS_MAX, Asks, Vcpu
from vgic.kernel import Kernel

MOVALL = "movall"


def _emulate(kernel: Kernel, vcpu: Vcpu, event: int, value: int) -> None:
    vcpus = kernel.kvm.vcpus
    if event < len(vcpus) and kernel.kvm.dist.lpis is not None:
        kernel.vgic_its_cmd_handle_movall(vcpus[event], vcpus[value])


def _asks(value: int) -> Asks:
    return Asks(writes=False, rearranges=True, command=MOVALL)


KIND = AccessKind(
    MOVALL,
    of_an_event,
    _asks,
    intids=(0, NR_VCPUS_MAX - 1),
    emulate_event=_emulate,
    names_vcpu=True,
    has_interrupt=False,
)
