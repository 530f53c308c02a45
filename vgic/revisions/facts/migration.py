# SPDX-License-Identifier: GPL-2.0-only
"""What prune looks at again when it has let go of all locks to move an interrupt."""

from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class OracleAlone(Mechanism):
    """It asks the target oracle again, and not whether the interrupt is still on its list.

    Only who takes others' interrupts off a list could make a difference, and for what is no LPI
    nobody does (CVE-2026-72289).
    """

    def still_to_migrate(self, irq: VgicIrq, vcpu: Vcpu, target: Vcpu) -> bool:
        """Ask the oracle alone."""
        return self.vgic_target_oracle(irq) is target
