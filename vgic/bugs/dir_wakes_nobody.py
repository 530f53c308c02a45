# SPDX-License-Identifier: GPL-2.0-only
"""dir_wakes_nobody: a vCPU is not told that another has deactivated what is pending for it."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import DirOnlyRequests


class DirWakesNobody(Mechanism):
    """Who deactivates an interrupt of another vCPU's list leaves a request, and kicks nobody.

    It is pending again, and its vCPU sleeps, since it was active when that looked: it sleeps on.
    As shipped since 6.19, found by this tool: docs/findings.md, F12.
    """

    announce_deactivated = DirOnlyRequests.announce_deactivated


RECORD = Bug(
    name="dir_wakes_nobody",
    cls=DirWakesNobody,
    found_as=("I16 missed kick",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
