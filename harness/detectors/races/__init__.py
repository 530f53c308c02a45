# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from harness.detectors.races.checker import KINDS, DataRaces, Guard

__all__ = ["KINDS", "DataRaces", "Guard"]
