# SPDX-License-Identifier: GPL-2.0-only
"""canary_of_races: what campaigns that check for data races look for first as well."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq
from vgic.kernel import Mechanism


class CanaryOfRaces(Mechanism):
    """The routing of an interrupt is written without its lock: found where races are checked."""

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        """Write it with nothing held."""
        irq.target_vcpu = target


RECORD = Bug(
    name="canary_of_races",
    cls=CanaryOfRaces,
    found_as=("data race", "unguarded access"),
    guest_sees=False,
    needs_races=True,
)
