# SPDX-License-Identifier: GPL-2.0-only
"""Data races: `DataRaces` watches declared fields, by vector clocks.

`checker` judges accesses to fields, `rings` those to lists; `edges` says which operations put one
thing before another, `excuse` which accesses are right without their guard.
docs/detectors/data-races.md says what is found.
"""

from harness.detectors.races.checker import KINDS, DataRaces
from harness.detectors.races.excuse import Excuse
from harness.primitives import Guard

__all__ = ["KINDS", "DataRaces", "Excuse", "Guard"]
