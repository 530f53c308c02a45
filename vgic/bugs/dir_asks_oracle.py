# SPDX-License-Identifier: GPL-2.0-only
"""dir_asks_oracle: DIR asks the target oracle whose interrupt it is."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import DirAsPosted


class DirAsksOracle(Mechanism):
    """The target oracle is asked, and not the list that the interrupt is on.

    An edge in a list register of another vCPU looks idle, since its pending state has moved there:
    the oracle names nobody, and the DIR is lost. As posted in November 2025, and mended before it
    was applied.
    """

    deactivation_target = DirAsPosted.deactivation_target


RECORD = Bug(
    name="dir_asks_oracle",
    cls=DirAsksOracle,
    found_as=("I13 stuck active",),
    guest_sees=True,
    date="2025-11-03",
    mended_by="cd4f6ee99b28",
    applies_to=("reference",),
)
