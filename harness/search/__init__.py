# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from harness.search.behaviour import behaviour
from harness.search.saturation import Seen

__all__ = ["Seen", "behaviour"]
