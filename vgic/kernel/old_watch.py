# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel called `watch` in 0.1, for patches that were written against it."""

from vgic.data import Vcpu
from vgic.tracepoints import Tracepoints


class OldWatch:
    """Passes on what a copied kernel function announced in 0.1; works until 0.3."""

    def __init__(self, trace: Tracepoints) -> None:
        self._trace = trace

    def crossed(self, window: str) -> None:
        """Say that the execution came through a window."""
        self._trace.crossed(window)

    def retried(self, vcpu: Vcpu, *, moved: bool) -> None:
        """Announce that prune starts again."""
        self._trace.prune_restarted(vcpu.vcpu_id, moved)
