# SPDX-License-Identifier: GPL-2.0-only
"""User space counts the guest's exits: how many there were since it was asked last.

A real kernel's exits are counted so that a round that the host has disturbed is known. A model has
none that nobody asked for, so there the guest only exits.
"""

from vgic.accesses.kind import AccessKind
from vgic.data import Asks, Vcpu, VgicIrq
from vgic.kernel import Kernel

EXITS = "exits"


def _emulate(kernel: Kernel, vcpu: Vcpu, irq: VgicIrq, value: int) -> None:
    """Do nothing: the exit is all there is to it."""


def _asks(value: int) -> Asks:
    return Asks(writes=False)


KIND = AccessKind(EXITS, _emulate, _asks, intids=(0, 0), has_interrupt=False, is_mmio=False)
