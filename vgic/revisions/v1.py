# SPDX-License-Identifier: GPL-2.0-only
"""v1: the seed's two lists, carried out correctly."""

from vgic.flush import Flush
from vgic.fold import Fold
from vgic.hcr import ConfigureHcr
from vgic.init import Init
from vgic.inject import Inject
from vgic.kick import Kick
from vgic.mmio import Mmio
from vgic.populate import Populate
from vgic.prune import Prune
from vgic.queue import Queue
from vgic.run import Run
from vgic.sort import Sort
from vgic.switch import Switch
from vgic.target import Target


class V1(
    Target,
    Inject,
    Queue,
    Kick,
    Sort,
    Flush,
    Populate,
    ConfigureHcr,
    Switch,
    Fold,
    Prune,
    Mmio,
    Init,
    Run,
):
    """The November 2025 overflow split and splice done right, with every later fix.

    Ours; no kernel was ever released like this. The split gives the overflow list a ring of its
    own, and the mode is published after the sync.

    Attributes:
        never_crosses: windows that executions of this revision cannot go through.
    """

    never_crosses: frozenset[str] = frozenset()
