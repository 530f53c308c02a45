# SPDX-License-Identifier: GPL-2.0-only
"""canaries: the bugs that campaigns put in first, to see whether they would be found."""

from vgic.data import Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.revisions import V1


class Canary(V1):
    """An edge that the guest left unacknowledged in its list register is dropped at the exit."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Drop it."""


class CanaryOfRaces(V1):
    """The routing of an interrupt is written without its lock: found where races are checked."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Write it with nothing held."""
        irq.target_vcpu = target
