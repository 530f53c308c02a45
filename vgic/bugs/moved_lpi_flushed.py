# SPDX-License-Identifier: GPL-2.0-only
"""moved_lpi_flushed: an LPI is dropped with those of the vCPU that it was moved from."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import FlushesMovedLpis


class MovedLpiFlushed(Mechanism):
    """Who disables the LPIs of a vCPU drops all that are on its list.

    One of them may have been moved to another vCPU by a MOVI, and prune has not been there yet: its
    pending state is that other's, who never gets it. As shipped up to 7.3.4, found by this tool:
    docs/findings.md, F15.
    """

    leaves_moved_lpi = FlushesMovedLpis.leaves_moved_lpi


RECORD = Bug(
    name="moved_lpi_flushed",
    cls=MovedLpiFlushed,
    found_as=("I9 lost edge",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
