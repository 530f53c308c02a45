# SPDX-License-Identifier: GPL-2.0-only
"""The generations of the mechanism by name, one small class each.

To add one, write its file and enter it here.
"""

from vgic.revisions.head_walk import HeadWalk
from vgic.revisions.v1 import V1
from vgic.revisions.v1_posted import V1Posted

DEFAULT = "v1"

REVISIONS: dict[str, type[V1]] = {
    "v1": V1,
    "v1-posted": V1Posted,
    "head-walk": HeadWalk,
}

__all__ = ["DEFAULT", "REVISIONS", "V1"]
