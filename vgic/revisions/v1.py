# SPDX-License-Identifier: GPL-2.0-only
"""v1: the seed's two lists, carried out correctly."""

from vgic.kernel import (
    ConfigureHcr,
    Flush,
    Fold,
    Init,
    Inject,
    Kick,
    Mmio,
    Populate,
    Prune,
    Queue,
    Run,
    Sort,
    Switch,
    Target,
)


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
