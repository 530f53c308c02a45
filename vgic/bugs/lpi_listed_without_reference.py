# SPDX-License-Identifier: GPL-2.0-only
"""lpi_listed_without_reference: a list has no reference to an LPI that is on it."""

from vgic.bugs.bug import Bug
from vgic.data import VgicIrq
from vgic.kernel import Mechanism


class LpiListedWithoutReference(Mechanism):
    """A list takes no reference to an LPI, but drops one when the LPI is pruned.

    That is the reference of the event that is mapped to it: the LPI is freed, and is still mapped.
    """

    def vgic_get_irq_ref(self, irq: VgicIrq) -> None:
        """Take none."""


RECORD = Bug(
    name="lpi_listed_without_reference",
    cls=LpiListedWithoutReference,
    found_as=("I6 reference missing",),
    guest_sees=True,
)
