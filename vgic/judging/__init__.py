# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from harness.engine import observes
from vgic.judging.drain import DRAIN, Drain
from vgic.judging.guarded import check_races
from vgic.judging.watch import Watch
from vgic.judging.windows import WINDOWS

__all__ = ["DRAIN", "WINDOWS", "Drain", "Watch", "check_races"]

observes(__name__)
