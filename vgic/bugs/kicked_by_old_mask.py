# SPDX-License-Identifier: GPL-2.0-only
"""kicked_by_old_mask: whom the distributor wakes goes by a mask of long ago."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import KicksByMask


class KickedByOldMask(Mechanism):
    """When the distributor is turned on, who is kicked goes by the masks of their last exits.

    A guest that has opened its mask since is told of nothing that it has pending. As shipped, found
    by this tool: docs/findings.md, F9.
    """

    has_something = KicksByMask.has_something


RECORD = Bug(
    name="kicked_by_old_mask",
    cls=KickedByOldMask,
    found_as=("I16 missed kick",),
    guest_sees=True,
    date="2026-11",
    applies_to=("reference",),
)
