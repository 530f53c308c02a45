# SPDX-License-Identifier: GPL-2.0-only
"""The known bugs by name, one small class each, to be put into a revision.

A bug overrides one decision. To add one, write its file and enter it here.
"""

from vgic.bugs.canary import Canary
from vgic.bugs.eoicount_not_preserved import EoicountNotPreserved
from vgic.bugs.kick_without_request import KickWithoutRequest
from vgic.bugs.no_splice import NoSplice
from vgic.revisions.v1 import V1

CANARY = "canary"

BUGS: dict[str, type[V1]] = {
    "no_splice": NoSplice,
    "kick_without_request": KickWithoutRequest,
    "eoicount_not_preserved": EoicountNotPreserved,
    CANARY: Canary,
}
